//! Faults of Alertmanager and of what it is told to do.

use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::objects::Name;
use crate::sandbox::Sandbox;

const SECRET: Name<'_> = ("Secret", "observability/vmalertmanager-config");
const VMALERTMANAGER: Name<'_> = ("VMAlertmanager", "observability/vmalertmanager");
const POD: &str = "observability/vmalertmanager-vmalertmanager-0";

pub async fn somebody_else_silences(sandbox: &mut Sandbox) {
    let id = sandbox.foreign_silence("severity", "critical").await;
    let wanted = [("alert/silenced-by-others", "ops on severity=\"critical\"")];
    sandbox.alert_red("somebody's silence on severity=critical", &wanted).await;
    let left = sandbox.active_silences().await;
    assert_eq!(left, [("ops".to_owned(), "severity".to_owned())], "ours goes, theirs stays");
    sandbox.alertmanager(Method::DELETE, &format!("/api/v2/silence/{id}"), None).await;
}

pub async fn another_alert_inhibits(sandbox: &mut Sandbox) {
    let rule = "inhibit_rules:\n  - source_matchers: ['alertname=\"Outage\"']\n    target_matchers: ['severity=\"critical\"']\n";
    let was = configure(sandbox, "inhibit_rules:\n", rule, "Outage").await;
    let labels = json!({"alertname": "Outage", "namespace": "observability"});
    sandbox.alertmanager(Method::POST, "/api/v2/alerts", Some(json!([{"labels": labels}]))).await;
    let wanted = [("alert/inhibited", "Outage{namespace=\"observability\"}")];
    sandbox.alert_red("an alert fires that inhibits all critical ones", &wanted).await;
    back(sandbox, &was, "Outage").await;
}

pub async fn the_receiver_has_no_integration(sandbox: &mut Sandbox) {
    let integration = "    webhook_configs:\n      - url: http://webhook-receiver.observability.svc:9099/critical\n";
    // A receiver more, to know this configuration again.
    let changes = [(integration, ""), ("receivers:\n", "receivers:\n  - name: 'nobody'\n")];
    let was = configure_both(sandbox, &changes, "nobody").await;
    let wanted = [("alert/no-integration", "critical has none: nobody is told")];
    sandbox.alert_red("receiver critical has no integration", &wanted).await;
    back(sandbox, &was, "nobody").await;
}

pub async fn the_route_leads_elsewhere(sandbox: &mut Sandbox) {
    let was = configure(sandbox, "severity=\"critical\"", "severity=\"fatal\"", "fatal").await;
    let wanted = [("alert/wrong-route", "it goes to default")];
    sandbox.alert_red("no route of its own for severity critical", &wanted).await;
    back(sandbox, &was, "fatal").await;
}

pub async fn the_configuration_is_the_fallback(sandbox: &mut Sandbox) {
    let was = the_fallback_runs(sandbox).await;
    let wanted = [("alert/wrong-route", "it goes to blackhole"), ("alert/no-integration", "nobody is told")];
    sandbox.alert_red("Secret with alertmanager.yaml deleted: the operator's fallback", &wanted).await;
    back(sandbox, &was, "blackhole").await;
}

/// Deletes the Secret, and waits until Alertmanager runs what the operator has in its place; gives the Secret as it was.
pub async fn the_fallback_runs(sandbox: &Sandbox) -> Value {
    let was = sandbox.delete(SECRET).await;
    resync(sandbox).await;
    running(sandbox, "blackhole", true).await;
    was
}

pub async fn alertmanager_is_paused(sandbox: &mut Sandbox) {
    sandbox.signal(POD, "alertmanager", Signal::STOP).await;
    let (fault, wanted) = ("SIGSTOP to Alertmanager: no silence, so no rule", [("alert/not-silenced", "no answer")]);
    // It is a target of vmagent as well, and asked what it writes.
    sandbox.alert_red_beside(fault, &wanted, &["targets-covered", "alertmanager-stored"]).await;
    assert_eq!(sandbox.rules().await, ["cluster-health"], "no rule without a silence");
    sandbox.signal(POD, "alertmanager", Signal::CONT).await;
    sandbox.delete_pod(POD).await;
}

/// Changes the configuration in its Secret, and waits until Alertmanager runs it; gives the Secret as it was.
pub async fn configure(sandbox: &Sandbox, from: &str, to: &str, mark: &str) -> Value {
    configure_both(sandbox, &[(from, to)], mark).await
}

/// The same with several changes.
pub async fn configure_both(sandbox: &Sandbox, changes: &[(&str, &str)], mark: &str) -> Value {
    let was = ask_for(sandbox, changes).await;
    running(sandbox, mark, true).await;
    was
}

/// Changes the configuration in its Secret, whether Alertmanager takes it or not; gives the Secret as it was.
pub async fn ask_for(sandbox: &Sandbox, changes: &[(&str, &str)]) -> Value {
    let was = sandbox.get(SECRET).await;
    let mut text = scenario();
    for (from, to) in changes {
        assert!(text.contains(from), "the scenario has {from:?}");
        text = text.replace(from, to);
    }
    sandbox.patch(SECRET, json!({"stringData": {"alertmanager.yaml": text}})).await;
    resync(sandbox).await;
    was
}

pub async fn back(sandbox: &Sandbox, was: &Value, mark: &str) {
    sandbox.restore(was).await;
    resync(sandbox).await;
    running(sandbox, mark, false).await;
}

/// The configuration as the scenario has it.
fn scenario() -> String {
    let file = include_str!("../../src/sandbox/scenario/done-right/vmalertmanager.yaml");
    let secret: Value = serde_saphyr::from_str(file.split("---").next().unwrap()).unwrap();
    // The webhook sink of a run; no drill listens there.
    secret["stringData"]["alertmanager.yaml"].as_str().unwrap().replace("${SINK}", "127.0.0.1:9199")
}

/// The operator does not watch the Secret. Any edit of the spec makes it look, before its minute is over.
async fn resync(sandbox: &Sandbox) {
    let now = jiff::Timestamp::now().to_string();
    sandbox.patch(VMALERTMANAGER, json!({"spec": {"lookedAt": now}})).await;
}

async fn running(sandbox: &Sandbox, mark: &str, wanted: bool) {
    sandbox
        .until_true("Alertmanager runs its configuration", async || {
            let status = sandbox.alertmanager(Method::GET, "/api/v2/status", None).await;
            status["config"]["original"].as_str().unwrap_or_default().contains(mark) == wanted
        })
        .await;
}
