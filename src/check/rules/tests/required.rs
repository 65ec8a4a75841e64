//! Alerts that must be there.

use serde_json::{Value, json};

use super::*;

#[test]
fn a_required_alert_is_told_by_what_it_reads() {
    let with = |required: Value| codes(json!({"required": [required]}), |_| {});
    assert!(with(json!({"name": "target down", "reads": "up", "severity": "critical"})).is_empty());
    assert_eq!(with(json!({"name": "target down", "reads": "up", "severity": "warning"})), ["rules/required-missing"]);
    assert_eq!(with(json!({"name": "node down", "reads": "kube_node_status_condition"})), ["rules/required-missing"]);
    assert!(with(json!({"name": "target down", "reads": "up{job=\"x\"}"})).is_empty());
    assert_eq!(with(json!({"name": "target down", "reads": "up{job=\"y\"}"})), ["rules/required-missing"]);
}

#[test]
fn a_metric_that_an_alert_only_takes_away_is_no_required_one() {
    let found = codes(json!({"required": [{"name": "target down", "reads": "up"}]}), |seen| {
        let expr = "a unless up{job=\"x\"}";
        seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
        seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!(expr);
        seen["selectors"] = json!([{"selector": "a", "found": {"now": 1}}]);
    });
    assert_eq!(found, ["rules/required-missing"]);
}

#[test]
fn a_recording_rule_is_no_required_alert() {
    let found = codes(json!({"required": [{"name": "target down", "reads": "up"}]}), |seen| {
        let rule = &mut seen["declared"][0]["groups"][0]["rules"][0];
        *rule = json!({"record": "Down", "expr": rule["expr"]});
    });
    assert_eq!(found, ["rules/required-missing"]);
}
