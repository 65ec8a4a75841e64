//! Demands on every element.

use super::*;

/// Three containers, of which the last has no limit.
fn containers() -> Json {
    let limits = |memory: &str| json!({"limits": {"memory": memory}});
    with(
        "/spec/containers",
        json!([{"name": "a", "resources": limits("1Gi")}, {"name": "b", "resources": limits("2Gi")}, {"name": "c"}]),
    )
}

fn each(each: Json, object: Json) -> Verdict {
    judge(json!({"for_each": [each]}), &[object])
}

#[test]
fn an_element_that_lacks_the_field_is_told_with_its_place() {
    let exists = json!({"path": "spec.containers[*]", "fields": {"resources.limits.memory": {"exists": true}}});
    let verdict = each(exists.clone(), containers());
    fails(&verdict, "object/missing-field");
    let expected = "resources.limits.memory of spec.containers[2] (c) is there";
    assert_eq!(verdict.findings()[0].expected, expected);
    let mut mended = containers();
    mended["spec"]["containers"].as_array_mut().unwrap().pop();
    let verdict = each(exists, mended);
    assert!(verdict.is_pass(), "{verdict:?}");
    assert!(verdict.measured.iter().any(|one| one.name == "elements" && one.value == 2.0), "{verdict:?}");
}

#[test]
fn a_value_is_told_where_it_stands_in_the_object() {
    let wanted =
        json!({"path": "spec.containers[?@.name != \"c\"]", "fields": {"resources.limits.memory": {"at_most": "1Gi"}}});
    let verdict = each(wanted, containers());
    fails(&verdict, "object/other-value");
    assert_eq!(verdict.findings()[0].actual, "spec.containers[1].resources.limits.memory is \"2Gi\"");
    // The element itself, and a name in brackets.
    let mut object = single();
    object["spec"]["rooms"] = json!({"x/y": {"a/b": 1}});
    let told = |fields: Json| each(json!({"path": "spec.rooms.*", "fields": fields}), object.clone());
    assert_eq!(told(json!({"['a/b']": {"equals": 2}})).findings()[0].actual, "spec.rooms['x/y']['a/b'] is 1");
    assert_eq!(told(json!({"$": {"equals": 2}})).findings()[0].actual, "spec.rooms['x/y'] is {\"a/b\":1}");
    assert!(told(json!({"z": {"absent": true}})).is_pass());
}

#[test]
fn no_element_is_no_pass_and_their_number_may_be_demanded() {
    let some = |path: &str, count: Json| {
        let mut each = json!({"path": path, "fields": {"name": {"exists": true}}});
        each.as_object_mut().unwrap().extend(count.as_object().unwrap().clone());
        self::each(each, containers())
    };
    for path in ["spec.container[*]", "spec.containers[?@.name == \"z\"]"] {
        fails(&some(path, json!({})), "object/missing-field");
    }
    fails(
        &each(json!({"path": "spec.containers[*]", "fields": {"name": {"absent": true}}}), single()),
        "object/missing-field",
    );
    assert!(some("spec.containers[*]", json!({"count": {"exactly": 3}})).is_pass());
    fails(&some("spec.containers[*]", json!({"count": {"at_most": 2}})), "object/other-count");
    assert_eq!(
        some("spec.containers[*]", json!({"count": {"at_least": 4}})).findings()[0].expected,
        "spec.containers[*] leads to at least 4 elements"
    );
}

#[test]
fn more_elements_than_are_kept_are_unclear() {
    let many: Vec<Json> = (0..=observe::MATCHES).map(|number| json!({"name": number.to_string()})).collect();
    let names = json!({"path": "spec.containers[*]", "fields": {"name": {"exists": true}}});
    unclear(&each(names, with("/spec/containers", json!(many))), "object/too-many");
}

#[test]
fn what_was_not_looked_at_is_unclear() {
    let spec = |fields: Json| of_singles(json!({"for_each": [{"path": "spec.containers[*]", "fields": fields}]}));
    let seen = seen(&spec(json!({"name": {"exists": true}})), about(READ), &[containers()]);
    let other = verdict(&spec(json!({"image": {"exists": true}})), &seen);
    assert!(other.findings().iter().all(|finding| finding.code == "object/not-looked-at"), "{other:?}");
    assert_eq!(other.findings().len(), 3);
    let elsewhere = of_singles(json!({"for_each": [{"path": "spec.x[*]", "fields": {"name": {"exists": true}}}]}));
    unclear(&verdict(&elsewhere, &seen), "object/not-looked-at");
}

#[test]
fn elements_of_an_older_status_are_left_alone() {
    let mut object = with("/status/observedGeneration", json!(1));
    object["status"]["pods"] = json!([{"ready": false}]);
    let ready = json!({"path": "status.pods[*]", "fields": {"ready": {"equals": true}}});
    unclear(&each(ready, object), "object/stale-generation");
}
