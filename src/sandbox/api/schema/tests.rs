use serde_json::json;

use super::*;

fn schema() -> Value {
    json!({
        "type": "object", "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"},
            "spec": {
                "type": "object", "required": ["size"],
                "properties": {
                    "size": {"type": "integer", "minimum": 1},
                    "mode": {"type": "string", "enum": ["fast", "slow"], "default": "fast"},
                    "port": {"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]},
                    "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                    "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
                    "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}},
                },
            },
        },
    })
}

fn checked(spec: Value) -> (Value, Vec<String>, Vec<String>) {
    let mut object = json!({"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "a"}, "spec": spec});
    let report = check(&schema(), &mut object);
    let causes = report.causes.iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
    (object, causes, report.unknown)
}

#[test]
fn a_good_object_is_kept_and_defaulted() {
    let spec =
        json!({"size": 2, "port": "http", "labels": {"any": "x"}, "open": {"x": {"y": 1}}, "list": [{"a": "b"}]});
    let (object, causes, unknown) = checked(spec);
    assert!(causes.is_empty() && unknown.is_empty(), "{causes:?} {unknown:?}");
    assert_eq!(object["spec"]["mode"], "fast");
    assert_eq!(object["spec"]["open"], json!({"x": {"y": 1}}));
    assert_eq!(object.as_object().unwrap().keys().collect::<Vec<_>>(), ["apiVersion", "kind", "metadata", "spec"]);
}

#[test]
fn unknown_fields_are_pruned_and_reported_at_every_depth() {
    let (object, causes, unknown) = checked(json!({"size": 1, "extra": 1, "list": [{"a": "b", "c": 1}]}));
    assert!(causes.is_empty());
    assert_eq!(unknown, ["spec.list[0].c", "spec.extra"]);
    assert_eq!(object["spec"], json!({"size": 1, "list": [{"a": "b"}], "mode": "fast"}));
}

#[test]
fn wrong_values_are_refused_in_the_words_of_the_real_server() {
    let (_, causes, _) = checked(json!({"size": "big"}));
    assert_eq!(causes, [r#"spec.size: Invalid value: "string": spec.size in body must be of type integer: "string""#]);
    let (_, causes, _) = checked(json!({}));
    assert_eq!(causes, ["spec.size: Required value"]);
    let (_, causes, _) = checked(json!({"size": 0, "mode": "odd"}));
    assert_eq!(
        causes,
        [
            "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
            r#"spec.mode: Unsupported value: "odd": supported values: "fast", "slow""#
        ]
    );
}

#[test]
fn a_null_is_dropped_where_it_is_not_allowed() {
    let (object, causes, unknown) = checked(json!({"size": 1, "labels": null}));
    assert_eq!(object["spec"], json!({"size": 1, "mode": "fast"}));
    assert!(causes.is_empty() && unknown.is_empty(), "{causes:?} {unknown:?}");
    let (_, causes, _) = checked(json!({"size": null}));
    assert_eq!(causes, ["spec.size: Required value"]);
}

#[test]
fn an_open_spec_keeps_everything() {
    let schema = json!({"type": "object", "required": ["spec"], "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}});
    let mut object = json!({"metadata": {}, "spec": {"storage": {"resources": {"x": 1}}}});
    let report = check(&schema, &mut object);
    assert!(report.causes.is_empty() && report.unknown.is_empty());
    assert_eq!(object["spec"]["storage"]["resources"]["x"], 1);
}
