//! Faults of what processes are told, seen by the kinds `flag` and `alertmanager_config` alone.

use serde_json::{Value, json};

use crate::objects::{Name, VMALERT};
use crate::routing::{ask_for, back, configure, configure_both, the_fallback_runs};
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("configured.yaml");
const FLAGS: &str = "vmalert-flags";
const CONFIG: &str = "alertmanager-configured";
const BY_FLAGS: Name<'_> = ("Service", "observability/drill-vmalert");

/// Puts this suite in the place of the story's, with the Services that it asks.
async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
    sandbox.restore(&service("drill-vmalert", "vmalert", "http")).await;
    sandbox.restore(&service("drill-alertmanager", "vmalertmanager", "web")).await;
}

/// A Service in front of this port of an application's pods.
fn service(name: &str, application: &str, port: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "observability"},
        "spec": {"selector": {"app.kubernetes.io/name": application},
            "ports": [{"name": "http", "port": 80, "targetPort": port}]},
    })
}

async fn with_vmalert(sandbox: &mut Sandbox, fault: &str, spec: Value, wanted: &[(&str, &str)]) {
    prepared(sandbox).await;
    let was = sandbox.patch(VMALERT, json!({"spec": spec})).await;
    sandbox.red(fault, FLAGS, wanted).await;
    sandbox.restore(&was).await;
}

pub async fn an_interval_is_another(sandbox: &mut Sandbox) {
    let wanted = [("flag/other-value", "the process runs with -evaluationInterval=1m")];
    with_vmalert(sandbox, "spec.evaluationInterval of VMAlert changed", json!({"evaluationInterval": "1m"}), &wanted)
        .await;
}

/// The field still says what is wanted.
pub async fn an_extra_argument_wins(sandbox: &mut Sandbox) {
    let extra = json!({"extraArgs": {"evaluationInterval": "90s"}});
    let wanted = [("flag/other-value", "the process runs with -evaluationInterval=1m30s")];
    with_vmalert(sandbox, "spec.extraArgs of VMAlert beside spec.evaluationInterval", extra, &wanted).await;
}

pub async fn the_log_is_written_otherwise(sandbox: &mut Sandbox) {
    let wanted = [("flag/other-value", "the process runs with -loggerFormat=json")];
    with_vmalert(sandbox, "spec.logFormat of VMAlert changed", json!({"logFormat": "json"}), &wanted).await;
}

pub async fn another_component_answers(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.restore(&service("drill-vmalert", "vmagent", "http")).await;
    let wanted = [("reach/wrong-component", "expected vmalert answers, got vmagent")];
    sandbox.red("the Service of vmalert selects vmagent", FLAGS, &wanted).await;
    prepared(sandbox).await;
}

pub async fn nothing_answers(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.restore(&service("drill-vmalert", "vmalerts", "http")).await;
    let wanted = [("reach/no-ready-endpoint", "at least one ready pod behind the Service")];
    sandbox.red("the Service of vmalert selects nothing", FLAGS, &wanted).await;
    prepared(sandbox).await;
}

pub async fn the_service_is_deleted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(BY_FLAGS).await;
    sandbox.red("the Service of vmalert deleted", FLAGS, &[("reach/not-deployed", "the Service exists")]).await;
    prepared(sandbox).await;
}

pub async fn the_secret_is_deleted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = the_fallback_runs(sandbox).await;
    let wanted = [("alertmanager/fallback", "whose receiver blackhole tells nobody")];
    sandbox.red("the Secret deleted; the VMAlertmanager is operational", CONFIG, &wanted).await;
    back(sandbox, &was, "blackhole").await;
}

/// Another text in the configuration turns the check red; `mark` stands in no other configuration.
async fn with_config(sandbox: &mut Sandbox, fault: &str, change: (&str, &str), mark: &str, wanted: &[(&str, &str)]) {
    prepared(sandbox).await;
    let was = configure(sandbox, change.0, change.1, mark).await;
    sandbox.red(fault, CONFIG, wanted).await;
    back(sandbox, &was, mark).await;
}

pub async fn the_receiver_tells_nobody(sandbox: &mut Sandbox) {
    let integration = "  - name: 'critical'\n    webhook_configs:\n      - url: http://webhook-receiver.observability.svc:9099/critical\n";
    let change = (integration, "  - name: 'critical'\n  - name: 'unused'\n");
    let wanted = [("alertmanager/silent-receiver", "receiver critical has an integration")];
    with_config(sandbox, "receiver critical has no integration", change, "unused", &wanted).await;
}

pub async fn the_matcher_is_another(sandbox: &mut Sandbox) {
    let change = ("matchers: ['severity=\"critical\"']", "matchers: ['severity=\"fatal\"']");
    let wanted = [("alertmanager/other-receiver", "leads to critical, got it may lead to default")];
    with_config(sandbox, "no route of its own for severity critical", change, "fatal", &wanted).await;
}

pub async fn a_route_before_it_takes_all(sandbox: &mut Sandbox) {
    let change = ("  routes:\n", "  routes:\n    - receiver: 'default'\n      matchers: ['team=~\"any|\"']\n");
    let wanted = [("alertmanager/other-receiver", "it may lead to")];
    with_config(sandbox, "a route before the others takes alerts of no team", change, "team", &wanted).await;
}

pub async fn the_receiver_has_another_name(sandbox: &mut Sandbox) {
    let change = ("'warning'", "'warnings'");
    let wanted = [("alertmanager/unknown-receiver", "there is a receiver warning")];
    with_config(sandbox, "the receiver of warnings has another name", change, "warnings", &wanted).await;
}

/// The operator starts Alertmanager with the newer of its parsers alone, which refuses what the older one took; the
/// VMAlertmanager stays operational, and the older configuration runs.
pub async fn a_matcher_is_of_the_old_syntax(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let change = ("matchers: ['severity=\"warning\"']", "matchers: ['severity=~\"warning|\\d+\"']");
    let was = ask_for(sandbox, &[change]).await;
    let wanted = [("alertmanager/not-reloaded", "it was refused, and an older one runs")];
    sandbox.red("a backslash in a matcher is written once", CONFIG, &wanted).await;
    back(sandbox, &was, "warning|").await;
}

/// It has the alert and an integration, and tells nobody.
pub async fn the_route_is_muted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let route = "    - receiver: 'critical'\n";
    let muted = format!("{route}      mute_time_intervals: ['always']\n");
    let always = "time_intervals:\n  - name: 'always'\n    time_intervals:\n      - times: [{start_time: '00:00', end_time: '24:00'}]\n";
    let changes = [(route, muted.as_str()), ("inhibit_rules:\n", &format!("{always}inhibit_rules:\n"))];
    let was = configure_both(sandbox, &changes, "always").await;
    let wanted = [("alertmanager/muted-at-times", "its route to critical is muted during always")];
    sandbox.red("the route of critical alerts is muted at all times", CONFIG, &wanted).await;
    back(sandbox, &was, "always").await;
}

pub async fn another_component_is_asked(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.restore(&service("drill-alertmanager", "vmalert", "http")).await;
    let wanted = [("reach/wrong-component", "expected alertmanager answers, got vmalert")];
    sandbox.red("the Service of Alertmanager selects vmalert", CONFIG, &wanted).await;
    prepared(sandbox).await;
}
