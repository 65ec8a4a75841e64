//! The ways in which a pod does not run, each as the judge has to tell it from the others.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::events::{of, saying};
use crate::pods::{main_container, serving, shell, sleeper, until};
use crate::table::Proof;
use crate::waiting::{begins, condition, has, holds, same};

fn waits_for(pod: &Value, reason: &str) -> bool {
    main_container(pod)["state"]["waiting"]["reason"] == reason
}

pub async fn an_image_that_cannot_be_pulled(cluster: &Cluster) -> Proof {
    let mut pod = sleeper("no-image");
    pod["spec"]["containers"][0]["image"] = json!("localhost/contract-nosuch:1");
    let pod = until(cluster, &pod, "ImagePullBackOff", |pod| waits_for(pod, "ImagePullBackOff")).await?;
    let main = main_container(&pod);
    let said = "Back-off pulling image \"localhost/contract-nosuch:1\"";
    begins("the message", main["state"]["waiting"]["message"].as_str().unwrap_or_default(), said)?;
    same("ready", (&main["ready"], &main["started"]), (&json!(false), &json!(false)))?;
    same("restarts", &main["restartCount"], 0)?;
    same("imageID", &main["imageID"], "")?;
    same("phase", &pod["status"]["phase"], "Pending")?;
    same("why it is not ready", &condition(&pod, "Ready")["reason"], "ContainersNotReady")?;
    let said = "containers with unready status: [main]";
    same("in words", &condition(&pod, "Ready")["message"], said)?;
    let failed = of(cluster, "Pod", "no-image", "Failed").await?;
    same("the event", &failed["type"], "Warning")?;
    of(cluster, "Pod", "no-image", "BackOff").await.map(drop)
}

pub async fn a_process_that_ends_again_and_again(cluster: &Cluster) -> Proof {
    let mut pod = shell("crashes", "echo no such flag; exit 2");
    pod["spec"]["containers"][0]["terminationMessagePolicy"] = json!("FallbackToLogsOnError");
    let pod = until(cluster, &pod, "CrashLoopBackOff", |pod| waits_for(pod, "CrashLoopBackOff")).await?;
    let main = main_container(&pod);
    let message = main["state"]["waiting"]["message"].as_str().unwrap_or_default();
    let uid = pod["metadata"]["uid"].as_str().unwrap_or_default();
    let said = format!("restarting failed container=main pod=crashes_{}({uid})", cluster.namespace);
    has("the message", message, &said)?;
    begins("the message", message, "back-off ")?;
    let last = &main["lastState"]["terminated"];
    same("how it ended", (&last["exitCode"], &last["reason"]), (&json!(2), &json!("Error")))?;
    same("its last words", &last["message"], "no such flag\n")?;
    holds(last["startedAt"].is_string() && last["finishedAt"].is_string(), || format!("{last}"))?;
    same("phase", &pod["status"]["phase"], "Running")?;
    same("ready", &main["ready"], false)?;
    let path = cluster.path("v1", "pods/crashes");
    let count = |pod: &Value| main_container(pod)["restartCount"].as_u64();
    cluster.until("a restart", &path, |pod| count(pod) >= Some(1)).await?;
    of(cluster, "Pod", "crashes", "BackOff").await.map(drop)
}

pub async fn a_process_that_takes_too_much_memory(cluster: &Cluster) -> Proof {
    let mut pod = shell("oom", "x=$(head -c 1000000 /dev/zero | tr '\\0' x); while :; do y=$y$x; sleep 0.05; done");
    pod["spec"]["containers"][0]["resources"] = json!({"limits": {"memory": "24Mi"}});
    let ended = |pod: &Value| main_container(pod)["lastState"]["terminated"].is_object();
    let pod = until(cluster, &pod, "an end", ended).await?;
    let last = &main_container(&pod)["lastState"]["terminated"];
    same("how it ended", (&last["reason"], &last["exitCode"]), (&json!("OOMKilled"), &json!(137)))?;
    same("qosClass", &pod["status"]["qosClass"], "Burstable")?;
    // A limit is a request where there is none.
    same("requests", &pod["spec"]["containers"][0]["resources"]["requests"], json!({"memory": "24Mi"}))
}

pub async fn a_pod_that_fits_on_no_node(cluster: &Cluster) -> Proof {
    let mut pod = sleeper("too-big");
    pod["spec"]["containers"][0]["resources"] = json!({"requests": {"memory": "900Gi"}});
    let pod = until(cluster, &pod, "Unschedulable", |pod| condition(pod, "PodScheduled")["status"] == "False").await?;
    same("phase", &pod["status"]["phase"], "Pending")?;
    let found = condition(&pod, "PodScheduled");
    same("reason", &found["reason"], "Unschedulable")?;
    has("message", found["message"].as_str().unwrap_or_default(), "nodes are available: ")?;
    has("message", found["message"].as_str().unwrap_or_default(), "Insufficient memory")?;
    same("containerStatuses", &pod["status"]["containerStatuses"], Value::Null)?;
    let event = of(cluster, "Pod", "too-big", "FailedScheduling").await?;
    same("the event", (&event["type"], &event["message"]), (&json!("Warning"), &found["message"]))
}

pub async fn a_readiness_probe_that_fails(cluster: &Cluster) -> Proof {
    let mut pod = serving(cluster, "unready");
    pod["spec"]["containers"][0]["readinessProbe"] = json!({"httpGet": {"path": "/missing", "port": "web"}, "periodSeconds": 1, "timeoutSeconds": 10, "failureThreshold": 1});
    let running = |pod: &Value| main_container(pod)["state"]["running"].is_object();
    let pod = until(cluster, &pod, "a start", running).await?;
    same("phase", &pod["status"]["phase"], "Running")?;
    let said = "Readiness probe failed: HTTP probe failed with statuscode: 404";
    let event = saying(cluster, "Pod", "unready", "Unhealthy", said).await?;
    same("the event", (&event["message"], &event["type"]), (said, "Warning"))?;
    // The event may be told before the status is written.
    let started = |pod: &Value| main_container(pod)["started"] == true;
    let pod = cluster.until("its start", &cluster.path("v1", "pods/unready"), started).await?;
    let main = main_container(&pod);
    same("ready", &main["ready"], false)?;
    same("why", &condition(&pod, "Ready")["reason"], "ContainersNotReady")?;
    same("restarts", &main["restartCount"], 0)
}

pub async fn a_liveness_probe_that_fails(cluster: &Cluster) -> Proof {
    let mut pod = serving(cluster, "unalive");
    pod["spec"]["containers"][0]["livenessProbe"] = json!({"httpGet": {"path": "/missing", "port": 8080}, "periodSeconds": 1, "timeoutSeconds": 10, "failureThreshold": 1});
    let restarted = |pod: &Value| main_container(pod)["restartCount"].as_u64() >= Some(1);
    let pod = until(cluster, &pod, "a restart", restarted).await?;
    let last = &main_container(&pod)["lastState"]["terminated"];
    holds(last["exitCode"].as_u64().is_some_and(|code| code > 128), || format!("{last}"))?;
    same("its reason", &last["reason"], "Error")?;
    let said = "Liveness probe failed: HTTP probe failed with statuscode: 404";
    let event = saying(cluster, "Pod", "unalive", "Unhealthy", said).await?;
    same("the event", (&event["message"], &event["type"]), (said, "Warning"))?;
    let event = of(cluster, "Pod", "unalive", "Killing").await?;
    same("the end", &event["message"], "Container main failed liveness probe, will be restarted")
}

pub async fn a_secret_that_is_absent(cluster: &Cluster) -> Proof {
    let mut pod = sleeper("no-secret");
    pod["spec"]["containers"][0]["env"] =
        json!([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "nosuch", "key": "k"}}}]);
    let reason = "CreateContainerConfigError";
    let pod = until(cluster, &pod, reason, |pod| waits_for(pod, reason)).await?;
    let waiting = &main_container(&pod)["state"]["waiting"];
    same("the message", &waiting["message"], "secret \"nosuch\" not found")?;
    same("phase", &pod["status"]["phase"], "Pending")
}

pub async fn a_container_that_writes_too_much(cluster: &Cluster) -> Proof {
    let mut pod = shell("evicted", "head -c 4000000 /dev/zero > full; exec sleep 600");
    pod["spec"]["containers"][0]["resources"] = json!({"limits": {"ephemeral-storage": "1Mi"}});
    let pod = until(cluster, &pod, "eviction", |pod| pod["status"]["phase"] == "Failed").await?;
    same("reason", &pod["status"]["reason"], "Evicted")?;
    let said = "Pod ephemeral local storage usage exceeds the total limit of containers 1Mi. ";
    same("message", &pod["status"]["message"], said)?;
    same("why it is not ready", &condition(&pod, "Ready")["reason"], "PodFailed")?;
    same("who ended it", condition(&pod, "DisruptionTarget"), Value::Null)?;
    let event = of(cluster, "Pod", "evicted", "Evicted").await?;
    same("the event", (&event["type"], &event["message"]), (&json!("Warning"), &json!(said)))
}

pub async fn a_claim_that_is_pending_keeps_its_pod(cluster: &Cluster) -> Proof {
    cluster.create(&cluster.path("v1", "persistentvolumeclaims"), &crate::storage::claim("waits")).await?;
    let mut pod = sleeper("waits");
    pod["spec"]["volumes"] = json!([{"name": "data", "persistentVolumeClaim": {"claimName": "waits"}}]);
    let pod = until(cluster, &pod, "Unschedulable", |pod| condition(pod, "PodScheduled")["status"] == "False").await?;
    let found = condition(&pod, "PodScheduled");
    same("reason", &found["reason"], "Unschedulable")?;
    let said = "pod has unbound immediate PersistentVolumeClaims";
    has("message", found["message"].as_str().unwrap_or_default(), said)
}
