//! The scenario fits together: what scrapes, finds; what refers, exists.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{ALL, named, title};

const SINK: &str = "127.20.0.60:9199";

fn objects() -> Vec<Value> {
    named("done-right").unwrap().manifests(SINK).unwrap()
}

fn as_written() -> Vec<Value> {
    named("as-written").unwrap().manifests(SINK).unwrap()
}

fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn of_kind<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["kind"] == kind).collect()
}

/// Whether `labels` has all of the selector's `matchLabels`, of which there must be some.
fn selects(selector: Option<&Value>, labels: Option<&Value>) -> bool {
    let wanted = selector.and_then(|s| s["matchLabels"].as_object()).filter(|w| !w.is_empty());
    wanted.is_some_and(|wanted| wanted.iter().all(|(key, value)| labels.and_then(|l| l.get(key)) == Some(value)))
}

fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Names of the container ports of a workload's pods.
fn ports(workload: &Value) -> BTreeSet<&str> {
    let containers = list(workload, "/spec/template/spec/containers").iter();
    containers.flat_map(|container| list(container, "/ports")).map(|port| text(port, "/name")).collect()
}

fn workloads(objects: &[Value]) -> Vec<&Value> {
    objects.iter().filter(|o| matches!(o["kind"].as_str(), Some("Deployment" | "DaemonSet"))).collect()
}

#[test]
fn no_object_is_there_twice_and_every_namespace_exists() {
    for objects in ALL.map(|scenario| scenario.manifests(SINK).unwrap()) {
        let namespaces: BTreeSet<&str> =
            of_kind(&objects, "Namespace").iter().map(|n| text(n, "/metadata/name")).collect();
        let mut seen = BTreeSet::new();
        for object in &objects {
            let namespace = text(object, "/metadata/namespace");
            assert!(seen.insert(title(object)), "{} is there twice", title(object));
            assert!(namespace.is_empty() || namespaces.contains(namespace), "no namespace for {}", title(object));
        }
    }
}

#[test]
fn the_definitions_come_before_their_objects_and_the_operator_last() {
    for objects in ALL.map(|scenario| scenario.manifests(SINK).unwrap()) {
        let last_definition = objects.iter().rposition(|o| o["kind"] == "CustomResourceDefinition").unwrap();
        let is_operators = |o: &Value| text(o, "/apiVersion").starts_with("operator.victoriametrics.com");
        assert!(last_definition < objects.iter().position(is_operators).unwrap());
        assert_eq!(title(objects.last().unwrap()), "Deployment observability/victoria-metrics-operator");
    }
}

#[test]
fn the_operators_22_kinds_have_no_schema_of_their_spec() {
    let objects = objects();
    let is_operators = |object: &&Value| text(object, "/spec/group") == "operator.victoriametrics.com";
    let definitions: Vec<&Value> =
        of_kind(&objects, "CustomResourceDefinition").into_iter().filter(is_operators).collect();
    assert_eq!(definitions.len(), 22);
    for definition in definitions {
        let spec = definition.pointer("/spec/versions/0/schema/openAPIV3Schema/properties/spec").unwrap();
        assert_eq!(spec["x-kubernetes-preserve-unknown-fields"], true);
        assert!(spec.get("properties").is_none());
    }
}

#[test]
fn every_service_finds_pods_and_their_port() {
    let objects = objects();
    for service in of_kind(&objects, "Service") {
        let name = text(service, "/metadata/name");
        let selector = serde_json::json!({"matchLabels": service["spec"]["selector"]});
        let backing: Vec<&Value> = workloads(&objects)
            .into_iter()
            .filter(|w| w["metadata"]["namespace"] == service["metadata"]["namespace"])
            .filter(|w| selects(Some(&selector), w.pointer("/spec/template/metadata/labels")))
            .collect();
        assert!(!backing.is_empty(), "Service {name} selects nothing");
        for port in list(service, "/spec/ports") {
            let target = text(port, "/targetPort");
            assert!(backing.iter().all(|w| ports(w).contains(target)), "Service {name}: no container port {target}");
        }
    }
}

#[test]
fn every_service_scrape_finds_services_with_its_port() {
    let objects = objects();
    for scrape in of_kind(&objects, "VMServiceScrape").into_iter().chain(of_kind(&objects, "ServiceMonitor")) {
        let name = text(scrape, "/metadata/name");
        let found: Vec<&Value> = of_kind(&objects, "Service")
            .into_iter()
            .filter(|s| s["metadata"]["namespace"] == scrape["metadata"]["namespace"])
            .filter(|s| selects(scrape.pointer("/spec/selector"), s.pointer("/metadata/labels")))
            .collect();
        assert!(!found.is_empty(), "VMServiceScrape {name} selects nothing");
        for endpoint in list(scrape, "/spec/endpoints") {
            let has = |s: &&Value| list(s, "/spec/ports").iter().any(|port| port["name"] == endpoint["port"]);
            assert!(found.iter().any(has), "VMServiceScrape {name}: no port {}", endpoint["port"]);
        }
    }
}

#[test]
fn every_pod_scrape_finds_pods_with_its_port() {
    let objects = objects();
    for scrape in of_kind(&objects, "VMPodScrape").into_iter().chain(of_kind(&objects, "PodMonitor")) {
        let name = text(scrape, "/metadata/name");
        if name == "config-reloaders" {
            // Those pods are made by the operator.
            continue;
        }
        let found: Vec<&Value> = workloads(&objects)
            .into_iter()
            .filter(|w| w["metadata"]["namespace"] == scrape["metadata"]["namespace"])
            .filter(|w| selects(scrape.pointer("/spec/selector"), w.pointer("/spec/template/metadata/labels")))
            .collect();
        assert!(!found.is_empty(), "VMPodScrape {name} selects nothing");
        for endpoint in list(scrape, "/spec/podMetricsEndpoints") {
            let port = text(endpoint, "/port");
            assert!(found.iter().all(|w| ports(w).contains(port)), "VMPodScrape {name}: no container port {port}");
        }
    }
}

#[test]
fn every_workload_selects_its_own_pods() {
    for workload in workloads(&objects()) {
        let labels = workload.pointer("/spec/template/metadata/labels");
        assert!(selects(workload.pointer("/spec/selector"), labels), "{}", text(workload, "/metadata/name"));
    }
}

#[test]
fn only_the_agents_label_depends_on_the_clusters_name() {
    let objects = objects();
    let agent = of_kind(&objects, "VMAgent")[0];
    let variables = of_kind(&objects, "ConfigMap")[0];
    assert_eq!(agent["spec"]["externalLabels"]["cluster"], variables["data"]["CLUSTER_NAME"]);
    assert!(!serde_json::to_string(&objects).unwrap().contains("${"));
}

#[test]
fn what_flux_applied_is_what_it_fetched() {
    let objects = objects();
    let source = of_kind(&objects, "GitRepository")[0];
    let revision = text(source, "/status/artifact/revision");
    assert!(revision.strip_prefix("main@sha1:").is_some_and(|commit| commit.len() == 40), "{revision}");
    let applied = of_kind(&objects, "Kustomization");
    assert_eq!(applied.len(), 11, "the story's five, two that they wait for, one beside them, and three above");
    for one in applied {
        assert_eq!(text(one, "/status/lastAppliedRevision"), revision);
        assert_eq!(one.pointer("/spec/sourceRef/name"), source.pointer("/metadata/name"));
    }
    let chart = text(of_kind(&objects, "OCIRepository")[0], "/status/artifact/revision");
    let release = of_kind(&objects, "HelmRelease")[0];
    let attempted = text(release, "/status/lastAttemptedRevision");
    assert_eq!(text(release, "/status/history/0/chartVersion"), attempted);
    assert_eq!(attempted.replace('+', "@sha256:"), chart[..chart.len() - 52], "the digest's first 12 digits");
}

#[test]
fn what_flux_says_that_it_applied_is_there() {
    let objects = objects();
    let mut entries = 0;
    for one in of_kind(&objects, "Kustomization") {
        for id in list(one, "/status/inventory/entries").iter().map(|entry| text(entry, "/id")) {
            let (namespace, rest) = id.split_once('_').unwrap();
            let (name, kind) = (rest.split('_').next().unwrap(), rest.rsplit('_').next().unwrap());
            let is = |o: &&Value| text(o, "/metadata/name") == name && text(o, "/metadata/namespace") == namespace;
            assert!(of_kind(&objects, kind).iter().any(is), "{id} does not exist");
            entries += 1;
        }
    }
    assert!(entries >= 20, "{entries}");
}

#[test]
fn another_scenario_is_refused_with_the_ones_that_exist() {
    let error = named("nosuch").unwrap_err().to_string();
    assert!(error.contains("done-right, as-written"), "{error}");
}

#[test]
fn the_alert_that_is_to_be_delivered_goes_first_to_the_sink_of_this_sandbox() {
    let objects = objects();
    let secret = of_kind(&objects, "Secret").into_iter().find(|o| text(o, "/metadata/name") == "vmalertmanager-config");
    let config: Value = serde_saphyr::from_str(text(secret.unwrap(), "/stringData/alertmanager.yaml")).unwrap();
    assert_eq!(config.pointer("/route/routes/0/receiver").unwrap(), "signoff-sink");
    let receiver = list(&config, "/receivers").iter().find(|one| one["name"] == "signoff-sink").unwrap();
    assert_eq!(receiver.pointer("/webhook_configs/0/url").unwrap(), "http://127.20.0.60:9199/");
}

#[test]
fn the_secret_is_that_of_an_external_secret_which_was_synchronised_just_now() {
    let objects = objects();
    let external = of_kind(&objects, "ExternalSecret")[0];
    let secret = of_kind(&objects, "Secret").into_iter().find(|o| text(o, "/metadata/name") == "vmalertmanager-config");
    let secret = secret.unwrap();
    assert_eq!(text(secret, "/metadata/ownerReferences/0/name"), text(external, "/metadata/name"));
    assert_eq!(text(external, "/spec/target/name"), text(secret, "/metadata/name"));
    let store = of_kind(&objects, "ClusterSecretStore")[0];
    assert_eq!(text(external, "/spec/secretStoreRef/name"), text(store, "/metadata/name"));
    let refreshed: jiff::Timestamp = text(external, "/status/refreshTime").parse().unwrap();
    let age = jiff::Timestamp::now().duration_since(refreshed).as_secs();
    assert!((0..60).contains(&age), "{age} s ago");
}

#[test]
fn as_written_every_object_that_is_foretold_something_of_exists() {
    let objects = as_written();
    let scenario = named("as-written").unwrap();
    for foretold in scenario.refused.iter().chain(scenario.never_ready) {
        assert!(objects.iter().any(|object| title(object) == *foretold), "there is no {foretold}");
    }
}

#[test]
fn as_written_the_specs_are_the_storys_own_and_the_statuses_those_of_controllers() {
    let objects = as_written();
    let manager = of_kind(&objects, "VMAlertmanager")[0];
    assert_eq!(text(manager, "/spec/storage/storageClassName"), "ceph-block");
    assert_eq!(text(of_kind(&objects, "ExternalSecret")[0], "/spec/secretStoreRef/name"), "onepassword");
    let own = |one: &&&Value| text(one, "/spec/sourceRef/name") == "k8s-ops";
    let kustomizations = of_kind(&objects, "Kustomization");
    let stack: Vec<_> = kustomizations.iter().filter(own).collect();
    assert_eq!(stack.len(), 5);
    for one in stack {
        let ready = list(one, "/status/conditions").iter().find(|condition| condition["type"] == "Ready").unwrap();
        // Of what never succeeded Flux says -1, whatever the condition says.
        let expected = if ready["status"] == "True" { 1 } else { -1 };
        assert_eq!(one.pointer("/status/observedGeneration").unwrap(), expected, "{}", title(one));
        assert_eq!(one.pointer("/status/lastAppliedRevision").is_some(), ready["status"] == "True", "{}", title(one));
    }
}

#[test]
fn as_written_nobody_deploys_the_two_exporters_or_scrapes_nodes() {
    let objects = as_written();
    assert!(of_kind(&objects, "VMNodeScrape").is_empty());
    let names = ["kube-state-metrics", "node-exporter"];
    assert!(!objects.iter().any(|object| names.contains(&text(object, "/metadata/name"))));
}
