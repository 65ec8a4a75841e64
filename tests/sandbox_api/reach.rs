//! Ways to components, and what is denied: port-forward, API proxy, access reviews.

use kube::api::{ListParams, PostParams};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{self, Sandbox, deadline};

#[tokio::test]
async fn a_port_is_forwarded_to_the_pods_own_address_and_a_dead_one_says_why() {
    let sandbox = Sandbox::start().await;
    let listener = tokio::net::TcpListener::bind("127.77.3.4:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let echo = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 64];
        let count = stream.read(&mut buffer).await.unwrap();
        stream.write_all(&buffer[..count]).await.unwrap();
    });
    let pods = sandbox.running_pod("p", "127.77.3.4").await;
    let mut forwarder = pods.portforward("p", &[port]).await.unwrap();
    let mut stream = forwarder.take_stream(port).unwrap();
    stream.write_all(b"hello").await.unwrap();
    let mut back = Vec::new();
    deadline(stream.read_to_end(&mut back)).await.unwrap();
    assert_eq!(back, b"hello");
    echo.await.unwrap();

    let mut forwarder = pods.portforward("p", &[1]).await.unwrap();
    let error = deadline(forwarder.take_error(1).unwrap()).await.unwrap();
    assert!(error.contains("127.77.3.4:1: connect: connection refused"), "{error}");
    sandbox.stop().await;
}

#[tokio::test]
async fn the_api_proxy_reaches_ready_endpoints_and_names_what_is_missing() {
    let sandbox = Sandbox::start().await;
    let port = support::http_server("127.77.3.5").await;
    let services = sandbox.dynamic("v1", "Service", "default");
    let service = support::object("v1", "Service", "vm", json!({"spec": {"ports": [{"name": "http", "port": 80}]}}));
    let made = services.create(&PostParams::default(), &service).await.unwrap();
    assert!(made.data["spec"]["clusterIP"].as_str().unwrap().starts_with("127.77."));
    assert_eq!(made.data["spec"]["ports"][0]["targetPort"], 80);
    let path = "/api/v1/namespaces/default/services/http:vm:80/proxy/api/v1/query?query=up";
    assert_eq!(sandbox.get(path).await.1["message"], r#"no endpoints available for service "vm""#);
    let slice = json!({
        "metadata": {"labels": {"kubernetes.io/service-name": "vm"}}, "addressType": "IPv4",
        "ports": [{"name": "http", "port": port}],
        "endpoints": [{"addresses": ["127.77.3.5"], "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": "p"}}],
    });
    let mut object = support::object("discovery.k8s.io/v1", "EndpointSlice", "vm-1", slice.clone());
    object.metadata.labels = Some([("kubernetes.io/service-name".to_owned(), "vm".to_owned())].into());
    sandbox
        .dynamic("discovery.k8s.io/v1", "EndpointSlice", "default")
        .create(&PostParams::default(), &object)
        .await
        .unwrap();
    let (code, body) = sandbox.get(path).await;
    assert_eq!((code, &body), (422, &json!({"asked": "GET /api/v1/query?query=up HTTP/1.1"})));
    let (code, body) = sandbox.get("/api/v1/namespaces/default/services/vm:9/proxy/").await;
    assert_eq!((code, &body["message"]), (503, &json!(r#"no service port 9 found for service "vm""#)));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_denied_verb_is_refused_and_the_review_says_so() {
    let sandbox = Sandbox::start().await;
    let system = sandbox.dynamic("v1", "ConfigMap", "kube-system");
    let faults = support::object("v1", "ConfigMap", "signoff-faults", json!({"data": {"deny": "list pods default\n"}}));
    system.create(&PostParams::default(), &faults).await.unwrap();
    let refused = sandbox.dynamic("v1", "Pod", "default").list(&ListParams::default()).await.unwrap_err();
    let expected =
        r#"pods is forbidden: User "signoff" cannot list resource "pods" in API group "" in the namespace "default""#;
    assert!(refused.to_string().contains(expected), "{refused}");
    sandbox.dynamic("v1", "Pod", "kube-system").list(&ListParams::default()).await.unwrap();

    let reviews = sandbox.cluster("authorization.k8s.io/v1", "SelfSubjectAccessReview");
    for (namespace, allowed) in [("default", false), ("other", true)] {
        let asked =
            json!({"spec": {"resourceAttributes": {"verb": "list", "resource": "pods", "namespace": namespace}}});
        let review = support::object("authorization.k8s.io/v1", "SelfSubjectAccessReview", "", asked);
        let answer = reviews.create(&PostParams::default(), &review).await.unwrap();
        assert_eq!(answer.data["status"]["allowed"], allowed);
    }
    sandbox.stop().await;
}
