//! Pods as a node shows them, and how they end.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::server;
use crate::table::Proof;
use crate::waiting::{begins, condition, holds, is_true, same};

/// A pod with this script as its only container.
pub fn shell(name: &str, script: &str) -> Value {
    json!({"metadata": {"name": name}, "spec": {"terminationGracePeriodSeconds": 1, "containers": [
        {"name": "main", "image": server::IMAGE, "command": ["sh", "-c", script]}]}})
}

/// A pod that does nothing for long.
pub fn sleeper(name: &str) -> Value {
    shell(name, "exec sleep 600")
}

/// The server as a pod.
pub fn serving(cluster: &Cluster, name: &str) -> Value {
    let labels = json!({"app": name});
    let spec = json!({"terminationGracePeriodSeconds": 1, "containers": [server::container(cluster.which)]});
    json!({"metadata": {"name": name, "labels": labels}, "spec": spec})
}

/// Creates the pod and waits until it is as wanted.
pub async fn until(
    cluster: &Cluster,
    pod: &Value,
    what: &str,
    wanted: impl Fn(&Value) -> bool,
) -> Result<Value, String> {
    let pods = cluster.path("v1", "pods");
    cluster.create(&pods, pod).await?;
    let name = pod["metadata"]["name"].as_str().unwrap_or_default();
    cluster.until(what, &format!("{pods}/{name}"), wanted).await
}

/// The status of its only container.
pub fn main_container(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]
}

pub async fn a_pod_runs_and_is_ready(cluster: &Cluster) -> Proof {
    let pod = until(cluster, &serving(cluster, "runs"), "readiness", |pod| is_true(pod, "Ready")).await?;
    let status = &pod["status"];
    same("phase", &status["phase"], "Running")?;
    for kind in ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"] {
        let found = condition(&pod, kind);
        same(kind, &found["status"], "True")?;
        holds(found["lastTransitionTime"].is_string(), || format!("{found}"))?;
        same("its observedGeneration", &found["observedGeneration"], 1)?;
    }
    for key in ["podIP", "hostIP", "startTime"] {
        holds(status[key].is_string(), || format!("{key} is {}", status[key]))?;
    }
    same("podIPs", &status["podIPs"], json!([{"ip": status["podIP"]}]))?;
    same("qosClass", &status["qosClass"], "BestEffort")?;
    same("observedGeneration", &status["observedGeneration"], 1)?;
    let main = main_container(&pod);
    same("ready", (&main["ready"], &main["started"]), (&json!(true), &json!(true)))?;
    same("restarts", (&main["restartCount"], &main["lastState"]), (&json!(0), &json!({})))?;
    same("image", &main["image"], server::IMAGE)?;
    holds(main["state"]["running"]["startedAt"].is_string(), || format!("{}", main["state"]))?;
    begins("containerID", main["containerID"].as_str().unwrap_or_default(), "containerd://")?;
    let spec = &pod["spec"];
    same("restartPolicy", &spec["restartPolicy"], "Always")?;
    same("serviceAccountName", &spec["serviceAccountName"], "default")?;
    same("imagePullPolicy", &spec["containers"][0]["imagePullPolicy"], "IfNotPresent")
}

pub async fn an_eviction_deletes_the_pod(cluster: &Cluster) -> Proof {
    let path = cluster.path("v1", "pods/drained");
    // Ready and not only started: while its node still writes what became of the start, that may be all that is shown.
    let ready = |pod: &Value| condition(pod, "Ready")["status"] == "True";
    until(cluster, &sleeper("drained"), "readiness", ready).await?;
    let body = json!({"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "drained"}});
    let answer = cluster.post(&format!("{path}/eviction"), &body).await?;
    same("the answer", (answer.code, &answer.body["status"]), (201, &json!("Success")))?;
    let shown = |pod: &Value| pod.is_null() || pod["metadata"]["deletionTimestamp"].is_string();
    let going = cluster.until("its deletion", &path, shown).await?;
    if !going.is_null() {
        same("why", &condition(&going, "DisruptionTarget")["reason"], "EvictionByEvictionAPI")?;
    }
    cluster.gone(&path).await
}

pub async fn a_pod_that_is_done(cluster: &Cluster) -> Proof {
    let mut pod = shell("done", "exit 0");
    pod["spec"]["restartPolicy"] = json!("Never");
    let pod = until(cluster, &pod, "its end", |pod| pod["status"]["phase"] == "Succeeded").await?;
    let end = &main_container(&pod)["state"]["terminated"];
    same("how it ended", (&end["exitCode"], &end["reason"]), (&json!(0), &json!("Completed")))?;
    same("ready", &condition(&pod, "Ready")["reason"], "PodCompleted")
}

pub async fn a_pod_that_failed(cluster: &Cluster) -> Proof {
    let mut pod = shell("failed", "exit 3");
    pod["spec"]["restartPolicy"] = json!("Never");
    let pod = until(cluster, &pod, "its end", |pod| pod["status"]["phase"] == "Failed").await?;
    let end = &main_container(&pod)["state"]["terminated"];
    same("how it ended", (&end["exitCode"], &end["reason"]), (&json!(3), &json!("Error")))?;
    same("ready", &condition(&pod, "Ready")["reason"], "PodFailed")
}

pub async fn a_pod_is_given_its_account(cluster: &Cluster) -> Proof {
    let mut pod = sleeper("account");
    pod["spec"]["nodeSelector"] = json!({"no": "such"});
    let made = cluster.create(&cluster.path("v1", "pods"), &pod).await?;
    let name = made["spec"]["volumes"][0]["name"].as_str().unwrap_or_default();
    let seen = name.rsplit_once('-').map_or(name, |(stem, _)| stem);
    cluster.differs("a_pod_is_given_its_account", seen)
}
