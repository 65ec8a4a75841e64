//! Faults between a rule and Alertmanager: the operator, vmalert, what it reads from and what it sends to.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::alerting::{OPERATOR, RULES};
use crate::objects::{Name, VMALERT};
use crate::sandbox::Sandbox;

const POD: &str = "observability/vmalert-vmalert-";
const STORAGE: &str = "http://vmsingle-vmsingle.observability.svc:8429";

pub async fn rules_are_not_selected(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMALERT, json!({"spec": {"ruleSelector": {"matchLabels": {"team": "platform"}}}})).await;
    let wanted = [("alert/not-rendered", "its ruleSelector wants team=platform")];
    sandbox.alert_red("VMAlert selects rules of team=platform only", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn the_notifier_is_elsewhere(sandbox: &mut Sandbox) {
    let url = "http://nobody.observability.svc:9093";
    let was = sandbox.vmalert(json!({"notifiers": [{"url": url}]}), url).await;
    let wanted = [("alert/not-arrived", "to http://nobody.observability.svc:9093/api/v2/alerts")];
    sandbox.alert_red("vmalert's notifier is a host that does not exist", &wanted).await;
    mend(sandbox, &was).await;
}

pub async fn there_is_no_notifier(sandbox: &mut Sandbox) {
    let was = sandbox.vmalert(json!({"notifiers": null}), "-notifier.url=\"").await;
    sandbox.alert_red("VMAlert without notifiers", &[("alert/not-arrived", "to no host at all")]).await;
    mend(sandbox, &was).await;
}

pub async fn the_datasource_is_elsewhere(sandbox: &mut Sandbox) {
    let url = "http://nobody.observability.svc:8429";
    let was = sandbox.vmalert(json!({"datasource": {"url": url}}), &format!("datasource.url={url}")).await;
    sandbox.alert_red("vmalert's datasource is a host that does not exist", &[("alert/not-evaluated", "nobody")]).await;
    mend(sandbox, &was).await;
}

pub async fn the_datasource_hangs(sandbox: &mut Sandbox) {
    let url = "http://webhook-receiver.observability.svc:9099";
    sandbox.fault("observability/webhook-receiver-", 9099, "hang").await;
    let was = sandbox.vmalert(json!({"datasource": {"url": url}}), &format!("datasource.url={url}")).await;
    let wanted = [("alert/not-evaluated", "was not evaluated")];
    sandbox.alert_red("vmalert's datasource never answers: the group is stuck", &wanted).await;
    sandbox.fault("observability/webhook-receiver-", 9099, "ok").await;
    mend(sandbox, &was).await;
}

pub async fn the_datasource_is_empty(sandbox: &mut Sandbox) {
    let other = json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle",
        "metadata": {"name": "other", "namespace": "default"}, "spec": {"retentionPeriod": "1d"},
    });
    sandbox.restore(&other).await;
    let url = "http://vmsingle-other.default.svc:8429";
    let was = sandbox.vmalert(json!({"datasource": {"url": url}}), &format!("datasource.url={url}")).await;
    let wanted = [("alert/not-firing", "its data query returns nothing")];
    sandbox.alert_red("vmalert reads another storage, in which nothing is", &wanted).await;
    mend(sandbox, &was).await;
    sandbox.delete(("VMSingle", "default/other")).await;
}

pub async fn vmalert_is_paused(sandbox: &mut Sandbox) {
    sandbox.signal(POD, "vmalert", Signal::STOP).await;
    let wanted = [("alert/not-loaded", "no answer from Pod")];
    // It is a target of vmagent as well.
    sandbox.alert_red_beside("SIGSTOP to vmalert", &wanted, &["targets-covered"]).await;
    sandbox.signal(POD, "vmalert", Signal::CONT).await;
    sandbox.delete_pod(POD).await;
}

pub async fn one_bad_rule_stops_every_reload(sandbox: &mut Sandbox) {
    let bad = json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": RULES,
        "metadata": {"name": "bad", "namespace": "observability",
            "annotations": {"operator.victoriametrics.com/skip-validation": "true"}},
        "spec": {"groups": [{"name": "bad", "rules": [{"alert": "Bad", "expr": "sum(up"}]}]},
    });
    sandbox.restore(&bad).await;
    let wanted = [("alert/not-loaded", "its last reload failed, so it keeps its old rules")];
    sandbox.alert_red("a VMRule that does not parse, past the webhook by skip-validation", &wanted).await;
    sandbox.patch((RULES, "observability/bad"), json!({"spec": {"groups": []}})).await;
    sandbox.delete((RULES, "observability/bad")).await;
}

pub async fn one_of_two_vmalerts_is_paused(sandbox: &mut Sandbox) {
    let was = sandbox.vmalert(json!({"replicaCount": 2}), "\"replicas\":2").await;
    sandbox.alert_green("two vmalerts").await;
    let pod = sandbox.pod(POD).await["metadata"]["name"].as_str().unwrap().to_owned();
    sandbox.signal(POD, "vmalert", Signal::STOP).await;
    let wanted = [("alert/not-loaded", pod.as_str())];
    sandbox.alert_red_beside("SIGSTOP to one of two vmalerts", &wanted, &["targets-covered"]).await;
    sandbox.restore(&was).await;
    sandbox.rolled_out("\"replicas\":1").await;
}

/// With nobody to watch them, VMRules have no effect. Checks of the operator itself are red as well.
pub async fn the_operator_is_stopped(sandbox: &mut Sandbox) {
    let was = sandbox.patch(OPERATOR, json!({"spec": {"replicas": 0}})).await;
    let beside = ["operator-rolled-out", "targets-covered"];
    sandbox.alert_red_beside("operator stopped", &[("alert/not-rendered", "no key")], &beside).await;
    sandbox.restore(&was).await;
}

/// Whoever marks the ConfigMap of rules as immutable keeps every later rule out of it. It can only be made anew.
pub async fn the_rules_are_frozen(sandbox: &mut Sandbox) {
    const RULE_FILES: Name<'_> = ("ConfigMap", "observability/vm-vmalert-rulefiles-0");
    let was = sandbox.patch(RULE_FILES, json!({"immutable": true})).await;
    sandbox.alert_red("the ConfigMap of rules is immutable", &[("alert/not-rendered", "no key")]).await;
    // The operator's finalizer would keep it for ever.
    sandbox.patch(RULE_FILES, json!({"metadata": {"finalizers": null}})).await;
    sandbox.delete(RULE_FILES).await;
    sandbox.restore(&was).await;
}

async fn mend(sandbox: &Sandbox, was: &Value) {
    sandbox.restore(was).await;
    sandbox.rolled_out(&format!("datasource.url={STORAGE}")).await;
}
