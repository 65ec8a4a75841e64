//! Two pods that talk to each other by service name.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn vmagent_reads_its_mounted_config_follows_it_and_writes_by_service_name() {
    let Some(cluster) = cluster(233).await else { return };
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client.clone(), "default");
    let config = |job: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "scrape"}, "data": {
            "vmagent.yaml": format!("scrape_configs: [{{job_name: {job}, scrape_interval: 1s, static_configs: [{{targets: ['127.233.0.11:1']}}]}}]")}})
    };
    maps.create(&PostParams::default(), &serde_json::from_value(config("first")).unwrap()).await.unwrap();
    cluster
        .create(&pod(
            "vmsingle",
            json!({"image": "victoriametrics/victoria-metrics:v1.131.0", "args": ["-httpListenAddr=:8429"]}),
        ))
        .await;
    let vmsingle = cluster.until("vmsingle", "readiness", ready).await;
    by_name(&cluster, vmsingle["status"]["podIP"].as_str().unwrap()).await;
    let mut vmagent = serde_json::to_value(pod("vmagent", json!({
        "image": "victoriametrics/vmagent:v1.131.0",
        "args": ["-promscrape.config=/etc/vmagent/config/vmagent.yaml", "-promscrape.configCheckInterval=1s", "-remoteWrite.flushInterval=1s",
            "-remoteWrite.tmpDataPath=/tmp/queue", "-remoteWrite.url=http://vmsingle.default.svc:8428/api/v1/write"],
        "volumeMounts": [{"name": "config", "mountPath": "/etc/vmagent/config"}, {"name": "queue", "mountPath": "/tmp/queue"}]
    }))).unwrap();
    vmagent["spec"]["volumes"] =
        json!([{"name": "config", "configMap": {"name": "scrape"}}, {"name": "queue", "emptyDir": {}}]);
    cluster.create(&serde_json::from_value(vmagent).unwrap()).await;
    cluster.until("vmagent", "readiness", ready).await;
    let stored = |job: &'static str| until_stored(&cluster, vmsingle["status"]["podIP"].as_str().unwrap(), job);
    stored("first").await;
    maps.replace("scrape", &PostParams::default(), &serde_json::from_value(config("second")).unwrap()).await.unwrap();
    stored("second").await;
    metrics_come_and_go(&cluster).await;
    cluster.handle.shutdown().await;
}

async fn until_stored(cluster: &Cluster, ip: &str, job: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        get(None, &format!("http://{ip}:8429/internal/force_flush")).await;
        let (_, text) = get(None, &format!("http://{ip}:8429/api/v1/series?match[]=up&nocache=1")).await;
        if text.contains(&format!("\"job\":\"{job}\"")) {
            return;
        }
        let log =
            std::fs::read_to_string(cluster.dir.path().join("pod-logs/default_vmagent/main.log")).unwrap_or_default();
        assert!(Instant::now() < deadline, "{job} is not stored: {text}\n{log}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// PodMetrics are there while the pod is, in the units of a metrics server.
async fn metrics_come_and_go(cluster: &Cluster) {
    let path = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/vmagent";
    let read = || async {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        cluster.client.request::<Value>(request).await.ok()
    };
    let wait = |there: bool| async move {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let seen = read().await;
            if seen.is_some() == there {
                return seen;
            }
            assert!(Instant::now() < deadline, "metrics: wanted {there}, have {seen:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let metrics = wait(true).await.unwrap();
    let memory = metrics["containers"][0]["usage"]["memory"].as_str().unwrap();
    assert!(memory.strip_suffix("Ki").unwrap().parse::<u64>().unwrap() > 5_000, "{metrics}");
    cluster.pods().delete("vmagent", &DeleteParams::default()).await.unwrap();
    wait(false).await;
}
