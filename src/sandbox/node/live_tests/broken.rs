//! Pods that cannot run.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn broken_pods_show_what_a_kubelet_shows() {
    let Some(cluster) = cluster(232).await else {
        return;
    };
    cluster.create(&pod("noimage", json!({"image": "victoriametrics/vmagent:does-not-exist"}))).await;
    cluster
        .create(&pod(
            "badflag",
            json!({"image": "victoriametrics/vmagent:v1.131.0", "args": ["-nosuchflag"],
        "terminationMessagePolicy": "FallbackToLogsOnError"}),
        ))
        .await;
    cluster
        .create(&pod(
            "toobig",
            json!({"image": "prom/node-exporter:v1.9.1", "resources": {"requests": {"memory": "900Gi"}}}),
        ))
        .await;
    cluster
        .create(&pod(
            "oom",
            json!({"image": "victoriametrics/victoria-metrics:v1.131.0", "resources": {"limits": {"memory": "8Mi"}}}),
        ))
        .await;
    cluster
        .create(&pod(
            "noconfig",
            json!({"image": "prom/node-exporter:v1.9.1",
        "env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "absent", "key": "k"}}}]}),
        ))
        .await;

    let noimage =
        cluster.until("noimage", "ImagePullBackOff", |pod| state(pod)["waiting"]["reason"] == "ImagePullBackOff").await;
    assert_eq!(noimage["status"]["phase"], "Pending");
    let badflag =
        cluster.until("badflag", "CrashLoopBackOff", |pod| state(pod)["waiting"]["reason"] == "CrashLoopBackOff").await;
    let message = state(&badflag)["waiting"]["message"].as_str().unwrap();
    assert!(message.starts_with("back-off 10s restarting failed container=main pod=badflag_default("), "{message}");
    let last = &badflag["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert!(last["message"].as_str().unwrap().contains("nosuchflag"), "{last}");
    let oom = cluster.until("oom", "OOMKilled", |pod| {
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] == "OOMKilled"
    });
    assert_eq!(oom.await["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 137);
    cluster
        .until("noconfig", "CreateContainerConfigError", |pod| {
            state(pod)["waiting"]["reason"] == "CreateContainerConfigError"
                && state(pod)["waiting"]["message"] == "secret \"absent\" not found"
        })
        .await;
    let toobig = cluster
        .until("toobig", "Unschedulable", |pod| pod["status"]["conditions"][0]["reason"] == "Unschedulable")
        .await;
    let message = toobig["status"]["conditions"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("0/2 nodes are available: 2 Insufficient memory."), "{message}");
    cluster.handle.shutdown().await;
}
