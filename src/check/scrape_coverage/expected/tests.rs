//! Expected targets of literal clusters.

use serde_json::{Value, json};

use super::*;
use crate::check::scrape_coverage::job::jobs;
use crate::check::scrape_coverage::picture::Agent;

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn pod(name: &str, ip: &str, phase: &str, ports: Value) -> Pod {
    from(json!({
        "metadata": {"name": name, "namespace": "apps", "labels": {"app": "web"}, "annotations": {"a.b/c": "x"}},
        "spec": {"nodeName": "node-1", "containers": [{"name": "main", "ports": ports}]},
        "status": {"podIP": ip, "phase": phase},
    }))
}

/// A Service `web` with the ports `http` and `metrics` before one ready and one unready pod, and a pod that is done.
fn picture() -> Picture {
    let ports = json!([{"name": "http", "containerPort": 8080}, {"name": "metrics", "containerPort": 9090},
        {"name": "debug", "containerPort": 6060}]);
    let to = |pod: &str, ip: &str, ready: bool| json!({"addresses": [ip], "conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "name": pod}});
    Picture {
        services: vec![from(json!({
            "metadata": {"name": "web", "namespace": "apps", "labels": {"app": "web"}},
            "spec": {"ports": [{"name": "http", "port": 80}, {"name": "metrics", "port": 90}]},
        }))],
        slices: vec![from(json!({
            "metadata": {"name": "web-x", "namespace": "apps", "labels": {"kubernetes.io/service-name": "web"}},
            "addressType": "IPv4",
            "endpoints": [to("web-1", "10.0.0.1", true), to("web-2", "10.0.0.2", false)],
            "ports": [{"name": "http", "port": 8080}, {"name": "metrics", "port": 9090}],
        }))],
        pods: vec![
            pod("web-1", "10.0.0.1", "Running", ports.clone()),
            pod("web-2", "10.0.0.2", "Pending", ports.clone()),
            pod("web-0", "10.0.0.9", "Succeeded", ports.clone()),
            pod("web-3", "", "Pending", ports),
        ],
        nodes: vec![
            from(json!({"metadata": {"name": "node-1", "labels": {"zone": "a"}}, "status": {
                "addresses": [{"type": "Hostname", "address": "node-1"}, {"type": "InternalIP", "address": "10.1.0.1"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}}}})),
            from(
                json!({"metadata": {"name": "node-2"}, "status": {"addresses": [{"type": "InternalIP", "address": "10.1.0.2"}]}}),
            ),
        ],
        ..Picture::default()
    }
}

fn found(kind: &str, spec: Value) -> Discovery {
    found_in(&picture(), kind, spec)
}

fn found_in(picture: &Picture, kind: &str, spec: Value) -> Discovery {
    let scrape: Scrape = from(json!({"kind": kind, "metadata": {"name": "s", "namespace": "apps"}, "spec": spec}));
    let job = jobs(&scrape, &Agent::default()).remove(0);
    discover(&job, &scrape, picture)
}

fn exact(urls: &[&str]) -> Discovery {
    Discovery::Exact(urls.iter().map(|url| (*url).to_owned()).collect())
}

fn service_scrape(endpoint: Value) -> Value {
    json!({"selector": {"matchLabels": {"app": "web"}}, "endpoints": [endpoint]})
}

#[test]
fn endpoints_that_are_not_ready_are_targets_too() {
    let expected = exact(&["http://10.0.0.1:9090/metrics", "http://10.0.0.2:9090/metrics"]);
    assert_eq!(found("VMServiceScrape", service_scrape(json!({"port": "metrics"}))), expected);
}

#[test]
fn a_port_name_that_the_service_lacks_is_told_with_those_it_has() {
    let Discovery::Lost(Stage::WrongPort { wanted, seen }) =
        found("VMServiceScrape", service_scrape(json!({"port": "http-prom"})))
    else {
        panic!("not lost at the port")
    };
    assert_eq!(wanted, "port http-prom");
    assert_eq!(seen, ["debug (6060)", "http (8080)", "metrics (9090)"]);
}

#[test]
fn a_target_port_is_the_containers_by_name_or_number() {
    let expected = exact(&["http://10.0.0.1:6060/metrics", "http://10.0.0.2:6060/metrics"]);
    assert_eq!(found("VMServiceScrape", service_scrape(json!({"targetPort": "debug"}))), expected);
    assert_eq!(found("VMServiceScrape", service_scrape(json!({"targetPort": 6060}))), expected);
}

#[test]
fn a_port_is_a_pattern_for_the_whole_name() {
    assert!(matches!(found("VMServiceScrape", service_scrape(json!({"port": "metric"}))), Discovery::Lost(_)));
    let both = found("VMServiceScrape", service_scrape(json!({"port": "http|metrics"})));
    assert!(matches!(both, Discovery::Exact(urls) if urls.len() == 4));
}

#[test]
fn a_selector_without_a_service_and_a_service_without_endpoints_are_told_apart() {
    let none = json!({"selector": {"matchLabels": {"app": "wbe"}}, "endpoints": [{"port": "http"}]});
    assert_eq!(found("VMServiceScrape", none), Discovery::Lost(Stage::NoService));
    let bare = Picture { slices: Vec::new(), ..picture() };
    let spec = service_scrape(json!({"port": "http"}));
    assert_eq!(found_in(&bare, "VMServiceScrape", spec), Discovery::Lost(Stage::NoEndpoint));
}

#[test]
fn another_namespace_is_looked_into_only_when_named() {
    let elsewhere = |names: Value| json!({"namespaceSelector": names, "selector": {}, "endpoints": [{"port": "http"}]});
    assert_eq!(
        found("VMServiceScrape", elsewhere(json!({"matchNames": ["other"]}))),
        Discovery::Lost(Stage::NoService)
    );
    assert!(matches!(found("VMServiceScrape", elsewhere(json!({"any": true}))), Discovery::Exact(_)));
}

#[test]
fn the_role_service_scrapes_the_service_address() {
    let spec = json!({"discoveryRole": "service", "selector": {}, "endpoints": [{"port": "metrics"}]});
    assert_eq!(found("VMServiceScrape", spec), exact(&["http://web.apps.svc:90/metrics"]));
}

#[test]
fn pods_need_an_address_and_must_not_be_done() {
    let spec = json!({"selector": {}, "podMetricsEndpoints": [{"port": "metrics", "path": "/m", "scheme": "https"}]});
    assert_eq!(found("VMPodScrape", spec), exact(&["https://10.0.0.1:9090/m", "https://10.0.0.2:9090/m"]));
}

#[test]
fn a_pod_port_may_be_a_number() {
    let spec = json!({"selector": {}, "podMetricsEndpoints": [{"portNumber": 6060}]});
    assert_eq!(found("VMPodScrape", spec), exact(&["http://10.0.0.1:6060/metrics", "http://10.0.0.2:6060/metrics"]));
}

#[test]
fn no_pod_matches_a_misspelt_selector() {
    let spec = json!({"selector": {"matchLabels": {"app": "wbe"}}, "podMetricsEndpoints": [{"port": "metrics"}]});
    assert_eq!(found("VMPodScrape", spec), Discovery::Lost(Stage::NoPod));
}

#[test]
fn every_node_is_a_target_at_its_internal_address() {
    let spec = json!({"scheme": "https", "path": "/metrics/cadvisor"});
    let expected = exact(&["https://10.1.0.1:10250/metrics/cadvisor", "https://10.1.0.2:10250/metrics/cadvisor"]);
    assert_eq!(found("VMNodeScrape", spec), expected);
    let one = json!({"port": "9100", "selector": {"matchLabels": {"zone": "a"}}});
    assert_eq!(found("VMNodeScrape", one), exact(&["http://10.1.0.1:9100/metrics"]));
}

#[test]
fn written_addresses_get_the_default_port_of_their_scheme() {
    let spec = json!({"targetEndpoints": [{"targets": ["a.example.com", "b:81"], "scheme": "https"}]});
    assert_eq!(found("VMStaticScrape", spec), exact(&["https://a.example.com:443/metrics", "https://b:81/metrics"]));
}

#[test]
fn a_probe_is_a_question_to_the_prober() {
    let spec = json!({"vmProberSpec": {"url": "bb:9115"}, "targets": {"staticConfig": {"targets": ["https://x/y"]}}});
    assert_eq!(found("VMProbe", spec), exact(&["http://bb:9115/probe?target=https://x/y"]));
}

#[test]
fn rules_that_drop_everything_are_told() {
    let rule = json!({"action": "drop", "sourceLabels": ["__meta_kubernetes_pod_label_app"], "regex": "web"});
    let spec = service_scrape(json!({"port": "http", "relabelConfigs": [rule]}));
    assert_eq!(found("VMServiceScrape", spec), Discovery::Lost(Stage::Dropped(2)));
}

#[test]
fn rules_that_drop_some_leave_the_others() {
    let rule = json!({"action": "keep", "sourceLabels": ["__meta_kubernetes_pod_name"], "regex": "web-1"});
    let spec = service_scrape(json!({"port": "http", "relabelConfigs": [rule]}));
    assert_eq!(found("VMServiceScrape", spec), exact(&["http://10.0.0.1:8080/metrics"]));
}

#[test]
fn annotations_are_seen_under_their_cleaned_names() {
    let rule = json!({"action": "keep", "sourceLabels": ["__meta_kubernetes_pod_annotation_a_b_c"], "regex": "x"});
    let spec = service_scrape(json!({"port": "http", "relabelConfigs": [rule]}));
    assert!(matches!(found("VMServiceScrape", spec), Discovery::Exact(urls) if urls.len() == 2));
}

#[test]
fn a_rule_that_is_not_evaluated_leaves_an_upper_bound() {
    let rule = json!({"action": "hashmod", "sourceLabels": ["__address__"], "modulus": 2, "targetLabel": "x"});
    let spec = service_scrape(json!({"port": "http", "relabelConfigs": [rule]}));
    assert_eq!(found("VMServiceScrape", spec), Discovery::UpperBound(2));
}
