mod required;
mod routes;
mod series;

use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;

const AT: &str = "2026-11-24T10:00:00Z";

fn spec(more: Value) -> Spec {
    let mut spec = json!({
        "namespace": "observability", "vmalert": "vmalert",
        "storage": {"namespace": "observability", "service": "vmsingle-vmsingle", "port": "http"},
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

/// One VMRule with one alert, as the sandbox's vmalert shows it, in one pod.
fn healthy() -> Value {
    let expr = "up{job=\"x\"} == 0";
    json!({
        "vmalert_exists": true,
        "declared": [{"namespace": "observability", "name": "health", "selected_elsewhere": false, "groups": [
            {"name": "nodes", "rules": [{"alert": "Down", "expr": expr, "labels": {"severity": "critical"}}]}]}],
        "instances": [{"pod": "Pod observability/vmalert-0", "last_reload_successful": true, "groups": [{
            "name": "nodes", "interval": 60.0, "file": "/etc/vmalert/config/vm-vmalert-rulefiles-0/observability-health.yaml",
            "rules": [{"name": "Down", "query": expr, "last_error": "", "last_evaluation": "2026-11-24T09:59:30Z",
                       "last_series_fetched": 1}]}]}],
        "selectors": [{"selector": "up{job=\"x\"}", "found": {"now": 1}}],
        "routes": [],
    })
}

fn verdict(spec: &Spec, seen: Value) -> Verdict {
    Rules::judge(spec, &serde_json::from_value(seen).unwrap(), AT.parse().unwrap())
}

#[test]
fn what_was_judged_is_named_with_its_generation_and_its_version() {
    let mut seen = healthy();
    seen["declared"][0]["generation"] = json!(3);
    seen["declared"][0]["resource_version"] = json!("41");
    let mut elsewhere = seen["declared"][0].clone();
    elsewhere["unselected"] = json!("its labels differ");
    seen["declared"].as_array_mut().unwrap().push(elsewhere);
    seen["evaluators"] = json!([{"object": "Service observability/vmalert", "component": "vmalert v1.131.0"}]);
    let named = Rules::identities(&spec(json!({})), &serde_json::from_value(seen).unwrap());
    let told: Vec<String> = named.iter().map(|one| format!("{}: {}", one.object, one.parts().join("; "))).collect();
    let rule = "VMRule observability/health: generation 3; resourceVersion 41";
    assert_eq!(told, ["Service observability/vmalert: vmalert v1.131.0", rule]);
    // Evidence of before they were kept is read all the same.
    assert_eq!(Rules::identities(&spec(json!({})), &serde_json::from_value(healthy()).unwrap()).len(), 1);
}

/// The codes of the findings after one change to what was seen.
fn codes(more: Value, change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut seen = healthy();
    change(&mut seen);
    verdict(&spec(more), seen).findings().iter().map(|finding| finding.code.clone()).collect()
}

fn after(change: impl FnOnce(&mut Value)) -> Vec<String> {
    codes(json!({}), change)
}

#[test]
fn what_runs_as_declared_and_reads_series_holds() {
    let verdict = verdict(&spec(json!({})), healthy());
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.count.get(), examined.what.as_str(), examined.age_seconds), (1, "rules", Some(30.0)));
    assert_eq!(examined.names, ["Down of VMRule observability/health"]);
}

#[test]
fn nothing_declared_is_no_pass() {
    let mut seen = healthy();
    seen["declared"] = json!([]);
    seen["instances"][0]["groups"] = json!([]);
    let verdict = verdict(&spec(json!({})), seen);
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(verdict.findings()[0].code, "rules/nothing-examined");
}

#[test]
fn no_pod_that_runs_them_would_leave_rules_unproven() {
    // The Service answers for at least one pod, else the look is a trouble; nobody may read this as a pass.
    assert_eq!(after(|seen| seen["instances"] = json!([])), ["rules/no-instance"]);
}

#[test]
fn a_vmalert_that_is_absent_fails() {
    assert_eq!(after(|seen| seen["vmalert_exists"] = json!(false)), ["rules/no-vmalert"]);
}

#[test]
fn a_vmrule_that_nobody_selects_fails_and_one_of_another_vmalert_does_not() {
    let other = |elsewhere: bool| {
        json!({"namespace": "apps", "name": "o", "unselected": "ruleSelector does not match", "selected_elsewhere": elsewhere,
               "groups": [{"name": "g", "rules": [{"alert": "A", "expr": "a"}]}]})
    };
    let with = |elsewhere| after(|seen| seen["declared"].as_array_mut().unwrap().push(other(elsewhere)));
    assert_eq!(with(false), ["rules/unselected"]);
    assert!(with(true).is_empty());
}

#[test]
fn a_refused_vmrule_is_told_once() {
    let found = after(|seen| {
        seen["declared"].as_array_mut().unwrap().push(json!({"namespace": "observability", "name": "bad",
            "selected_elsewhere": false, "refused": "bad prometheus expr", "groups": [
            {"name": "g", "rules": [{"alert": "A", "expr": "sum(up"}]}]}));
    });
    assert_eq!(found, ["rules/refused"]);
}

#[test]
fn a_rule_that_does_not_run_fails() {
    assert_eq!(after(|seen| seen["instances"][0]["groups"] = json!([])), ["rules/not-loaded"]);
    assert_eq!(after(|seen| seen["instances"][0]["groups"][0]["rules"] = json!([])), ["rules/not-loaded"]);
    let file = "/etc/vmalert/config/vm-other-rulefiles-0/observability-health.yaml";
    assert_eq!(after(|seen| seen["instances"][0]["groups"][0]["file"] = json!(file)), ["rules/not-loaded"]);
}

#[test]
fn an_older_expression_fails() {
    let found = after(|seen| seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!("up == 0"));
    assert_eq!(found, ["rules/other-expression"]);
}

#[test]
fn a_group_that_nothing_declares_fails_unless_it_has_a_file_of_its_own() {
    let with = |file: &str| {
        let group = json!({"name": "old", "file": file, "interval": 60.0, "rules": []});
        after(|seen| seen["instances"][0]["groups"].as_array_mut().unwrap().push(group))
    };
    assert_eq!(with("/etc/vmalert/config/vm-vmalert-rulefiles-1/observability-old.yaml"), ["rules/unexplained"]);
    assert!(with("/etc/own/rules.yaml").is_empty());
}

#[test]
fn a_refused_reload_fails_and_an_unknown_one_is_unclear() {
    assert_eq!(after(|seen| seen["instances"][0]["last_reload_successful"] = json!(false)), ["rules/not-reloaded"]);
    assert_eq!(after(|seen| seen["instances"][0]["last_reload_successful"] = json!(null)), ["rules/reload-unknown"]);
}

#[test]
fn an_evaluation_must_have_gone_well_and_lately() {
    let with = |field: &str, value: Value| after(|seen| seen["instances"][0]["groups"][0]["rules"][0][field] = value);
    assert_eq!(with("last_error", json!("cannot execute query")), ["rules/error"]);
    assert_eq!(with("last_evaluation", json!("0001-01-01T00:00:00Z")), ["rules/not-evaluated"]);
    assert_eq!(with("last_evaluation", json!("no time")), ["rules/not-evaluated"]);
    // Three intervals of 60 s and 30 s.
    assert!(with("last_evaluation", json!("2026-11-24T09:56:30Z")).is_empty());
    assert_eq!(with("last_evaluation", json!("2026-11-24T09:56:29Z")), ["rules/stale"]);
}

/// kube-state-metrics was removed yesterday: an alert on its metrics stays loaded and evaluates to nothing.
#[test]
fn a_refusal_of_an_older_generation_does_not_decide() {
    let refused = |observed: Value| {
        let object = json!({
            "metadata": {"name": "a", "namespace": "o", "generation": 3}, "spec": {"groups": []},
            "status": {"updateStatus": "failed", "reason": "bad expr", "observedGeneration": observed}});
        let vmalert = json!({"metadata": {"namespace": "o"}, "spec": {"selectAllByDefault": true}});
        Declared::read(object, &vmalert, &[], None).unwrap().refused
    };
    assert_eq!(refused(json!(3)).as_deref(), Some("bad expr"));
    assert_eq!(refused(Value::Null).as_deref(), Some("bad expr"));
    assert_eq!(refused(json!(2)), None);
}

#[test]
fn what_vmalert_answers_is_read() {
    let text = r#"{"name":"nodes","interval":60,"lastEvaluation":"2026-11-24T10:00:00Z","type":"prometheus","id":"6484538213775078602",
        "file":"/etc/vmalert/config/vm-vmalert-rulefiles-0/observability-health.yaml","concurrency":1,"Unhealthy":0,"rules":[
        {"state":"inactive","name":"Down","query":"up == 0","duration":300,"labels":{"severity":"critical"},"lastError":"no","health":"err","type":"alerting",
         "lastEvaluation":"2026-11-24T10:00:00Z","lastSamples":0,"lastSeriesFetched":null}]}"#;
    let group: loaded::Group = serde_json::from_str(text).unwrap();
    assert_eq!(group.operators_file("vmalert"), Some("observability-health.yaml"));
    assert_eq!(group.operators_file("vm"), None);
    assert_eq!(group.rules[0].labels["severity"], "critical");
    assert_eq!((group.rules[0].last_error.as_str(), group.rules[0].last_series_fetched), ("no", None));
    assert_eq!(group.rules[0].age_seconds("2026-11-24T10:00:05Z".parse().unwrap()), Some(5.0));
    let again: loaded::Group = serde_json::from_value(serde_json::to_value(&group).unwrap()).unwrap();
    assert_eq!(again.rules[0].last_error, "no", "what is saved can be read again");
}
