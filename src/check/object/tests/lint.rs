//! Demands that cannot be meant.

use super::*;

#[track_caller]
fn refused(demand: Json, words: &str) {
    let mut whole = json!({"apiVersion": "v1", "kind": "Secret", "namespace": "o"});
    whole.as_object_mut().unwrap().extend(demand.as_object().unwrap().clone());
    let error = serde_json::from_value::<Spec>(whole).expect_err("it is refused").to_string();
    assert!(error.contains(words), "{error}");
}

#[test]
fn data_of_a_secret_is_not_compared() {
    for path in ["data.x", "data['x']", "$.data.x", "$['data']['x']", "$..x", "*", "stringData.x", "$[?@.x == 1]"] {
        for wanted in
            [json!({"equals": "x"}), json!({"one_of": ["x"]}), json!({"matches": "x"}), json!({"newer_than": "1h"})]
        {
            refused(json!({"fields": {path: wanted}}), "would compare data of a Secret, which is never read");
        }
    }
    for kind in ["secret", "secrets"] {
        refused(json!({"kind": kind, "fields": {"data.x": {"equals": "x"}}}), "would compare data of a Secret");
    }
    spec(
        json!({"apiVersion": "v1", "kind": "Secret", "fields": {"type": {"equals": "Opaque"}, "data.x": {"exists": true}}}),
    );
    spec(json!({"apiVersion": "v1", "kind": "ConfigMap", "fields": {"data.x": {"equals": "x"}}}));
}

/// `containers[*].x` leads only to the containers that have an `x`.
#[test]
fn what_passes_over_elements_proves_of_none_that_it_has_a_field() {
    for path in ["spec.a[*].b", "spec.a.*.b", "spec.a[?@.c == 1].b", "$..b"] {
        let of = |wanted: Json| json!({"kind": "Pod", "fields": {path: wanted}});
        refused(of(json!({"exists": true})), "passes over every element without it: expected `for_each`");
        for counted in [json!({"exists": true, "count": {"exactly": 2}}), json!({"equals": 1}), json!({"absent": true})]
        {
            let whole = json!({"apiVersion": "v1", "kind": "Pod", "fields": {path: counted}});
            spec(whole);
        }
    }
    let inner = json!([{"path": "spec.containers[*]", "fields": {"ports[*].name": {"exists": true}}}]);
    refused(json!({"kind": "Pod", "for_each": inner}), "`ports[*].name` leads only to what is there");
}

#[test]
fn a_demand_on_elements_says_something_and_nothing_twice() {
    let each = |each: Json| json!({"kind": "Pod", "for_each": each});
    let named = json!({"path": "spec.a[*]", "fields": {"name": {"exists": true}}});
    refused(each(json!([{"path": "spec.a[*]", "fields": {}}])), "demands nothing of its elements");
    refused(each(json!([{"path": "spec.a[*]"}])), "missing field `fields`");
    refused(each(json!([{"path": "spec.a[*]", "fields": {"x": {}}}])), "`x` demands nothing");
    refused(each(json!([named, named])), "`spec.a[*]` stands twice in `for_each`");
    let with = |count: Json| each(json!([{"path": "spec.a[*]", "fields": {"name": {"exists": true}}, "count": count}]));
    refused(with(json!({"exactly": 0})), "has no element to demand anything of");
    refused(with(json!({"at_least": 0})), "`count` of `spec.a[*]` is at least none");
    let none = json!({"kind": "Pod", "count": {"exactly": 0}, "for_each": [named]});
    refused(none, "something is demanded of each");
}

#[test]
fn elements_of_a_secrets_data_are_not_compared() {
    for path in ["data.*", "$..*", "$['data'].*", "*"] {
        let of = |wanted: Json| json!({"for_each": [{"path": path, "fields": {"$": wanted}}]});
        refused(of(json!({"matches": "x"})), "would compare data of a Secret, which is never read");
    }
    let whole = |path: &str, wanted: Json| {
        spec(json!({"apiVersion": "v1", "kind": "Secret", "for_each": [{"path": path, "fields": {"$": wanted}}]}))
    };
    whole("data.*", json!({"at_least": "1"}));
    whole("metadata.ownerReferences[*]", json!({"equals": {}}));
}

#[test]
fn a_demand_says_something_and_nothing_twice() {
    let field = |wanted: Json| json!({"fields": {"metadata.x": wanted}});
    refused(field(json!({})), "`metadata.x` demands nothing");
    refused(field(json!({"absent": true, "equals": 1})), "is to be absent and something else");
    refused(field(json!({"absent": false})), "`false` is not possible here");
    refused(field(json!({"matches": "("})), "is no regular expression");
    refused(field(json!({"matches": "a)|(b"})), "is no regular expression");
    refused(field(json!({"at_least": "90d"})), "is not a quantity");
    refused(json!({"fields": {"spec[": {"exists": true}}}), "is no JSONPath");
    refused(json!({"name": "a", "selector": "a=b"}), "`name` and `selector` are both given");
    refused(json!({"count": {}}), "says no number");
    refused(json!({"count": {"exactly": 1, "at_least": 1}}), "says two things");
    refused(json!({"count": {"at_least": 0}}), "always holds");
    refused(json!({"count": {"at_most": 0}}), "expected `exactly: 0`");
    refused(json!({"count": {"at_least": 3, "at_most": 2}}), "can never hold");
    refused(json!({"count": {"exactly": 0}, "conditions": {"Ready": "True"}}), "something is demanded of each");
    refused(json!({"apiVersion": "apps/"}), "`apiVersion` is `apps/`");
    refused(json!({"apiVersion": "a/b/c"}), "`apiVersion` is `a/b/c`");
}
