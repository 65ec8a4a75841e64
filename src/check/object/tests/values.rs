//! Demands on values, at their bounds.

use super::*;

fn field(path: &str, wanted: Json, object: Json) -> Verdict {
    judge(json!({"fields": {path: wanted}}), &[object])
}

#[test]
fn a_value_is_equal_only_as_what_it_is() {
    let replicas = |wanted: Json| field("spec.replicas", wanted, single());
    assert!(replicas(json!({"equals": 1})).is_pass());
    assert!(replicas(json!({"equals": 1.0})).is_pass());
    fails(&replicas(json!({"equals": "1"})), "object/other-value");
    fails(&replicas(json!({"equals": true})), "object/other-value");
    let storage = json!({"storageClassName": "ceph-block", "resources": {"requests": {"storage": "50Gi"}}});
    assert!(field("spec.storage", json!({"equals": storage}), single()).is_pass());
    assert!(field("spec.removePvcAfterDelete", json!({"equals": true}), single()).is_pass());
}

#[test]
fn one_of_some_and_a_pattern_for_the_whole_text() {
    let retention = |wanted: Json| field("spec.retentionPeriod", wanted, single());
    assert!(retention(json!({"one_of": ["30d", "90d"]})).is_pass());
    fails(&retention(json!({"one_of": ["30d", "60d"]})), "object/other-value");
    assert!(retention(json!({"matches": "[0-9]+d"})).is_pass());
    fails(&retention(json!({"matches": "[0-9]+"})), "object/other-value");
    fails(&field("spec.replicas", json!({"matches": "1"}), single()), "object/not-comparable");
}

#[test]
fn quantities_hold_at_their_bounds() {
    let storage = |wanted: Json, found: &str| {
        let path = "/spec/storage/resources/requests/storage";
        field("spec.storage.resources.requests.storage", wanted, with(path, json!(found)))
    };
    assert!(storage(json!({"at_least": "50Gi"}), "50Gi").is_pass());
    fails(&storage(json!({"at_least": "50Gi"}), "51199Mi"), "object/other-value");
    assert!(storage(json!({"at_most": "500m"}), "0.5").is_pass());
    fails(&storage(json!({"at_most": "500m"}), "501m"), "object/other-value");
    fails(&storage(json!({"at_least": "1"}), "much"), "object/not-comparable");
    assert!(field("spec.replicas", json!({"at_least": "1", "at_most": "1"}), single()).is_pass());
    fails(&field("spec.replicas", json!({"at_least": "2"}), single()), "object/other-value");
}

#[test]
fn lengths_of_time_hold_at_their_bounds() {
    let retention =
        |wanted: Json, found: &str| field("spec.retentionPeriod", wanted, with("/spec/retentionPeriod", json!(found)));
    assert!(retention(json!({"duration_at_least": "90d"}), "2160h").is_pass());
    fails(&retention(json!({"duration_at_least": "90d"}), "89d"), "object/other-value");
    assert!(retention(json!({"duration_at_most": "1h"}), "1h0m0s").is_pass());
    fails(&retention(json!({"duration_at_most": "1h"}), "1h0m1s"), "object/other-value");
    // A bare number is of a unit that only the component knows.
    fails(&retention(json!({"duration_at_least": "1d"}), "90"), "object/not-comparable");
}

#[test]
fn times_hold_at_their_bounds() {
    let time = |wanted: Json, found: &str| field("status.at", wanted, with("/status/at", json!(found)));
    assert!(time(json!({"newer_than": "5m"}), "2026-11-29T11:55:00Z").is_pass());
    fails(&time(json!({"newer_than": "5m"}), "2026-11-29T11:54:59Z"), "object/other-value");
    fails(&time(json!({"newer_than": "5m"}), "2026-11-29T12:01:01Z"), "object/other-value");
    assert!(time(json!({"older_than": "5m"}), "2026-11-29T11:55:00Z").is_pass());
    fails(&time(json!({"older_than": "5m"}), "2026-11-29T11:55:01Z"), "object/other-value");
    assert!(time(json!({"ahead_by": "30d"}), "2026-12-29T12:00:00Z").is_pass());
    let verdict = time(json!({"ahead_by": "30d"}), "2026-12-29T11:59:59Z");
    fails(&verdict, "object/other-value");
    assert_eq!(verdict.findings()[0].actual, "status.at is \"2026-12-29T11:59:59Z\", 29d23h59m59s ahead");
    fails(&time(json!({"older_than": "5m"}), "yesterday"), "object/not-comparable");
}

#[test]
fn a_path_that_leads_nowhere_holds_nothing_but_absence() {
    let nowhere = |wanted: Json| field("spec.retentionPerod", wanted, single());
    for wanted in
        [json!({"exists": true}), json!({"equals": "90d"}), json!({"at_least": "0"}), json!({"count": {"at_least": 1}})]
    {
        fails(&nowhere(wanted), "object/missing-field");
    }
    let verdict = nowhere(json!({"equals": "90d"}));
    assert_eq!(
        verdict.findings()[0].hint.as_deref(),
        Some("there is spec.retentionPeriod: correct the path, or the object")
    );
    assert!(nowhere(json!({"absent": true})).is_pass());
    let verdict = field("spec.retentionPeriod", json!({"absent": true}), single());
    fails(&verdict, "object/unwanted-field");
    assert_eq!(verdict.findings()[0].actual, "spec.retentionPeriod is \"90d\"");
}

#[test]
fn what_is_empty_is_not_there() {
    for empty in [json!(""), json!([])] {
        fails(&field("spec.x", json!({"exists": true}), with("/spec/x", empty)), "object/empty-field");
    }
    // An empty map means something: `emptyDir: {}`.
    for there in [json!({}), json!("a"), json!(0), json!(false)] {
        assert!(field("spec.x", json!({"exists": true}), with("/spec/x", there)).is_pass());
    }
}

#[test]
fn each_place_of_a_path_must_hold() {
    let ports = with("/spec/ports", json!([{"name": "http"}, {"name": "grpc"}]));
    assert!(
        field("spec.ports[*].name", json!({"one_of": ["http", "grpc"], "count": {"exactly": 2}}), ports.clone())
            .is_pass()
    );
    let verdict = field("spec.ports[*].name", json!({"equals": "http"}), ports.clone());
    fails(&verdict, "object/other-value");
    assert_eq!(verdict.findings()[0].actual, "spec.ports[1].name is \"grpc\"");
    fails(&field("spec.ports[*]", json!({"count": {"at_least": 3}}), ports), "object/other-count");
}

#[test]
fn what_is_too_large_or_too_many_is_unclear() {
    let long = with("/spec/x", json!("a".repeat(3000)));
    assert!(field("spec.x", json!({"exists": true}), long.clone()).is_pass());
    unclear(&field("spec.x", json!({"matches": "a+"}), long), "object/too-large");
    let many = with("/spec/x", json!(vec![1; 300]));
    unclear(&field("spec.x[*]", json!({"equals": 1}), many), "object/too-many");
}
