//! Faults of scrape objects and Services: everything that is reported is fine, and something is not reported.

use serde_json::{Value, json};

use crate::objects::{Name, VMAGENT};
use crate::sandbox::Sandbox;

const SCRAPE: Name<'_> = ("VMServiceScrape", "rook-ceph/rook-ceph-mgr");
const TITLE: &str = "VMServiceScrape rook-ceph/rook-ceph-mgr";
const CHECK: &str = "targets-covered";

pub async fn a_namespace_is_not_selected(sandbox: &mut Sandbox) {
    let not_flux = json!({"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["flux-system"]});
    let selector = json!({"spec": {"podScrapeNamespaceSelector": {"matchExpressions": [not_flux]}}});
    let was = sandbox.patch(VMAGENT, selector).await;
    let wanted = [
        ("coverage/unselected", "VMPodScrape flux-system/flux-controllers"),
        ("coverage/required-missing", "Flux controllers"),
    ];
    sandbox.red("VMAgent does not select the namespace of a VMPodScrape", CHECK, &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn a_label_is_not_selected(sandbox: &mut Sandbox) {
    let scrape = sandbox.patch(SCRAPE, json!({"metadata": {"labels": {"team": "storage"}}})).await;
    let no_team = json!({"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]});
    let selectors = json!({"serviceScrapeSelector": no_team, "serviceScrapeNamespaceSelector": {}});
    let was = sandbox.patch(VMAGENT, json!({"spec": selectors})).await;
    let wanted = [("coverage/unselected", TITLE)];
    sandbox.red("VMAgent does not select the labels of a VMServiceScrape", CHECK, &wanted).await;
    sandbox.restore(&was).await;
    sandbox.restore(&scrape).await;
}

pub async fn a_port_name_is_not_the_services(sandbox: &mut Sandbox) {
    let wanted =
        [("coverage/wrong-port", "port http-metricz does not exist; there are"), ("coverage/wrong-port", TITLE)];
    spoil(sandbox, "port name of a VMServiceScrape misspelt", json!({"port": "http-metricz"}), &wanted).await;
}

/// The other side of the same misfit: somebody tidies up the Service.
pub async fn a_services_port_is_renamed(sandbox: &mut Sandbox) {
    let service = ("Service", "rook-ceph/rook-ceph-mgr");
    let renamed = json!([{"name": "metrics", "port": 9283, "targetPort": "http-metrics"}]);
    let was = sandbox.patch(service, json!({"spec": {"ports": renamed}})).await;
    let wanted =
        [("coverage/wrong-port", "port http-metrics does not exist; there are"), ("coverage/wrong-port", TITLE)];
    sandbox.red("the port of a Service renamed", CHECK, &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn a_selector_matches_no_service(sandbox: &mut Sandbox) {
    let was = sandbox.patch(SCRAPE, json!({"spec": {"selector": {"matchLabels": {"app": "rook-ceph-mgrr"}}}})).await;
    sandbox.red("selector of a VMServiceScrape misspelt", CHECK, &[("coverage/no-service", TITLE)]).await;
    sandbox.restore(&was).await;
}

pub async fn a_service_has_no_endpoints(sandbox: &mut Sandbox) {
    let selector = json!({"spec": {"selector": {"app": "rook-ceph-mgrr"}}});
    let was = sandbox.patch(("Service", "rook-ceph/rook-ceph-mgr"), selector).await;
    sandbox.red("selector of a Service misspelt", CHECK, &[("coverage/no-endpoint", TITLE)]).await;
    sandbox.restore(&was).await;
}

pub async fn relabelling_drops_all(sandbox: &mut Sandbox) {
    let rule = json!({"action": "drop", "sourceLabels": ["__meta_kubernetes_namespace"], "regex": "rook-.*"});
    let wanted = [("coverage/dropped", "its relabelling drops all"), ("coverage/dropped", TITLE)];
    let endpoint = json!({"port": "http-metrics", "relabelConfigs": [rule]});
    spoil(sandbox, "relabelConfigs drop every target", endpoint, &wanted).await;
}

/// One bad interval makes vmagent keep its old configuration, so that a good object that comes later has no effect.
pub async fn an_interval_is_not_one(sandbox: &mut Sandbox) {
    let wanted =
        [("coverage/bad-interval", "`30x`"), ("coverage/bad-interval", TITLE), ("coverage/reload-failed", "Pod ")];
    let endpoint = json!({"port": "http-metrics", "interval": "30x"});
    spoil(sandbox, "interval of a VMServiceScrape is 30x", endpoint, &wanted).await;
}

pub async fn a_relabelling_action_is_unknown(sandbox: &mut Sandbox) {
    let wanted = [("coverage/bad-relabelling", "`keepp`"), ("coverage/bad-relabelling", TITLE)];
    let endpoint = json!({"port": "http-metrics", "relabelConfigs": [{"action": "keepp"}]});
    spoil(sandbox, "a relabelling action is misspelt", endpoint, &wanted).await;
}

/// With its definition a PodMonitor goes, and what the operator made of it.
pub async fn a_kind_of_monitors_is_gone(sandbox: &mut Sandbox) {
    let monitor = sandbox.get(("PodMonitor", "databases/postgres")).await;
    let definition = sandbox.delete(("CustomResourceDefinition", "podmonitors.monitoring.coreos.com")).await;
    let wanted = [("coverage/monitors-unserved", "PodMonitor of monitoring.coreos.com")];
    sandbox.red("CRD podmonitors deleted", CHECK, &wanted).await;
    sandbox.restore(&definition).await;
    sandbox.restore(&monitor).await;
}

/// The suite asks for a component that nobody deployed: red, and excused only for as long as a waiver holds.
pub async fn a_component_is_missing(sandbox: &mut Sandbox) {
    let suite = sandbox.suite.clone();
    let asked = |waiver: &str| {
        let longhorn = format!("{{name: Longhorn, pool: \"*/longhorn/*\"{waiver}}}");
        suite.replacen("required:\n", &format!("required:\n          - {longhorn}\n"), 1)
    };
    sandbox.suite = asked("");
    assert_ne!(sandbox.suite, suite, "the suite's text has another shape");
    sandbox.red("a required component is not there", CHECK, &[("coverage/required-missing", "Longhorn")]).await;
    let waiver = |until: &str| format!(", waiver: {{reason: comes later, owner: platform, until: {until}}}");
    sandbox.suite = asked(&waiver("2020-01-31"));
    let wanted = [("coverage/waiver-expired", "the waiver ended on 2020-01-31")];
    sandbox.red("the same with a waiver that is over", CHECK, &wanted).await;
    sandbox.suite = asked(&waiver("2999-12-31"));
    sandbox.green().await;
    sandbox.suite = suite;
}

/// Gives the VMServiceScrape this endpoint, sees what is found, and mends it.
async fn spoil(sandbox: &mut Sandbox, fault: &str, endpoint: Value, wanted: &[(&str, &str)]) {
    let was = sandbox.patch(SCRAPE, json!({"spec": {"endpoints": [endpoint]}})).await;
    sandbox.red(fault, CHECK, wanted).await;
    sandbox.restore(&was).await;
}
