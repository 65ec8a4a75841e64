//! Controllers against the sandbox's API, with a stand-in kubelet: objects and statuses as kubectl sees them.

#![cfg(feature = "sandbox")]

#[path = "sandbox_controllers/cluster.rs"]
mod cluster;

use std::time::{Duration, Instant};

use kube::ResourceExt;
use serde_json::{Value, json};

use cluster::{Cluster, PATIENCE, image, workload};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_rolls_out_updates_scales_and_rolls_back() {
    let cluster = Cluster::start().await;
    cluster.create(workload("Deployment", "a:v1", json!({"replicas": 2}))).await;
    assert!(cluster.kubectl("rollout status deployment/x --timeout=15s").await.contains("successfully rolled out"));
    let first = cluster.until("apps/v1", "Deployment", "x", |x| x["status"]["availableReplicas"] == 2).await;
    assert_eq!(first["metadata"]["annotations"]["deployment.kubernetes.io/revision"], "1");
    assert_eq!(first["status"]["observedGeneration"], first["metadata"]["generation"]);

    cluster.patch("apps/v1", "Deployment", "x", image("a:v2")).await;
    assert!(cluster.kubectl("rollout status deployment/x --timeout=15s").await.contains("successfully rolled out"));
    let images: Vec<_> =
        cluster.list("v1", "Pod").await.iter().map(|pod| pod.data["spec"]["containers"][0]["image"].clone()).collect();
    assert!(images.iter().filter(|image| *image == "a:v2").count() == 2, "{images:?}");

    cluster.kubectl("scale deployment/x --replicas=3").await;
    cluster.until("apps/v1", "Deployment", "x", |x| x["status"]["availableReplicas"] == 3).await;
    cluster.kubectl("rollout undo deployment/x").await;
    let third = cluster.until("apps/v1", "Deployment", "x", |x| {
        x["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
    });
    third.await;
    cluster.kubectl("rollout status deployment/x --timeout=15s").await;
    assert_eq!(cluster.list("apps/v1", "ReplicaSet").await.len(), 2);
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_update_keeps_the_old_pod_and_exceeds_its_deadline() {
    let cluster = Cluster::start().await;
    cluster.create(workload("Deployment", "a:v1", json!({"progressDeadlineSeconds": 1}))).await;
    cluster.until("apps/v1", "Deployment", "x", |x| x["status"]["availableReplicas"] == 1).await;
    cluster.patch("apps/v1", "Deployment", "x", image("broken:v2")).await;
    let late = |x: &Value| {
        x["status"]["conditions"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["reason"] == "ProgressDeadlineExceeded"))
    };
    let late = cluster.until("apps/v1", "Deployment", "x", late).await;
    assert_eq!((&late["status"]["availableReplicas"], &late["status"]["updatedReplicas"]), (&json!(1), &json!(1)));
    assert_eq!(late["status"]["unavailableReplicas"], 1);
    // A ready pod that is lost comes again.
    cluster.patch("apps/v1", "Deployment", "x", image("a:v1")).await;
    cluster.kubectl("rollout status deployment/x --timeout=15s").await;
    let pod = cluster.list("v1", "Pod").await[0].name_any();
    cluster.kubectl(&format!("delete pod {pod} --wait=false")).await;
    cluster.kubectl("rollout status deployment/x --timeout=15s").await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stateful_set_has_ordinals_claims_and_revisions() {
    let cluster = Cluster::start().await;
    let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "block"}, "provisioner": "p"});
    cluster.create(class).await;
    let claim = |class: &str| {
        json!([{"metadata": {"name": "db"}, "spec": {"storageClassName": class,
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}])
    };
    cluster
        .create(workload(
            "StatefulSet",
            "a:v1",
            json!({"replicas": 2, "serviceName": "x", "volumeClaimTemplates": claim("block")}),
        ))
        .await;
    cluster.kubectl("rollout status statefulset/x --timeout=15s").await;
    let names: Vec<_> = cluster.list("v1", "Pod").await.iter().map(ResourceExt::name_any).collect();
    assert_eq!(names, ["x-0", "x-1"]);
    let bound = cluster.until("v1", "PersistentVolumeClaim", "db-x-0", |x| x["status"]["phase"] == "Bound").await;
    assert_eq!(bound["status"]["capacity"]["storage"], "1Gi");
    cluster
        .until("v1", "PersistentVolume", bound["spec"]["volumeName"].as_str().unwrap(), |x| {
            x["status"]["phase"] == "Bound"
        })
        .await;

    cluster.patch("apps/v1", "StatefulSet", "x", image("a:v2")).await;
    cluster.kubectl("rollout status statefulset/x --timeout=15s").await;
    cluster
        .until("apps/v1", "StatefulSet", "x", |x| {
            x["status"]["currentRevision"] == x["status"]["updateRevision"] && x["status"]["updatedReplicas"] == 2
        })
        .await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_of_a_missing_class_waits_and_says_so() {
    let cluster = Cluster::start().await;
    cluster.create(json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "default"},
        "spec": {"storageClassName": "nope", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})).await;
    let end = Instant::now() + PATIENCE;
    while !cluster.list("v1", "Event").await.iter().any(|event| event.data["reason"] == "ProvisioningFailed") {
        assert!(Instant::now() < end, "no event");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(cluster.kubectl("describe pvc c").await.contains("storageclass.storage.k8s.io \"nope\" not found"));
    cluster.until("v1", "PersistentVolumeClaim", "c", |x| x["status"]["phase"] == "Pending").await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_set_follows_nodes_and_a_service_follows_pods() {
    let cluster = Cluster::start().await;
    for node in ["n1", "n2"] {
        cluster.create(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})).await;
    }
    cluster.create(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "svc", "namespace": "default", "labels": {"team": "t"}},
        "spec": {"selector": {"app": "x"}, "ports": [{"name": "web", "port": 80, "targetPort": "http"}]}})).await;
    cluster.create(workload("DaemonSet", "a:v1", json!({}))).await;
    cluster.kubectl("rollout status daemonset/x --timeout=15s").await;
    cluster.until("apps/v1", "DaemonSet", "x", |x| x["status"]["numberAvailable"] == 2).await;
    let both = |x: &Value| x["subsets"][0]["addresses"].as_array().is_some_and(|all| all.len() == 2);
    let endpoints = cluster.until("v1", "Endpoints", "svc", both).await;
    assert_eq!(endpoints["subsets"][0]["ports"][0], json!({"name": "web", "port": 8080, "protocol": "TCP"}));
    assert_eq!(endpoints["metadata"]["labels"]["team"], "t");
    let slices = cluster.list("discovery.k8s.io/v1", "EndpointSlice").await;
    assert_eq!(slices.len(), 1);
    assert_eq!(slices[0].data["endpoints"].as_array().unwrap().len(), 2);

    cluster.kubectl("delete node n2").await;
    cluster
        .until("apps/v1", "DaemonSet", "x", |x| {
            x["status"]["desiredNumberScheduled"] == 1 && x["status"]["numberAvailable"] == 1
        })
        .await;
    cluster
        .until("v1", "Endpoints", "svc", |x| x["subsets"][0]["addresses"].as_array().is_some_and(|all| all.len() == 1))
        .await;
    cluster.kubectl("delete service svc").await;
    cluster.until("v1", "Endpoints", "svc", Value::is_null).await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_deployment_takes_its_pods_along() {
    let cluster = Cluster::start().await;
    cluster.create(workload("Deployment", "a:v1", json!({}))).await;
    cluster.until("apps/v1", "Deployment", "x", |x| x["status"]["availableReplicas"] == 1).await;
    cluster.kubectl("delete deployment x").await;
    let end = Instant::now() + PATIENCE;
    while !cluster.list("v1", "Pod").await.is_empty() {
        assert!(Instant::now() < end, "pods are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(cluster.list("apps/v1", "ReplicaSet").await.is_empty());
    cluster.until("v1", "ServiceAccount", "default", |x| !x.is_null()).await;
    cluster.server.shutdown().await;
}
