//! Jobs against the configuration that operator v0.66.1 writes.

use serde_json::{Value, json};

use super::*;

fn object(namespace: &str, name: &str, spec: Value) -> Object {
    Object { namespace: namespace.into(), name: name.into(), spec, ..Object::default() }
}

fn agent_with(spec: Value) -> Object {
    object("observability", "vmagent", spec)
}

/// The only job of a child, with names as the agent has them by default.
fn job(kind: Scrape, child: Object) -> Value {
    render_all(json!({}), vec![(kind, child)]).config["scrape_configs"][0].clone()
}

fn render_all(spec: Value, children: Vec<(Scrape, Object)>) -> Rendered {
    let agent = agent_with(spec);
    render(&Agent { object: &agent, api_server: None }, &children, &mut Assets::default()).unwrap()
}

fn names(rendered: &Rendered) -> Vec<&str> {
    list(&rendered.config, "scrape_configs").iter().map(|job| text(job, "job_name")).collect()
}

#[test]
fn a_service_scrape_with_a_port_name() {
    let spec = json!({"endpoints": [{"path": "/metrics", "port": "http-prom"}], "namespaceSelector": {"matchNames": ["flux-system"]},
        "selector": {"matchLabels": {"app.kubernetes.io/part-of": "flux"}}});
    let kind = "__meta_kubernetes_endpoint_address_target_kind";
    let name = "__meta_kubernetes_endpoint_address_target_name";
    let expected = json!({
        "job_name": "serviceScrape/observability/flux-controllers/0",
        "kubernetes_sd_configs": [{"role": "endpoints", "namespaces": {"names": ["flux-system"]}}],
        "honor_labels": false,
        "metrics_path": "/metrics",
        "relabel_configs": [
            {"action": "keep", "source_labels": ["__meta_kubernetes_service_label_app_kubernetes_io_part_of"], "regex": "flux"},
            {"action": "keep", "source_labels": ["__meta_kubernetes_endpoint_port_name"], "regex": "http-prom"},
            {"source_labels": [kind, name], "separator": ";", "target_label": "node", "regex": "Node;(.*)", "replacement": "${1}"},
            {"source_labels": [kind, name], "separator": ";", "target_label": "pod", "regex": "Pod;(.*)", "replacement": "${1}"},
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
            {"source_labels": ["__meta_kubernetes_pod_container_name"], "target_label": "container"},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": ["__meta_kubernetes_service_name"], "target_label": "service"},
            {"source_labels": ["__meta_kubernetes_service_name"], "target_label": "job", "replacement": "${1}"},
            {"target_label": "endpoint", "replacement": "http-prom"},
        ],
    });
    assert_eq!(job(Scrape::Service, object("observability", "flux-controllers", spec)), expected);
}

#[test]
fn a_pod_scrape_drops_finished_pods_and_names_its_job_after_itself() {
    let spec = json!({"podMetricsEndpoints": [{"port": "http"}],
        "selector": {"matchLabels": {"app.kubernetes.io/name": "victoria-metrics-operator"}}});
    let expected = json!({
        "job_name": "podScrape/observability/operator/0",
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": ["observability"]}}],
        "honor_labels": false,
        "relabel_configs": [
            {"action": "drop", "source_labels": ["__meta_kubernetes_pod_phase"], "regex": "(Failed|Succeeded)"},
            {"action": "keep", "source_labels": ["__meta_kubernetes_pod_label_app_kubernetes_io_name"], "regex": "victoria-metrics-operator"},
            {"action": "keep", "source_labels": ["__meta_kubernetes_pod_container_port_name"], "regex": "http"},
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": ["__meta_kubernetes_pod_container_name"], "target_label": "container"},
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
            {"target_label": "job", "replacement": "observability/operator"},
            {"target_label": "endpoint", "replacement": "http"},
        ],
    });
    assert_eq!(job(Scrape::Pod, object("observability", "operator", spec)), expected);
}

#[test]
fn a_node_scrape_reaches_the_kubelet_with_a_token() {
    let account = "/var/run/secrets/kubernetes.io/serviceaccount";
    let spec = json!({"bearerTokenFile": format!("{account}/token"), "honorLabels": true, "path": "/metrics", "scheme": "HTTPS",
        "relabelConfigs": [{"action": "labelmap", "regex": "__meta_kubernetes_node_label_(.+)"}],
        "tlsConfig": {"caFile": format!("{account}/ca.crt"), "insecureSkipVerify": true}});
    let expected = json!({
        "job_name": "nodeScrape/observability/kubelet",
        "kubernetes_sd_configs": [{"role": "node"}],
        "honor_labels": true,
        "metrics_path": "/metrics",
        "scheme": "https",
        "relabel_configs": [
            {"source_labels": ["__meta_kubernetes_node_name"], "target_label": "node"},
            {"target_label": "job", "replacement": "observability/kubelet"},
            {"action": "labelmap", "regex": "__meta_kubernetes_node_label_(.+)"},
        ],
        "tls_config": {"insecure_skip_verify": true, "ca_file": format!("{account}/ca.crt")},
        "bearer_token_file": format!("{account}/token"),
    });
    assert_eq!(job(Scrape::Node, object("observability", "kubelet", spec)), expected);
}

#[test]
fn static_targets_keep_their_labels_and_job_name() {
    let spec = json!({"jobName": "edge", "sampleLimit": 100, "targetEndpoints": [{"targets": ["10.0.0.1:9100"], "labels": {"env": "lab"},
        "params": {"a": ["b"]}, "interval": "10s", "scrapeTimeout": "5s"}]});
    let expected = json!({
        "job_name": "staticScrape/n/s/0",
        "static_configs": [{"targets": ["10.0.0.1:9100"], "labels": {"env": "lab"}}],
        "honor_labels": false,
        "scrape_interval": "10s",
        "scrape_timeout": "5s",
        "params": {"a": ["b"]},
        "sample_limit": 100,
        "relabel_configs": [{"target_label": "job", "replacement": "edge"}],
    });
    assert_eq!(job(Scrape::Static, object("n", "s", spec)), expected);
}

#[test]
fn a_probe_asks_its_prober_about_each_target() {
    let spec = json!({"module": "http_2xx", "vmProberSpec": {"url": "blackbox:9115"}, "targets": {"staticConfig": {"targets": ["example.com"]}}});
    let job = job(Scrape::Probe, object("n", "p", spec));
    assert_eq!(job["metrics_path"], "/probe");
    assert_eq!(job["params"], json!({"module": ["http_2xx"]}));
    assert_eq!(job["static_configs"], json!([{"targets": ["example.com"]}]));
    let expected = json!([
        {"source_labels": ["__address__"], "target_label": "__param_target"},
        {"source_labels": ["__param_target"], "target_label": "instance"},
        {"target_label": "__address__", "replacement": "blackbox:9115"},
    ]);
    assert_eq!(job["relabel_configs"], expected);
}

#[test]
fn a_scrape_config_brings_its_own_discovery() {
    let spec = json!({"staticConfigs": [{"targets": ["a:1"], "labels": {"camelCase": "x"}}], "path": "/m",
        "kubernetesSDConfigs": [{"role": "pod", "namespaces": {"ownNamespace": true}}]});
    let agent = agent_with(json!({}));
    let agent = Agent { object: &agent, api_server: Some("http://127.16.0.1:6443") };
    let children = [(Scrape::Config, object("n", "c", spec))];
    let config = render(&agent, &children, &mut Assets::default()).unwrap().config;
    let job = &config["scrape_configs"][0];
    assert_eq!(job["job_name"], "scrapeConfig/n/c");
    assert_eq!(job["static_configs"], json!([{"targets": ["a:1"], "labels": {"camelCase": "x"}}]));
    let discovery =
        json!([{"role": "pod", "namespaces": {"own_namespace": true}, "api_server": "http://127.16.0.1:6443"}]);
    assert_eq!(job["kubernetes_sd_configs"], discovery);
}

#[test]
fn other_roles_and_ports_change_the_labels_that_are_looked_at() {
    let of = |spec: Value| job(Scrape::Service, object("n", "s", spec))["relabel_configs"][0].clone();
    assert_eq!(
        of(json!({"discoveryRole": "service", "endpoints": [{"port": "web"}]}))["source_labels"],
        json!(["__meta_kubernetes_service_port_name"])
    );
    assert_eq!(
        of(json!({"discoveryRole": "endpointslices", "endpoints": [{"port": "web"}]}))["source_labels"],
        json!(["__meta_kubernetes_endpointslice_port_name"])
    );
    let by_number = of(json!({"endpoints": [{"targetPort": 8080}]}));
    assert_eq!(
        by_number,
        json!({"action": "keep", "source_labels": ["__meta_kubernetes_pod_container_port_number"], "regex": "8080"})
    );
}

#[test]
fn any_namespace_means_no_namespaces_in_the_discovery() {
    let spec =
        json!({"namespaceSelector": {"any": true}, "endpoints": [{"port": "a", "attach_metadata": {"node": true}}]});
    let job = job(Scrape::Service, object("n", "s", spec));
    assert_eq!(job["kubernetes_sd_configs"], json!([{"role": "endpoints", "attach_metadata": {"node": true}}]));
}

#[test]
fn the_global_part_has_the_agents_name_and_labels() {
    let global = |spec: Value| render_all(spec, vec![]).config["global"].clone();
    assert_eq!(
        global(json!({"externalLabels": {"cluster": "infra"}})),
        json!({"scrape_interval": "30s", "external_labels": {"cluster": "infra", "prometheus": "observability/vmagent"}})
    );
    assert_eq!(
        global(json!({"scrapeInterval": "5s", "vmAgentExternalLabelName": ""})),
        json!({"scrape_interval": "5s", "external_labels": {}})
    );
}

#[test]
fn jobs_come_kind_by_kind_and_probes_are_counted_over_all() {
    let probe = |name: &str| (Scrape::Probe, object("n", name, json!({"vmProberSpec": {"url": "x"}})));
    let rendered = render_all(
        json!({}),
        vec![
            (Scrape::Node, object("n", "kubelet", json!({}))),
            probe("a"),
            probe("b"),
            (Scrape::Service, object("n", "s", json!({"endpoints": [{"port": "a"}, {"port": "b"}]}))),
        ],
    );
    assert_eq!(
        names(&rendered),
        ["serviceScrape/n/s/0", "serviceScrape/n/s/1", "probe/n/a/0", "probe/n/b/1", "nodeScrape/n/kubelet"]
    );
}

#[test]
fn an_object_whose_secret_is_missing_is_left_out_as_a_whole() {
    let bad = json!({"endpoints": [{"port": "a"}, {"port": "b", "bearerTokenSecret": {"name": "nosuch-secret", "key": "t"}}]});
    let good = json!({"endpoints": [{"port": "a"}]});
    let rendered = render_all(
        json!({}),
        vec![
            (Scrape::Service, object("observability", "bad", bad)),
            (Scrape::Service, object("observability", "good", good)),
        ],
    );
    assert_eq!(names(&rendered), ["serviceScrape/observability/good/0"]);
    let error = rendered.refused[0].as_deref().unwrap();
    assert_eq!(
        error,
        r#"unable to fetch secret="nosuch-secret", ns="observability": secrets "nosuch-secret" not found"#
    );
    assert_eq!(rendered.refused[1], None);
}

#[test]
fn a_bad_interval_or_action_goes_into_the_file_unchecked() {
    let spec = json!({"endpoints": [{"port": "a", "interval": "30x", "relabelConfigs": [{"action": "nosuch"}],
        "metricRelabelConfigs": [{"action": "drop", "sourceLabels": ["x"], "regex": ["a"]}]}]});
    let job = job(Scrape::Service, object("n", "s", spec));
    assert_eq!(job["scrape_interval"], "30x");
    assert_eq!(list(&job, "relabel_configs").last(), Some(&json!({"action": "nosuch"})));
    assert_eq!(job["metric_relabel_configs"], json!([{"source_labels": ["x"], "regex": "a", "action": "drop"}]));
}

#[test]
fn intervals_are_held_within_the_agents_bounds() {
    let spec = json!({"minScrapeInterval": "10s", "maxScrapeInterval": "1m"});
    let endpoint = |interval: &str| {
        (Scrape::Service, object("n", "s", json!({"endpoints": [{"port": "a", "interval": interval}]})))
    };
    let rendered = render_all(spec, vec![endpoint("5s"), endpoint("5m"), endpoint("30s")]);
    let intervals: Vec<&str> =
        list(&rendered.config, "scrape_configs").iter().map(|job| text(job, "scrape_interval")).collect();
    assert_eq!(intervals, ["10s", "1m", "30s"]);
}

#[test]
fn inline_jobs_come_last_with_their_own_names() {
    let spec = json!({"inlineScrapeConfig": "- job_name: mine\n  static_configs:\n  - targets: [a:1]\n"});
    let rendered = render_all(spec, vec![(Scrape::Node, object("n", "kubelet", json!({})))]);
    assert_eq!(names(&rendered), ["nodeScrape/n/kubelet", "mine"]);
}
