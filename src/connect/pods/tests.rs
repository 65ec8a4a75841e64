use serde_json::json;

use super::*;
use crate::connect::testing::{cluster_at, serve};

fn endpoint(port: &str) -> Endpoint {
    Endpoint { namespace: "o".to_owned(), service: "am".to_owned(), port: Port(port.to_owned()) }
}

fn slice(ready: serde_json::Value, pod: &str) -> serde_json::Value {
    json!({"endpoints": [{"addresses": ["10.0.0.1"], "conditions": {"ready": ready},
        "targetRef": {"kind": "Pod", "name": pod}}], "ports": [{"name": "http", "port": 9093, "protocol": "TCP"}]})
}

/// A cluster with the Service `am` (http: 80 -> a named port), these slices and these pods.
async fn cluster(slices: serde_json::Value, pods: serde_json::Value) -> Connections {
    let url = serve(move |request| {
        let body = match request.split('?').next().unwrap() {
            "GET /api/v1/namespaces/o/services/am" => json!({"spec": {"clusterIP": "None", "selector": {"app": "am"},
                "ports": [{"name": "http", "port": 80, "targetPort": "web"}]}}),
            "GET /apis/discovery.k8s.io/v1/namespaces/o/endpointslices" => json!({"items": slices}),
            "GET /api/v1/namespaces/o/pods" => json!({"items": pods}),
            other => panic!("{other}"),
        };
        (200, "application/json", body.to_string())
    });
    cluster_at(&url.await).await
}

fn message(trouble: Trouble) -> String {
    let Trouble::NoReadyEndpoint { message, .. } = trouble else { panic!("{trouble}") };
    message
}

#[tokio::test]
async fn a_service_port_leads_to_the_target_port_of_each_ready_pod() {
    let slices = json!([
        slice(json!(true), "am-1"),
        slice(json!(false), "am-2"),
        slice(json!(null), "am-0"),
        slice(json!(true), "am-1")
    ]);
    let connections = cluster(slices, json!([])).await;
    for port in ["http", "80"] {
        let pods = connections.pods(&endpoint(port)).await.unwrap();
        let shown: Vec<String> = pods.iter().map(PodAddress::to_string).collect();
        assert_eq!(shown, ["Pod o/am-0 port 9093", "Pod o/am-1 port 9093"]);
    }
}

#[tokio::test]
async fn a_port_that_the_service_does_not_have_is_named() {
    let connections = cluster(json!([slice(json!(true), "am-0")]), json!([])).await;
    let message = message(connections.pods(&endpoint("web")).await.unwrap_err());
    assert_eq!(message, "it has no port web; it has http:80");
}

#[tokio::test]
async fn pods_that_are_not_ready_say_what_they_wait_for() {
    let pods = json!([
        {"metadata": {"name": "am-0"}, "status": {"phase": "Running", "containerStatuses": [
            {"name": "alertmanager", "ready": false, "state": {"waiting": {"reason": "CrashLoopBackOff"}}},
            {"name": "config-reloader", "ready": true, "state": {"running": {}}}]}},
        {"metadata": {"name": "am-1"}, "status": {"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}]}},
    ]);
    let connections = cluster(json!([slice(json!(false), "am-0")]), pods).await;
    assert_eq!(
        message(connections.pods(&endpoint("http")).await.unwrap_err()),
        "pod am-0 is Running, container alertmanager: CrashLoopBackOff; pod am-1 is Pending, 0/1 nodes are available"
    );
    let nobody = cluster(json!([]), json!([])).await.pods(&endpoint("http")).await.unwrap_err();
    assert_eq!(message(nobody), "no pod matches its selector app=am");
}

#[tokio::test]
async fn a_service_that_is_absent_is_not_deployed() {
    let url = serve(|_| {
        (
            404,
            "application/json",
            json!({"reason": "NotFound", "details": {"name": "am", "kind": "services"}}).to_string(),
        )
    });
    let trouble = cluster_at(&url.await).await.pods(&endpoint("http")).await.unwrap_err();
    assert_eq!(trouble, Trouble::NotDeployed { service: "Service o/am".to_owned() });
}
