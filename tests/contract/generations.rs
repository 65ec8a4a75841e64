//! metadata.generation: when it grows.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::definitions::Definition;
use crate::table::Proof;
use crate::waiting::same;

fn generation(object: &Value) -> &Value {
    &object["metadata"]["generation"]
}

async fn deployment(cluster: &Cluster, name: &str) -> Result<String, String> {
    let path = cluster.path("apps/v1", "deployments");
    let made = cluster.create(&path, &crate::workloads::sleeper("Deployment", name, 0)).await?;
    same("at first", generation(&made), 1)?;
    Ok(format!("{path}/{name}"))
}

pub async fn a_new_spec_is_a_new_generation(cluster: &Cluster) -> Proof {
    let path = deployment(cluster, "generation-spec").await?;
    let patch = json!({"spec": {"minReadySeconds": 1}});
    same("of a Deployment", generation(&cluster.merge(&path, &patch).await?.good("the patch")?), 2)?;
    same("of the same", generation(&cluster.merge(&path, &patch).await?.good("the patch")?), 2)?;
    let made = Definition::make(cluster, "generation", json!({})).await?;
    let first = cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1}))).await?;
    same("of a new custom object", generation(&first), 1)?;
    let path = format!("{}/a", made.path(cluster));
    let second = cluster.merge(&path, &json!({"spec": {"size": 2}})).await?.good("the patch")?;
    same("of a changed one", generation(&second), 2)
}

pub async fn labels_and_status_are_none(cluster: &Cluster) -> Proof {
    let path = deployment(cluster, "generation-label").await?;
    let patch = json!({"metadata": {"labels": {"a": "b"}}});
    same("after a label", generation(&cluster.merge(&path, &patch).await?.good("the patch")?), 1)?;
    let status = json!({"status": {"collisionCount": 2}});
    let path = format!("{path}/status");
    same("after a status", generation(&cluster.merge(&path, &status).await?.good("the patch")?), 1)?;
    let made = Definition::make(cluster, "generation-label", json!({})).await?;
    cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1}))).await?;
    let path = format!("{}/a", made.path(cluster));
    let patch = json!({"metadata": {"labels": {"a": "b"}, "annotations": {"a": "b"}}});
    same("of a custom object", generation(&cluster.merge(&path, &patch).await?.good("the patch")?), 1)
}

pub async fn an_annotation_of_a_deployment_is_one(cluster: &Cluster) -> Proof {
    let path = deployment(cluster, "generation-note").await?;
    // Written by hand, not by the controller, which notes the revision there itself.
    cluster.until("the revision", &path, |one| !one["metadata"]["annotations"].is_null()).await?;
    let before = cluster.get(&path).await?.good("the Deployment")?;
    let patch = json!({"metadata": {"annotations": {"a": "b"}}});
    let after = cluster.merge(&path, &patch).await?.good("the patch")?;
    let next = generation(&before).as_u64().map(|number| number + 1);
    same("of a Deployment", generation(&after).as_u64(), next)?;
    let sets = cluster.path("apps/v1", "statefulsets");
    cluster.create(&sets, &crate::workloads::sleeper("StatefulSet", "generation-note", 0)).await?;
    let after = cluster.merge(&format!("{sets}/generation-note"), &patch).await?.good("the patch")?;
    same("of a StatefulSet", generation(&after), 1)
}

pub async fn a_pod_starts_with_one(cluster: &Cluster) -> Proof {
    let mut pod = crate::pods::sleeper("generation-pod");
    pod["spec"]["nodeSelector"] = json!({"no": "such"});
    same("of a pod", generation(&cluster.create(&cluster.path("v1", "pods"), &pod).await?), 1)
}

pub async fn config_maps_have_none(cluster: &Cluster) -> Proof {
    let made = cluster.create(&cluster.path("v1", "configmaps"), &json!({"metadata": {"name": "generation"}})).await?;
    same("of a ConfigMap", generation(&made), Value::Null)?;
    let body = json!({"metadata": {"name": "generation"}, "spec": {"ports": [{"port": 80}]}});
    let made = cluster.create(&cluster.path("v1", "services"), &body).await?;
    same("of a Service", generation(&made), Value::Null)
}
