//! Init containers and jobs.

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
