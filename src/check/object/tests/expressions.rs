//! Expressions in CEL, on literal objects.

use super::*;

const CANARY: &str = "canary-hunter2";

fn judged(expression: &str, object: Json) -> Verdict {
    judge(json!({"name": "vmsingle", "cel": [expression]}), &[object])
}

#[test]
fn an_expression_of_flux_holds_or_tells_the_values() {
    let ready = |status: &str| {
        let condition = json!({"type": "Ready", "status": status, "observedGeneration": 2});
        with("/status/conditions", json!([{"type": "Other", "status": "False"}, condition]))
    };
    let expression = "status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True' && \
        e.observedGeneration == metadata.generation)";
    assert!(judged(expression, ready("True")).is_pass());
    fails(&judged(expression, ready("False")), "object/cel-false");
    let verdict = judged("status.updateStatus == 'failed' || spec.replicas > 1", single());
    fails(&verdict, "object/cel-false");
    let finding = &verdict.findings()[0];
    assert_eq!(finding.expected, "status.updateStatus == 'failed' || spec.replicas > 1 is true");
    assert_eq!(finding.actual, "it is false, where status.updateStatus is \"operational\", spec.replicas is 1");
    assert_eq!(finding.object.as_deref(), Some("VMSingle o/vmsingle"));
}

#[test]
fn every_expression_must_hold_for_every_object() {
    let mut other = with("/spec/replicas", json!(2));
    other["metadata"]["name"] = json!("other");
    let verdict = judge(json!({"cel": ["has(spec.storage)", "spec.replicas == 1"]}), &[single(), other]);
    fails(&verdict, "object/cel-false");
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("VMSingle o/other"));
}

#[test]
fn what_cannot_be_evaluated_is_no_pass() {
    let verdict = judged("status.phase == 'Ready'", single());
    fails(&verdict, "object/cel-error");
    assert!(verdict.findings()[0].actual.ends_with("where there is no status.phase"), "{verdict:?}");
    assert!(judged("!has(status.phase) || status.phase == 'Ready'", single()).is_pass());
    assert!(judged("status.?phase.orValue('') == ''", single()).is_pass());
    fails(&judged("spec.replicas.all(x, x == 1)", single()), "object/cel-error");
    fails(&judged("spec.replicas < 'a'", single()), "object/cel-error");
    fails(&judged("nothing.at.all == 1", single()), "object/cel-error");
    fails(&judged("has(nothing.at.all)", single()), "object/cel-error");
}

#[test]
fn what_is_neither_true_nor_false_is_no_pass() {
    for expression in ["status.updateStatus", "spec.replicas", "spec.storage", "size(spec.storage)"] {
        let verdict = judged(expression, single());
        fails(&verdict, "object/cel-no-answer");
        assert!(verdict.findings()[0].is_terminal());
    }
}

#[test]
fn a_status_of_another_generation_is_not_evaluated() {
    let stale = with("/status/observedGeneration", json!(1));
    unclear(&judged("status.updateStatus == 'failed'", stale.clone()), "object/stale-generation");
    fails(&judged("spec.replicas == 2", stale), "object/cel-false");
}

#[test]
fn data_that_may_be_secret_is_neither_compared_nor_shown() {
    let object = with("/spec/env", json!([{"name": "DB_PASSWORD", "value": CANARY}]));
    // Whatever the expression comes to, it would tell something of it.
    for expression in ["spec.env.all(e, e.value != 'x')", "spec.env[0].value == 'x'", "spec == {}"] {
        let verdict = judged(expression, object.clone());
        unclear(&verdict, "object/hidden");
        assert!(!format!("{verdict:?}").contains(CANARY));
    }
    assert!(judged("has(spec.env)", object).is_pass());
    let token = with("/spec/token", json!(CANARY));
    assert!(judged("has(spec.token) && spec.replicas == 1", token.clone()).is_pass());
    unclear(&judged("spec.token == 'x'", token), "object/hidden");
}

#[test]
fn a_look_keeps_what_is_mentioned_and_nothing_else() {
    let spec = of_singles(json!({"cel": ["status.updateStatus == 'x' && spec.storage.resources.limits.size() > 0"]}));
    let seen = seen(&spec, about(READ), &[single()]);
    let Some(Value::Json(kept)) = &seen.objects[0].mentioned else { panic!("{seen:?}") };
    assert_eq!(*kept, json!({"status": {"updateStatus": "operational"}, "spec": {"storage": {"resources": {}}}}));
    // The evidence of another expression lacks what this one mentions.
    let other = of_singles(json!({"cel": ["spec.replicas == 1"]}));
    fails(&verdict(&other, &seen), "object/cel-error");
    let without = super::seen(&of_singles(json!({})), about(READ), &[single()]);
    unclear(&verdict(&other, &without), "object/not-looked-at");
}

#[test]
fn a_part_that_is_too_large_is_not_evaluated() {
    let large = with("/spec/text", json!("x".repeat(observe::PART)));
    unclear(&judged("spec.text == 'x'", large), "object/too-large");
    let long = with("/spec/list", json!(vec![0; 400]));
    assert!(judged("spec.list.all(a, a == 0)", long.clone()).is_pass());
    unclear(&judged("spec.list.all(a, spec.list.all(b, a == b))", long), "object/too-large");
}

#[test]
fn data_of_a_secret_is_not_mentioned() {
    let secret = |expression: &str| {
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "namespace": "o", "cel": [expression]});
        serde_json::from_value::<Spec>(secret)
    };
    for expression in
        ["data.x == 'a'", "data['x'] == 'a'", "size(data) == 1", "data.all(k, k == 'a')", "'x' in stringData"]
    {
        let error = secret(expression).unwrap_err().to_string();
        assert!(error.contains("would compare data of a Secret, which is never read"), "{error}");
    }
    let object = json!({"metadata": {"name": "a", "namespace": "o"}, "type": "Opaque", "data": {"x": "Y2FuYXJ5"}});
    let spec = secret("has(data.x) && type == 'Opaque'").unwrap();
    let seen = seen(&spec, about(Definition::None { observed_generation: false }), &[object]);
    assert!(!serde_json::to_string(&seen).unwrap().contains("Y2FuYXJ5"));
    assert!(verdict(&spec, &seen).is_pass());
}
