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

fn routes(integrations: Value) -> Value {
    let route =
        json!({"receiver": "rest", "routes": [{"receiver": "critical", "matchers": ["severity=\"critical\""]}]});
    let receivers = json!({"critical": integrations, "rest": {}});
    json!([{"pod": "Pod observability/am-0", "config": {"shown": {"route": route, "receivers": receivers}}}])
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

#[test]
fn series_may_lie_back_but_must_be() {
    let with = |found: Value| after(|seen| seen["selectors"][0]["found"] = found);
    assert!(with(json!({"earlier": 2})).is_empty());
    assert_eq!(with(json!({"disappeared": null})), ["rules/disappeared"]);
    for why in [json!("metric"), json!({"label": "job"}), json!({"value": "job=\"x\""}), json!("combination")] {
        assert_eq!(with(json!({"never": why})), ["rules/no-series"]);
    }
    assert_eq!(with(json!({"unknown": "503"})), ["rules/series-unknown"]);
    assert_eq!(after(|seen| seen["selectors"] = json!([])), ["rules/series-unknown"]);
}

/// kube-state-metrics was removed yesterday: an alert on its metrics stays loaded and evaluates to nothing.
#[test]
fn a_metric_that_is_gone_is_told_with_its_last_sample_and_may_be_waived() {
    let gone = |seen: &mut Value| seen["selectors"][0]["found"] = json!({"disappeared": 1_795_428_000});
    let mut seen = healthy();
    gone(&mut seen);
    let verdict = verdict(&spec(json!({})), seen);
    assert_eq!(verdict.findings()[0].code, "rules/disappeared");
    let actual = "its metric had series within the look-back and has none now; the last sample is of 2026-11-23T10:00:00Z, 1d ago";
    assert_eq!(verdict.findings()[0].actual, actual);
    let waiver = json!({"reason": "only while a job runs", "owner": "ops", "until": "2026-12-24"});
    assert!(codes(json!({"without_series": [{"rule": "Down", "waiver": waiver}]}), gone).is_empty());
}

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
fn one_side_of_an_or_is_enough() {
    let with = |b: Value| {
        after(|seen| {
            let expr = "(a or b) > 1";
            seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
            seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!(expr);
            seen["selectors"] = json!([{"selector": "a", "found": {"never": "metric"}}, {"selector": "b", "found": b}]);
        })
    };
    assert!(with(json!({"now": 1})).is_empty());
    assert_eq!(with(json!({"never": "metric"})), ["rules/no-series"]);
}

#[test]
fn what_cannot_be_taken_apart_is_judged_by_what_vmalert_read() {
    let with = |fetched: Value| {
        after(|seen| {
            let expr = "WITH (x = up) x == 0";
            seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
            let rule = &mut seen["instances"][0]["groups"][0]["rules"][0];
            rule["query"] = json!(expr);
            rule["last_series_fetched"] = fetched;
        })
    };
    assert!(with(json!(3)).is_empty());
    assert_eq!(with(json!(0)), ["rules/unread-expression"]);
    assert_eq!(with(json!(null)), ["rules/unread-expression"]);
}

#[test]
fn another_language_has_no_selectors() {
    let found = after(|seen| {
        seen["declared"][0]["groups"][0]["type"] = json!("vlogs");
        seen["selectors"] = json!([]);
    });
    assert!(found.is_empty());
}

#[test]
fn a_waiver_holds_until_its_day() {
    let with = |rule: &str, until: &str| {
        let waiver = json!({"reason": "comes with 6.2", "owner": "ops", "until": until});
        codes(json!({"without_series": [{"rule": rule, "waiver": waiver}]}), |seen| {
            seen["selectors"][0]["found"] = json!({"never": "metric"});
        })
    };
    assert!(with("Down", "2026-11-24").is_empty());
    assert!(with("D*", "2026-11-24").is_empty());
    assert_eq!(with("Down", "2026-11-23"), ["rules/no-series"]);
    assert_eq!(with("Up*", "2026-11-24"), ["rules/no-series"]);
}

#[test]
fn a_waiver_may_cover_only_some_selectors_of_a_rule() {
    let with = |selector: &str, expr: &str| {
        let waiver = json!({"reason": "comes with 6.2", "owner": "ops", "until": "2026-11-24"});
        let mut seen = healthy();
        seen["declared"][0]["groups"][0]["rules"][0]["expr"] = json!(expr);
        seen["instances"][0]["groups"][0]["rules"][0]["query"] = json!(expr);
        let never = |selector| json!({"selector": selector, "found": {"never": "metric"}});
        seen["selectors"] = json!([never("a{x=\"1\"}"), never("b")]);
        let spec = spec(json!({"without_series": [{"rule": "Down", "selector": selector, "waiver": waiver}]}));
        match verdict(&spec, seen).decision {
            Decision::Pass(examined) => examined.waived,
            _ => 0,
        }
    };
    assert_eq!(with("a{*}", "a{x=\"1\"} > 1"), 1);
    assert_eq!(with("a{*}", "a{x=\"1\"} > b"), 0);
    assert_eq!(with("a{*}", "(a{x=\"1\"} or b) > 1"), 1);
    assert_eq!(with("c*", "(a{x=\"1\"} or b) > 1"), 0);
}

#[test]
fn an_alert_must_lead_to_somebody() {
    let more = json!({"alertmanager": {"namespace": "observability", "service": "am", "port": "http"}});
    let with = |integrations: Value| codes(more.clone(), |seen| seen["routes"] = routes(integrations));
    assert!(with(json!({"webhook": 1})).is_empty());
    assert_eq!(with(json!({})), ["rules/leads-to-nobody"]);
    assert_eq!(codes(more.clone(), |_| {}), ["rules/routes-unreadable"]);
    let unreadable = json!([{"pod": "Pod observability/am-0", "config": {"unreadable": "no YAML"}}]);
    assert_eq!(codes(more, |seen| seen["routes"] = unreadable), ["rules/routes-unreadable"]);
}

#[test]
fn a_receiver_may_be_silent_on_purpose() {
    let endpoint = json!({"namespace": "observability", "service": "am", "port": "http"});
    let more = json!({"alertmanager": endpoint, "silent": ["critical"]});
    assert!(codes(more, |seen| seen["routes"] = routes(json!({}))).is_empty());
}

#[test]
fn a_label_that_a_template_makes_may_have_any_value() {
    let more = json!({"alertmanager": {"namespace": "observability", "service": "am", "port": "http"}});
    let found = codes(more, |seen| {
        seen["routes"] = routes(json!({"webhook": 1}));
        seen["declared"][0]["groups"][0]["rules"][0]["labels"]["severity"] = json!("{{ $labels.severity }}");
    });
    assert_eq!(found, ["rules/leads-to-nobody"], "it may also lead to `rest`, which tells nobody");
}

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

#[test]
fn an_alertmanager_that_is_not_there_tells_nobody_and_hides_nothing_else() {
    let alertmanager =
        json!({"alertmanager": {"namespace": "observability", "service": "vmalertmanager-a", "port": "http"}});
    let service = "Service observability/vmalertmanager-a";
    let absent = json!({"no_ready_endpoint": {"service": service, "message": "no pod"}});
    let found = codes(alertmanager.clone(), |seen| {
        seen["unrouted"] = absent.clone();
        seen["selectors"][0]["found"] = json!({"never": "metric"});
    });
    assert_eq!(found, ["rules/no-series", "reach/no-ready-endpoint"]);
    let silent = json!({"timed_out": {"to": service, "seconds": 30.0}});
    assert_eq!(codes(alertmanager, |seen| seen["unrouted"] = silent), ["rules/routes-unreadable"]);
}
