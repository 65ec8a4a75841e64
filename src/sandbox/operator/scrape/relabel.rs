//! Relabelling rules as they stand in the configuration.

use serde_json::{Map, Value, json};

use crate::sandbox::operator::object::{given, list, scalar, text, texts};

/// A rule of a spec (`sourceLabels`, or `source_labels`) in the form that vmagent reads.
pub fn rule(rule: &Value) -> Value {
    let mut out = Map::new();
    let either = |camel: &str, snake: &str| given(rule, camel).or(given(rule, snake)).cloned();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(key.to_string(), value);
        }
    };
    put("source_labels", either("sourceLabels", "source_labels"));
    put("separator", given(rule, "separator").cloned());
    put("target_label", either("targetLabel", "target_label"));
    put("regex", regex(rule));
    for key in ["modulus", "replacement", "action", "if", "match"] {
        put(key, given(rule, key).cloned());
    }
    let labels = texts(rule, "labels");
    put("labels", (!labels.is_empty()).then(|| json!(labels)));
    Value::Object(out)
}

/// A list of one expression is written as that expression.
fn regex(rule: &Value) -> Option<Value> {
    match given(rule, "regex")? {
        Value::Array(several) if several.len() == 1 => several.first().cloned(),
        other => Some(other.clone()),
    }
}

/// Keeps targets whose `label` matches `regex`.
pub fn keep(label: &str, regex: &str) -> Value {
    json!({"action": "keep", "source_labels": [label], "regex": regex})
}

/// Drops targets whose `label` matches `regex`.
pub fn drop(label: &str, regex: &str) -> Value {
    json!({"action": "drop", "source_labels": [label], "regex": regex})
}

/// Copies `source` to `target`, also when it is empty.
pub fn assign(source: &str, target: &str) -> Value {
    json!({"source_labels": [source], "target_label": target})
}

/// Copies `source` to `target` when it is not empty.
pub fn assign_given(source: &str, target: &str) -> Value {
    json!({"source_labels": [source], "target_label": target, "regex": "(.+)", "replacement": "${1}"})
}

/// Sets `target` to a fixed text.
pub fn set(target: &str, value: &str) -> Value {
    json!({"target_label": target, "replacement": value})
}

/// A label name as it appears in `__meta_kubernetes_*_label_*`.
pub fn sanitized(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).collect()
}

/// The rules that stand for a label selector over objects of `role` (service, pod, node, ingress).
pub fn selector(role: &str, selector: Option<&Value>) -> Vec<Value> {
    let Some(selector) = selector else { return Vec::new() };
    let label = |key: &str| format!("__meta_kubernetes_{role}_label_{}", sanitized(key));
    let present = |key: &str| format!("__meta_kubernetes_{role}_labelpresent_{}", sanitized(key));
    let mut rules: Vec<Value> =
        texts(selector, "matchLabels").iter().map(|(key, value)| keep(&label(key), value)).collect();
    for expression in list(selector, "matchExpressions") {
        let key = text(expression, "key");
        let values: Vec<String> = list(expression, "values").iter().map(scalar).collect();
        rules.extend(match text(expression, "operator") {
            "In" => Some(keep(&label(key), &values.join("|"))),
            "NotIn" => Some(drop(&label(key), &values.join("|"))),
            "Exists" => Some(keep(&present(key), "true")),
            "DoesNotExist" => Some(drop(&present(key), "true")),
            _ => None,
        });
    }
    rules
}

/// Labels of the discovered object that become labels of the target.
pub fn copied_labels(role: &str, spec: &Value, field: &str) -> Vec<Value> {
    list(spec, field)
        .iter()
        .map(|name| sanitized(&scalar(name)))
        .map(|name| assign_given(&format!("__meta_kubernetes_{role}_label_{name}"), &name))
        .collect()
}

/// `jobLabel`: a label of the discovered object that overrides the `job` label.
pub fn job_label(role: &str, spec: &Value) -> Option<Value> {
    let name = Some(text(spec, "jobLabel")).filter(|name| !name.is_empty())?;
    Some(assign_given(&format!("__meta_kubernetes_{role}_label_{}", sanitized(name)), "job"))
}

/// The rules that an endpoint's author wrote.
pub fn own(endpoint: &Value) -> Vec<Value> {
    list(endpoint, "relabelConfigs").iter().map(rule).collect()
}
