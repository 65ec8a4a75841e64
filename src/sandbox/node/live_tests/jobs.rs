//! Init containers, jobs and claims.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn init_containers_run_in_order_and_jobs_end() {
    let Some(cluster) = cluster(234).await else { return };
    let mut job =
        serde_json::to_value(pod("job", json!({"image": "prom/alertmanager:v0.29.0", "args": ["--version"]}))).unwrap();
    job["spec"]["restartPolicy"] = json!("Never");
    job["spec"]["initContainers"] = json!([
        {"name": "one", "image": "prom/alertmanager:v0.29.0", "args": ["--version"]},
        {"name": "two", "image": "prom/node-exporter:v1.9.1", "args": ["--version"]}
    ]);
    cluster.create(&serde_json::from_value(job).unwrap()).await;
    let done = cluster.until("job", "success", |pod| pod["status"]["phase"] == "Succeeded").await;
    let init = &done["status"]["initContainerStatuses"];
    for index in 0..2 {
        assert_eq!(init[index]["state"]["terminated"]["reason"], "Completed", "{init}");
    }
    let log = std::fs::read_to_string(cluster.dir.path().join("pod-logs/default_job/two.log")).unwrap();
    assert!(log.contains("node_exporter, version 1.9.1"), "{log}");
    cluster.pods().delete("job", &DeleteParams::default()).await.unwrap();
    cluster.until("job", "the deletion", Value::is_null).await;
    cluster.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_waited_for_and_its_data_outlives_the_pod() {
    let Some(cluster) = cluster(235).await else { return };
    let claims: Api<PersistentVolumeClaim> = Api::namespaced(cluster.client.clone(), "default");
    let claim = json!({"metadata": {"name": "data"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "storageClassName": "none", "resources": {"requests": {"storage": "1Gi"}}}});
    claims.create(&PostParams::default(), &serde_json::from_value(claim).unwrap()).await.unwrap();
    let mut vmsingle = serde_json::to_value(pod(
        "vmsingle",
        json!({"image": "victoriametrics/victoria-metrics:v1.131.0", "args": ["-storageDataPath=/data"],
            "readinessProbe": {"httpGet": {"path": "/health", "port": 8428}},
            "volumeMounts": [{"name": "d", "mountPath": "/data"}]}),
    ))
    .unwrap();
    vmsingle["spec"]["volumes"] = json!([{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]);
    cluster.create(&serde_json::from_value(vmsingle).unwrap()).await;
    cluster.until("vmsingle", "Unschedulable", |pod| pod["status"]["conditions"][0]["reason"] == "Unschedulable").await;
    let params = kube::api::PatchParams::default();
    let bound = kube::api::Patch::Merge(json!({"status": {"phase": "Bound"}}));
    claims.patch_status("data", &params, &bound).await.unwrap();
    let volume = kube::api::Patch::Merge(json!({"spec": {"volumeName": "pv-1"}}));
    claims.patch("data", &params, &volume).await.unwrap();
    cluster.until("vmsingle", "readiness", ready).await;
    cluster.pods().delete("vmsingle", &DeleteParams::default()).await.unwrap();
    cluster.until("vmsingle", "the deletion", Value::is_null).await;
    assert!(cluster.dir.path().join("volumes/pv-1/data").is_dir());
    cluster.handle.shutdown().await;
}
