//! The stand-in of kube-state-metrics against the sandbox's API.

#![cfg(feature = "sandbox")]

#[path = "sandbox_controllers/cluster.rs"]
#[allow(dead_code)]
mod cluster;

use std::time::{Duration, Instant};

use serde_json::json;
use signoff::sandbox::exporters::{StateOptions, run_state};

use cluster::{Cluster, PATIENCE, workload};

/// A port that was free a moment ago.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn get(port: u16) -> String {
    match reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await {
        Ok(answer) => answer.text().await.unwrap(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_controllers_write_is_what_its_series_say() {
    let cluster = Cluster::start().await;
    cluster.create(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n1"}})).await;
    cluster.create(workload("Deployment", "a:v1", json!({"replicas": 2}))).await;
    let (objects, telemetry) = (free_port(), free_port());
    let args = [format!("--port={objects}"), format!("--telemetry-port={telemetry}")];
    let server = tokio::spawn(run_state(cluster.client.clone(), StateOptions::from_args(&args)));
    let end = Instant::now() + PATIENCE;
    let text = loop {
        let text = get(objects).await;
        if text.contains("kube_deployment_status_replicas_available{namespace=\"default\",deployment=\"x\"} 2") {
            break text;
        }
        assert!(Instant::now() < end, "{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(text.matches("phase=\"Running\"} 1").count(), 2);
    assert!(text.contains("kube_node_info{node=\"n1\""));
    assert!(text.contains("kube_namespace_status_phase{namespace=\"default\",phase=\"Active\"} 1"));
    assert!(get(telemetry).await.contains("kube_state_metrics_list_total{resource=\"*v1.Pod\",result=\"success\"}"));
    server.abort();
    cluster.server.shutdown().await;
}
