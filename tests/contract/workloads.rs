//! What workloads tell of their pods.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::server;
use crate::table::Proof;
use crate::waiting::{condition, holds, same};

/// A workload whose pods do nothing.
pub fn sleeper(kind: &str, name: &str, replicas: u32) -> Value {
    let container = json!({"name": "main", "image": server::IMAGE, "command": ["sh", "-c", "exec sleep 600"]});
    let spec = json!({"terminationGracePeriodSeconds": 1, "containers": [container]});
    let mut body = json!({"metadata": {"name": name}, "spec": {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": spec}}});
    if kind != "DaemonSet" {
        body["spec"]["replicas"] = json!(replicas);
    }
    if kind == "StatefulSet" {
        body["spec"]["serviceName"] = json!(name);
    }
    body
}

/// Is the status about the spec that there is?
fn seen(object: &Value) -> bool {
    !object.is_null() && object["status"]["observedGeneration"] == object["metadata"]["generation"]
}

fn numbers(object: &Value, keys: &[&str]) -> Vec<Value> {
    keys.iter().map(|key| object["status"][*key].clone()).collect()
}

const OF_DEPLOYMENTS: [&str; 5] =
    ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"];

pub async fn a_deployment_tells_its_rollout(cluster: &Cluster) -> Proof {
    let path = cluster.path("apps/v1", "deployments");
    cluster.create(&path, &sleeper("Deployment", "rolls", 2)).await?;
    let path = format!("{path}/rolls");
    let done = |one: &Value| seen(one) && one["status"]["availableReplicas"] == 2;
    let first = cluster.until("two pods", &path, done).await?;
    same("the numbers", numbers(&first, &OF_DEPLOYMENTS), [json!(2), json!(2), json!(2), json!(2), Value::Null])?;
    let complete = |one: &Value| condition(one, "Progressing")["reason"] == "NewReplicaSetAvailable";
    let first = cluster.until("NewReplicaSetAvailable", &path, complete).await?;
    let available = condition(&first, "Available");
    same(
        "Available",
        (&available["status"], &available["reason"]),
        (&json!("True"), &json!("MinimumReplicasAvailable")),
    )?;
    same("in words", &available["message"], "Deployment has minimum availability.")?;
    same("Progressing", &condition(&first, "Progressing")["status"], "True")?;
    same("the revision", &first["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1")?;
    let pods = cluster.get(&cluster.path("v1", "pods?labelSelector=app%3Drolls")).await?.good("its pods")?;
    let pod = &pods["items"][0]["metadata"];
    let hash = pod["labels"]["pod-template-hash"].as_str().unwrap_or_default();
    let owner = &pod["ownerReferences"][0];
    same("the owner", (&owner["kind"], &owner["name"]), (&json!("ReplicaSet"), &json!(format!("rolls-{hash}"))))?;
    same("its control", (&owner["controller"], &owner["blockOwnerDeletion"]), (&json!(true), &json!(true)))?;
    holds(pod["name"].as_str().is_some_and(|name| name.starts_with(&format!("rolls-{hash}-"))), || pod.to_string())
}

pub async fn a_deployment_that_does_not_progress_says_so(cluster: &Cluster) -> Proof {
    let path = cluster.path("apps/v1", "deployments");
    let mut body = sleeper("Deployment", "stuck", 1);
    body["spec"]["progressDeadlineSeconds"] = json!(5);
    cluster.create(&path, &body).await?;
    let path = format!("{path}/stuck");
    cluster.until("one pod", &path, |one| seen(one) && one["status"]["availableReplicas"] == 1).await?;
    let patch = json!([{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "localhost/contract-nosuch:1"}]);
    cluster.send("PATCH", &path, "application/json-patch+json", &patch).await?.good("the patch")?;
    let late = |one: &Value| condition(one, "Progressing")["reason"] == "ProgressDeadlineExceeded";
    let late = cluster.until("ProgressDeadlineExceeded", &path, late).await?;
    same("Progressing", &condition(&late, "Progressing")["status"], "False")?;
    same("Available", &condition(&late, "Available")["status"], "True")?;
    // The old pod serves on; the new one is the one too many that is not available.
    same("the numbers", numbers(&late, &OF_DEPLOYMENTS), [2, 1, 1, 1, 1].map(|number| json!(number)))?;
    same("generations", &late["status"]["observedGeneration"], &late["metadata"]["generation"])
}

pub async fn a_stateful_set_tells_its_revision(cluster: &Cluster) -> Proof {
    let path = cluster.path("apps/v1", "statefulsets");
    cluster.create(&path, &sleeper("StatefulSet", "ordered", 2)).await?;
    let path = format!("{path}/ordered");
    let done = |one: &Value| seen(one) && one["status"]["availableReplicas"] == 2;
    let first = cluster.until("two pods", &path, done).await?;
    let keys = ["replicas", "readyReplicas", "updatedReplicas", "currentReplicas"];
    same("the numbers", numbers(&first, &keys), [2, 2, 2, 2].map(|number| json!(number)))?;
    let status = &first["status"];
    holds(status["updateRevision"].is_string(), || format!("{status}"))?;
    same("revisions", &status["currentRevision"], &status["updateRevision"])?;
    let pod = cluster.get(&cluster.path("v1", "pods/ordered-1")).await?.good("its second pod")?;
    let labels = &pod["metadata"]["labels"];
    same("its revision", &labels["controller-revision-hash"], &status["updateRevision"])?;
    same("its name", &labels["statefulset.kubernetes.io/pod-name"], "ordered-1")?;
    same("its index", &labels["apps.kubernetes.io/pod-index"], "1")?;
    same("its host", (&pod["spec"]["hostname"], &pod["spec"]["subdomain"]), (&json!("ordered-1"), &json!("ordered")))
}

pub async fn a_daemon_set_tells_its_nodes(cluster: &Cluster) -> Proof {
    let path = cluster.path("apps/v1", "daemonsets");
    let mut body = sleeper("DaemonSet", "everywhere", 0);
    body["spec"]["template"]["spec"]["tolerations"] = json!([{"operator": "Exists"}]);
    cluster.create(&path, &body).await?;
    let nodes = cluster.get("/api/v1/nodes").await?.good("the nodes")?["items"].as_array().map_or(0, Vec::len);
    let done = |one: &Value| seen(one) && one["status"]["numberAvailable"] == json!(nodes);
    let set = cluster.until("a pod on each node", &format!("{path}/everywhere"), done).await?;
    let keys = ["desiredNumberScheduled", "currentNumberScheduled", "numberReady", "updatedNumberScheduled"];
    same("the numbers", numbers(&set, &keys), vec![json!(nodes); 4])?;
    let rest = numbers(&set, &["numberMisscheduled", "numberUnavailable"]);
    same("what is wrong", rest, [json!(0), Value::Null])
}

pub async fn scaling_to_nothing_leaves_no_numbers(cluster: &Cluster) -> Proof {
    let path = cluster.path("apps/v1", "deployments");
    cluster.create(&path, &sleeper("Deployment", "nothing", 1)).await?;
    let path = format!("{path}/nothing");
    cluster.until("one pod", &path, |one| seen(one) && one["status"]["availableReplicas"] == 1).await?;
    let scale = cluster.get(&format!("{path}/scale")).await?.good("the scale")?;
    same("its kind", (&scale["kind"], &scale["apiVersion"]), (&json!("Scale"), &json!("autoscaling/v1")))?;
    same("its numbers", (&scale["spec"]["replicas"], &scale["status"]["replicas"]), (&json!(1), &json!(1)))?;
    same("its selector", &scale["status"]["selector"], "app=nothing")?;
    cluster.merge(&format!("{path}/scale"), &json!({"spec": {"replicas": 0}})).await?.good("the patch")?;
    let none = |one: &Value| seen(one) && one["metadata"]["generation"] == 2 && one["status"]["replicas"].is_null();
    let none = cluster.until("no pod", &path, none).await?;
    same("the numbers", numbers(&none, &OF_DEPLOYMENTS), vec![Value::Null; 5])?;
    same("Available", &condition(&none, "Available")["status"], "True")
}
