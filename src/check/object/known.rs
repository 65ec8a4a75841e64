//! Fields that a structural schema does not know (apiextensions.k8s.io/v1, "Specifying a structural schema").

use serde_json::{Map, Value};

use super::observation::Unknown;
use crate::check::suggest::closest;

/// Whether a version's schema says which fields there are: not when `spec` takes anything.
pub(super) fn is_full(schema: &Value) -> bool {
    let properties = &schema["properties"];
    let spec = &properties["spec"];
    properties.is_object() && !takes_anything(schema) && (spec.is_null() || spec["properties"].is_object())
}

/// Fields of an object that the schema does not know, but for its status, which is not the author's.
pub(super) fn unknown(schema: &Value, object: &Value) -> Vec<Unknown> {
    let mut found = Vec::new();
    let fields = object.as_object().into_iter().flatten();
    let own = fields.filter(|(key, _)| !matches!(key.as_str(), "apiVersion" | "kind" | "metadata" | "status"));
    let own: Map<String, Value> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
    of_map(schema, &own, "", &mut found);
    found
}

fn of_value(schema: &Value, value: &Value, at: &str, found: &mut Vec<Unknown>) {
    match value {
        Value::Object(fields) => of_map(schema, fields, at, found),
        Value::Array(items) if schema["items"].is_object() => {
            for (index, item) in items.iter().enumerate() {
                of_value(&schema["items"], item, &format!("{at}[{index}]"), found);
            }
        }
        _ => {}
    }
}

fn of_map(schema: &Value, fields: &Map<String, Value>, at: &str, found: &mut Vec<Unknown>) {
    for (key, value) in fields {
        let inner = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let additional = &schema["additionalProperties"];
        match &schema["properties"][key] {
            known if known.is_object() => of_value(known, value, &inner, found),
            _ if additional.is_object() => of_value(additional, value, &inner, found),
            _ if additional == true || takes_anything(schema) => {}
            _ if schema["x-kubernetes-embedded-resource"] == true
                && matches!(key.as_str(), "apiVersion" | "kind" | "metadata") => {}
            _ => found.push(Unknown { near: nearest(schema, key), at: inner }),
        }
    }
}

fn takes_anything(schema: &Value) -> bool {
    schema["x-kubernetes-preserve-unknown-fields"] == true
}

fn nearest(schema: &Value, key: &str) -> Option<String> {
    let known = schema["properties"].as_object().into_iter().flat_map(Map::keys);
    closest(key, known.map(String::as_str)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        let text = json!({"type": "string"});
        json!({"type": "object", "properties": {
            "spec": {"type": "object", "properties": {
                "retentionPeriod": text,
                "storage": {"type": "object", "properties": {"storageClassName": text}},
                "extraArgs": {"type": "object", "additionalProperties": text},
                "containers": {"type": "array", "items": {"type": "object", "properties": {"name": text}}},
                "anything": {"type": "object", "x-kubernetes-preserve-unknown-fields": true,
                    "properties": {"known": {"type": "object", "properties": {"a": text}}}},
                "template": {"type": "object", "x-kubernetes-embedded-resource": true, "properties": {}},
            }},
            "status": {"type": "object", "properties": {}},
        }})
    }

    fn of(spec: Value) -> Vec<(String, Option<String>)> {
        let object =
            json!({"apiVersion": "v1", "kind": "K", "metadata": {"name": "a"}, "spec": spec, "status": {"x": 1}});
        unknown(&schema(), &object).into_iter().map(|unknown| (unknown.at, unknown.near)).collect()
    }

    #[test]
    fn what_is_known_or_left_open_is_not_told() {
        let spec = json!({"retentionPeriod": "90d", "storage": {"storageClassName": "a"}, "extraArgs": {"any.flag": "1"},
            "containers": [{"name": "a"}], "anything": {"goes": {"here": 1}, "known": {"a": "b"}},
            "template": {"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a": "b"}}}});
        assert_eq!(of(spec), []);
    }

    #[test]
    fn an_unknown_field_is_told_with_its_place_and_what_was_meant() {
        let spec = json!({"retentionPerod": "90d", "storage": {"resources": {}}, "containers": [{"name": "a"}, {"nam": "b"}],
            "anything": {"known": {"b": 1}}, "template": {"spec": {}}});
        let told = |at: &str, near: Option<&str>| (at.to_owned(), near.map(str::to_owned));
        let expected = [
            told("spec.retentionPerod", Some("retentionPeriod")),
            told("spec.storage.resources", None),
            told("spec.containers[1].nam", Some("name")),
            told("spec.anything.known.b", Some("a")),
            told("spec.template.spec", None),
        ];
        assert_eq!(of(spec), expected);
    }

    #[test]
    fn a_schema_that_leaves_spec_open_is_not_full() {
        assert!(is_full(&schema()));
        let open = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
        assert!(!is_full(&open));
        assert!(!is_full(&json!({"type": "object", "properties": {"spec": open}})));
        assert!(!is_full(&Value::Null));
    }
}
