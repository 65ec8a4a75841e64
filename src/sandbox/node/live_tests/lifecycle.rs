//! A pod from its start to its deletion.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_runs_is_reached_by_name_survives_a_kill_and_is_deleted() {
    let Some(cluster) = cluster(231).await else {
        return;
    };
    let vmsingle = pod(
        "vmsingle",
        json!({
            "image": "victoriametrics/victoria-metrics:v1.131.0",
            "args": ["-httpListenAddr=:8429", "-storageDataPath=/data/x", "-retentionPeriod=90d"],
            "ports": [{"name": "http", "containerPort": 8429}],
            "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5},
            "resources": {"limits": {"memory": "2Gi"}}
        }),
    );
    cluster.create(&vmsingle).await;
    let running = cluster.until("vmsingle", "readiness", ready).await;
    let ip = running["status"]["podIP"].as_str().unwrap().to_owned();
    assert_eq!(get(None, &format!("http://{ip}:8429/health")).await.1, "OK");

    by_name(&cluster, &ip).await;
    kubelet_endpoints(&cluster, running["spec"]["nodeName"].as_str().unwrap()).await;

    let pid = |pod: &Value| pod["metadata"]["annotations"]["sandbox.signoff.dev/pid.main"].as_str().map(str::to_owned);
    let with_pid = cluster.until("vmsingle", "the pid annotation", |pod| pid(pod).is_some()).await;
    process::kill(pid(&with_pid).unwrap().parse().unwrap());
    let restarted = cluster
        .until("vmsingle", "a restart", |pod| pod["status"]["containerStatuses"][0]["restartCount"] == 1 && ready(pod));
    let restarted = restarted.await;
    let last = &restarted["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!((&last["exitCode"], &last["reason"]), (&json!(137), &json!("Error")));
    assert!(cluster.dir.path().join("pod-logs/default_vmsingle/main.previous.log").exists());

    cluster.pods().delete("vmsingle", &DeleteParams::default()).await.unwrap();
    cluster.until("vmsingle", "the deletion", Value::is_null).await;
    assert_eq!(get(None, &format!("http://{ip}:8429/health")).await.0, 0);
    let reasons = cluster.reasons().await;
    for wanted in ["Scheduled", "Pulled", "Started", "Killing"] {
        assert!(reasons.iter().any(|reason| reason == wanted), "{wanted} is not in {reasons:?}");
    }
    cluster.handle.shutdown().await;
}

async fn kubelet_endpoints(cluster: &Cluster, node: &str) {
    let host = if node == "infra-cp-1" { 11 } else { 12 };
    let url = format!("https://127.{}.0.{host}:10250", cluster.block);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let (_, text) = get(None, &format!("{url}/metrics/cadvisor")).await;
        let row = text.lines().find(|line| {
            line.starts_with("container_memory_working_set_bytes{container=\"main\"")
                && line.contains("pod=\"vmsingle\"")
        });
        let bytes = row.and_then(|row| row.split_whitespace().nth_back(1)).and_then(|value| value.parse::<f64>().ok());
        if bytes.is_some_and(|bytes| bytes > 10_000_000.0) {
            break;
        }
        assert!(Instant::now() < deadline, "no memory of the pod: {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(get(None, &format!("{url}/metrics")).await.1.contains("kubelet_running_pods 1"));
}
