//! Ports and conditions of endpoints on literal pods.

use super::*;
use serde_json::json;

fn service(spec: serde_json::Value) -> Service {
    serde_json::from_value(json!({"metadata": {"name": "svc", "namespace": "a", "uid": "s"}, "spec": spec})).unwrap()
}

fn pod(name: &str, address: Option<&str>, ready: bool, port: i32) -> Arc<Pod> {
    let value = json!({
        "metadata": {"name": name, "namespace": "a", "uid": name},
        "spec": {
            "nodeName": "n", "hostname": name, "subdomain": "svc",
            "containers": [{"name": "c", "ports": [{"name": "http", "containerPort": port}]}],
        },
        "status": {
            "phase": "Running", "podIP": address,
            "conditions": [{"type": "Ready", "status": if ready { "True" } else { "False" }}],
        },
    });
    Arc::new(serde_json::from_value(value).unwrap())
}

fn named() -> Service {
    service(json!({"ports": [{"name": "web", "port": 80, "targetPort": "http"}]}))
}

#[test]
fn a_named_target_port_is_looked_up_in_each_pod() {
    let groups = groups(&named(), &[pod("a", Some("127.0.0.2"), true, 8080), pod("b", Some("127.0.0.3"), true, 9090)]);
    let ports: Vec<_> = groups.iter().map(|group| (group.ports[0].number, group.backends.len())).collect();
    assert_eq!(ports, [(8080, 1), (9090, 1)]);
    assert_eq!(groups[0].ports[0].name.as_deref(), Some("web"));
}

#[test]
fn a_port_without_target_is_the_services_own() {
    let groups = groups(&service(json!({"ports": [{"port": 80}]})), &[pod("a", Some("127.0.0.2"), true, 8080)]);
    assert_eq!(groups[0].ports[0].number, 80);
}

#[test]
fn a_pod_without_address_or_at_its_end_is_no_endpoint() {
    let mut done = pod("b", Some("127.0.0.3"), false, 80).as_ref().clone();
    done.status.as_mut().unwrap().phase = Some("Failed".into());
    let groups = groups(&named(), &[pod("a", None, false, 8080), Arc::new(done)]);
    assert_eq!(groups.len(), 1);
    assert!(groups[0].backends.is_empty());
}

#[test]
fn an_unready_pod_is_usable_only_where_the_service_publishes_it() {
    let pods = [pod("a", Some("127.0.0.2"), false, 8080)];
    assert!(!groups(&named(), &pods)[0].backends[0].usable);
    let published = service(json!({"publishNotReadyAddresses": true, "ports": [{"port": 80}]}));
    let backend = &groups(&published, &pods)[0].backends[0];
    assert!(backend.usable && !backend.serving);
}

#[test]
fn a_terminating_pod_may_serve_but_is_not_ready() {
    let mut ending = pod("a", Some("127.0.0.2"), true, 8080).as_ref().clone();
    ending.metadata.deletion_timestamp = Some(k8s_openapi::apimachinery::pkg::apis::meta::v1::Time(Default::default()));
    let service = named();
    let slice = groups(&service, &[Arc::new(ending)])[0].slice(&service, BTreeMap::new());
    let conditions = slice.endpoints[0].conditions.clone().unwrap();
    assert_eq!((conditions.ready, conditions.serving, conditions.terminating), (Some(false), Some(true), Some(true)));
}

#[test]
fn a_slice_names_node_pod_and_hostname_and_keeps_its_name() {
    let service = named();
    let one = groups(&service, &[pod("a", Some("127.0.0.2"), true, 8080)])[0].slice(&service, BTreeMap::new());
    let endpoint = &one.endpoints[0];
    assert_eq!((endpoint.node_name.as_deref(), endpoint.hostname.as_deref()), (Some("n"), Some("a")));
    assert_eq!(endpoint.target_ref.as_ref().unwrap().kind.as_deref(), Some("Pod"));
    let other = groups(&service, &[pod("b", Some("127.0.0.3"), true, 8080)])[0].slice(&service, BTreeMap::new());
    assert_eq!(one.name_any(), other.name_any());
}
