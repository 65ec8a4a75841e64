//! Objects that their controllers have not seen, and conditions.

use super::*;

/// A VMSingle whose status speaks of the generation before.
fn stale() -> Json {
    with("/status/observedGeneration", json!(1))
}

fn of(definition: Definition, demand: Json, objects: &[Json]) -> Verdict {
    let spec = of_singles(demand);
    verdict(&spec, &seen(&spec, about(definition), objects))
}

const STATUS_ALONE: Definition = Definition::Read { observed_generation: false, status: true };
const NEITHER: Definition = Definition::Read { observed_generation: false, status: false };

#[test]
fn a_status_of_another_generation_is_no_news_of_this_one() {
    let operational = json!({"fields": {"status.updateStatus": {"equals": "operational"}}});
    let failed = json!({"fields": {"status.updateStatus": {"equals": "failed"}}});
    for demand in [operational, failed] {
        let verdict = judge(demand, &[stale()]);
        unclear(&verdict, "object/stale-generation");
        assert!(!verdict.is_terminal());
    }
    // What the spec says is known all the same.
    let verdict = judge(json!({"fields": {"spec.retentionPeriod": {"equals": "30d"}}}), &[stale()]);
    fails(&verdict, "object/other-value");
}

#[test]
fn a_controller_that_never_succeeded_says_minus_one() {
    let verdict = judge(json!({}), &[with("/status/observedGeneration", json!(-1))]);
    unclear(&verdict, "object/stale-generation");
    assert_eq!(verdict.findings()[0].actual, "on none yet");
}

#[test]
fn a_spec_alone_is_no_pass_where_the_kind_reports() {
    let retention = || json!({"fields": {"spec.retentionPeriod": {"equals": "90d"}}});
    let unseen = with("/status", json!({}));
    let silent = with("/status", json!({"updateStatus": "operational"}));
    for object in [&unseen, &silent] {
        unclear(&of(READ, retention(), std::slice::from_ref(object)), "object/unobserved");
    }
    // The schema does not tell, but an empty status does.
    unclear(&of(STATUS_ALONE, retention(), std::slice::from_ref(&unseen)), "object/unobserved");
    assert!(of(STATUS_ALONE, retention(), std::slice::from_ref(&silent)).is_pass());
    assert!(of(NEITHER, retention(), std::slice::from_ref(&unseen)).is_pass());
}

#[test]
fn another_object_tells_that_the_kind_reports() {
    let mut unseen = with("/status", json!({"updateStatus": "operational"}));
    unseen["metadata"]["name"] = json!("other");
    unclear(&of(STATUS_ALONE, json!({}), &[single(), unseen]), "object/unobserved");
}

#[test]
fn built_in_kinds_report_where_that_is_known() {
    let unseen = with("/status", json!({}));
    let built_in = |observed_generation| Definition::None { observed_generation };
    unclear(&of(built_in(true), json!({}), std::slice::from_ref(&unseen)), "object/unobserved");
    assert!(of(built_in(false), json!({}), std::slice::from_ref(&unseen)).is_pass());
}

#[test]
fn what_is_ignored_or_does_not_count_its_changes_is_taken_as_it_is() {
    assert!(judge(json!({"observed": "ignored"}), &[stale()]).is_pass());
    let uncounted = with("/metadata/generation", Json::Null);
    assert!(judge(json!({}), &[uncounted]).is_pass());
}

/// A VMSingle with this condition.
fn with_condition(observed: i64, condition: Json) -> Json {
    let mut object = with("/status/observedGeneration", json!(observed));
    object["status"]["conditions"] = json!([{"type": "Other", "status": "False"}, condition]);
    object
}

#[test]
fn a_condition_is_told_with_its_reason_and_message() {
    let ready = || json!({"conditions": {"Ready": "True"}});
    let condition =
        |status: &str| json!({"type": "Ready", "status": status, "reason": "Stalled", "message": "no chart"});
    assert!(judge(ready(), &[with_condition(2, condition("True"))]).is_pass());
    for status in ["False", "Unknown"] {
        let verdict = judge(ready(), &[with_condition(2, condition(status))]);
        fails(&verdict, "object/condition");
        assert_eq!(verdict.findings()[0].actual, format!("it is {status} (Stalled: no chart)"));
    }
    fails(
        &judge(json!({"conditions": {"Redy": "True"}}), &[with_condition(2, condition("True"))]),
        "object/missing-condition",
    );
}

#[test]
fn a_condition_that_names_its_generation_is_judged_by_that() {
    let ready = || json!({"conditions": {"Ready": "True"}});
    let condition =
        |status: &str, generation: i64| json!({"type": "Ready", "status": status, "observedGeneration": generation});
    // Current, whatever the status as a whole says (Flux raises that on success alone).
    fails_first(&judge(ready(), &[with_condition(1, condition("False", 2))]), "object/condition");
    unclear(&judge(ready(), &[with_condition(1, condition("True", 2))]), "object/stale-generation");
    unclear(&judge(ready(), &[with_condition(2, condition("True", 1))]), "object/stale-generation");
    unclear(&judge(ready(), &[with_condition(1, condition("True", 1))]), "object/stale-generation");
    assert!(judge(ready(), &[with_condition(2, condition("True", 2))]).is_pass());
}

#[track_caller]
fn fails_first(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}
