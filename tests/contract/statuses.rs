//! The status subresource: spec and status are written apart.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::definitions::Definition;
use crate::table::Proof;
use crate::waiting::same;

pub async fn a_create_drops_the_status(cluster: &Cluster) -> Proof {
    let made = Definition::make(cluster, "status-new", json!({})).await?;
    let mut body = made.object("a", json!({"size": 1}));
    body["status"] = json!({"phase": "mine"});
    let object = cluster.create(&made.path(cluster), &body).await?;
    same("the status", &object["status"], Value::Null)
}

/// An object with a status.
async fn widget(cluster: &Cluster, label: &str) -> Result<(String, Value), String> {
    let made = Definition::make(cluster, label, json!({})).await?;
    cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1}))).await?;
    let path = format!("{}/a", made.path(cluster));
    let status = cluster.merge(&format!("{path}/status"), &json!({"status": {"phase": "done"}})).await?;
    Ok((path, status.good("the status")?))
}

pub async fn the_main_resource_keeps_the_status(cluster: &Cluster) -> Proof {
    let (path, mut object) = widget(cluster, "status-kept").await?;
    let patch = json!({"spec": {"size": 2}, "status": {"phase": "mine"}});
    let patched = cluster.merge(&path, &patch).await?.good("the patch")?;
    same("after a patch", (&patched["spec"], &patched["status"]), (&json!({"size": 2}), &json!({"phase": "done"})))?;
    object = json!({"apiVersion": object["apiVersion"], "kind": "Widget", "metadata": patched["metadata"], "spec": {"size": 3}});
    let put = cluster.put(&path, &object).await?.good("an update without a status")?;
    same("after an update", (&put["spec"], &put["status"]), (&json!({"size": 3}), &json!({"phase": "done"})))
}

pub async fn the_status_resource_keeps_the_spec(cluster: &Cluster) -> Proof {
    let (path, object) = widget(cluster, "spec-kept").await?;
    let patch = json!({"metadata": {"labels": {"a": "b"}}, "spec": {"size": 2}, "status": {"phase": "new"}});
    let patched = cluster.merge(&format!("{path}/status"), &patch).await?.good("the patch")?;
    same("the spec", &patched["spec"], json!({"size": 1}))?;
    same("the labels", &patched["metadata"]["labels"], Value::Null)?;
    same("the status", &patched["status"], json!({"phase": "new"}))?;
    same("the generation", &patched["metadata"]["generation"], &object["metadata"]["generation"])?;
    let deployments = cluster.path("apps/v1", "deployments");
    let body = crate::workloads::sleeper("Deployment", "status-kept", 0);
    cluster.create(&deployments, &body).await?;
    let patch = json!({"spec": {"replicas": 5}, "status": {"collisionCount": 3}});
    let patched = cluster.merge(&format!("{deployments}/status-kept/status"), &patch).await?.good("the patch")?;
    same("a Deployment's replicas", &patched["spec"]["replicas"], 0)?;
    same("its status", &patched["status"]["collisionCount"], 3)
}
