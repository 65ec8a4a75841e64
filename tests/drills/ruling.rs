//! Faults of alerting rules: one that reads nothing, errs, is missing, does not run, or leads to nobody.

use serde_json::{Value, json};

use crate::alerting::RULES;
use crate::memory::vmsingle;
use crate::objects::{Name, VMALERT};
use crate::sandbox::Sandbox;

const CHECK: &str = "rules-live";
const HEALTH: Name<'_> = (RULES, "observability/cluster-health");
const ADDED: Name<'_> = (RULES, "observability/added");

pub async fn a_metric_does_not_exist(sandbox: &mut Sandbox) {
    let wanted = [("rules/no-series", "`kube_node_status_conditon` finds series, got its metric has no series")];
    with_rule(sandbox, "a rule with a misspelt metric", "kube_node_status_conditon == 0", &wanted).await;
}

pub async fn a_label_value_does_not_exist(sandbox: &mut Sandbox) {
    let wanted = [("rules/no-series", r#"none for which job="vmsingle""#)];
    with_rule(sandbox, "a rule for a job of another name", r#"up{job="vmsingle"} == 0"#, &wanted).await;
}

/// As when an exporter is removed: what it told stays in the storage for the whole look-back.
pub async fn a_metric_has_disappeared(sandbox: &mut Sandbox) {
    let past = jiff::Timestamp::now().as_millisecond() - 20 * 60 * 1000;
    vmsingle(sandbox, "/api/v1/import/prometheus", format!("drill_gone{{job=\"drill\"}} 1 {past}\n")).await;
    let wanted = [("rules/disappeared", "within the look-back and has none now; the last sample is of")];
    with_rule(sandbox, "a rule on a metric that nobody exports any more", "drill_gone == 0", &wanted).await;
    vmsingle(sandbox, "/api/v1/admin/tsdb/delete_series?match[]=drill_gone", String::new()).await;
}

pub async fn an_expression_errs(sandbox: &mut Sandbox) {
    let wanted = [("rules/error", "duplicate")];
    with_rule(sandbox, "a rule that joins many series with many", "up * on() up > 1", &wanted).await;
}

pub async fn a_required_alert_is_taken_out(sandbox: &mut Sandbox) {
    alone(sandbox);
    let mut spec = sandbox.get(HEALTH).await["spec"].clone();
    let rules = spec["groups"][0]["rules"].as_array_mut().unwrap();
    rules.retain(|rule| rule["alert"] != "PodCrashLooping");
    let was = sandbox.patch(HEALTH, json!({"spec": spec})).await;
    let wanted = [("rules/required-missing", "pod crash looping")];
    sandbox.red("the rule for crash-looping pods is taken out", CHECK, &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn no_vmrule_is_selected(sandbox: &mut Sandbox) {
    alone(sandbox);
    let was = sandbox.patch(VMALERT, json!({"spec": {"ruleSelector": {"matchLabels": {"team": "platform"}}}})).await;
    let unselected = ("rules/unselected", "ruleSelector does not match its labels");
    sandbox.red("rules of team=platform only", CHECK, &[unselected, ("rules/required-missing", "node down")]).await;
    sandbox.restore(&was).await;
}

pub async fn the_files_of_rules_are_frozen(sandbox: &mut Sandbox) {
    const FILES: Name<'_> = ("ConfigMap", "observability/vm-vmalert-rulefiles-0");
    let was = sandbox.patch(FILES, json!({"immutable": true})).await;
    let wanted = [("rules/not-loaded", "its group does not run")];
    with_rule(sandbox, "the ConfigMap of rules is immutable", "up == 0", &wanted).await;
    // The operator's finalizer would keep it for ever.
    sandbox.patch(FILES, json!({"metadata": {"finalizers": null}})).await;
    sandbox.delete(FILES).await;
    sandbox.restore(&was).await;
}

/// One more VMRule with one alert of this expression turns the check red.
async fn with_rule(sandbox: &mut Sandbox, fault: &str, expr: &str, wanted: &[(&str, &str)]) {
    alone(sandbox);
    sandbox.restore(&vmrule(expr)).await;
    sandbox.red(fault, CHECK, wanted).await;
    // A rule without groups is taken out at once, a deleted one after a minute.
    sandbox.patch(ADDED, json!({"spec": {"groups": []}})).await;
    sandbox.delete(ADDED).await;
}

fn vmrule(expr: &str) -> Value {
    json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": RULES,
        "metadata": {"name": "added", "namespace": "observability"},
        "spec": {"groups": [{"name": "added", "interval": "2s", "rules": [
            {"alert": "Added", "expr": expr, "for": "1h", "labels": {"severity": "warning"}}]}]},
    })
}

/// Rules are judged without waiting for the synthetic alert, which these drills leave out.
fn alone(sandbox: &mut Sandbox) {
    sandbox.suite = sandbox.suite.replace("needs: [alert-flows, targets-covered]", "needs: [targets-covered]");
}
