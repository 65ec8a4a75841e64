//! Rule files: the ConfigMaps that a VMAlert's pods mount.
//!
//! Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/vmalert/rules.go.

mod validate;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub use validate::validate;

use super::app::Application;
use super::kinds::FINALIZER;
use super::object::{Object, given, list};
use super::yaml;

/// Largest sum of rule files in one ConfigMap, in bytes.
const MAX_MAP_SIZE: usize = 512 * 1024;

/// Fields of a group in the order in which they are written.
const GROUP_FIELDS: [&str; 14] = [
    "name",
    "interval",
    "rules",
    "limit",
    "eval_offset",
    "eval_delay",
    "eval_alignment",
    "concurrency",
    "labels",
    "extra_filter_labels",
    "tenant",
    "params",
    "type",
    "headers",
];
const RULE_FIELDS: [&str; 9] =
    ["record", "alert", "expr", "debug", "for", "keep_firing_for", "labels", "annotations", "update_entries_limit"];

/// The file of one VMRule. Fields that the operator does not know are dropped.
pub fn content(rule: &Object) -> String {
    let groups: Vec<Value> = list(&rule.spec, "groups").iter().map(group).collect();
    yaml::document(&json!({"groups": groups}))
}

/// Name of a VMRule's file: ambiguous when a namespace ends as another rule's name begins, as the operator has it.
pub fn file_name(rule: &Object) -> String {
    format!("{}-{}.yaml", rule.namespace, rule.name)
}

fn group(group: &Value) -> Value {
    let mut out = pick(group, &GROUP_FIELDS);
    let rules: Vec<Value> = list(group, "rules").iter().map(|rule| pick(rule, &RULE_FIELDS).into()).collect();
    out.insert("rules".into(), rules.into());
    if let Some(headers) = given(group, "notifier_headers") {
        out.insert("notifier_headers".into(), headers.clone());
    }
    out.into()
}

/// The given fields in order; empty maps and texts are left out, maps are sorted.
fn pick(value: &Value, fields: &[&str]) -> Map<String, Value> {
    let present = |field: &&str| {
        let value = given(value, field)?;
        let is_empty = *value == json!("") || *value == json!({}) || *value == json!(false) && *field == "debug";
        (!is_empty).then(|| (field.to_string(), sorted(value)))
    };
    fields.iter().filter_map(present).collect()
}

fn sorted(value: &Value) -> Value {
    match value.as_object() {
        Some(map) => json!(map.iter().collect::<BTreeMap<_, _>>()),
        None => value.clone(),
    }
}

/// The ConfigMaps that hold `files`, filled one after the other; there is always at least one.
pub fn config_maps(application: &Application, files: &BTreeMap<String, String>) -> Vec<Value> {
    let mut buckets: Vec<BTreeMap<&String, &String>> = vec![BTreeMap::new()];
    let mut size = 0;
    for (name, content) in files {
        if size + content.len() > MAX_MAP_SIZE {
            buckets.push(BTreeMap::new());
            size = 0;
        }
        size += content.len();
        if let Some(bucket) = buckets.last_mut() {
            bucket.insert(name, content);
        }
    }
    let object = &application.object;
    let map = |(index, files): (usize, BTreeMap<&String, &String>)| {
        json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {
                "name": format!("vm-{}-rulefiles-{index}", object.name),
                "namespace": object.namespace,
                "labels": {"managed-by": "vm-operator", "vmalert-name": object.name},
                "ownerReferences": [application.owner()],
                "finalizers": [FINALIZER],
            },
            "data": files,
        })
    };
    buckets.into_iter().enumerate().map(map).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::operator::kinds::App;
    use crate::sandbox::operator::options::Images;

    fn rule(spec: Value) -> Object {
        Object { namespace: "observability".into(), name: "cluster-health".into(), spec, ..Object::default() }
    }

    #[test]
    fn a_rule_file_reads_as_the_operator_writes_it() {
        let rule = rule(json!({"groups": [{"rules": [{"annotations": {"summary": "Node down", "description": "It is"},
            "labels": {"severity": "critical"}, "for": "5m", "expr": "up == 0", "alert": "NodeNotReady", "unknown": 1}],
            "interval": "1m", "name": "cluster-health"}]}));
        let expected = "groups:\n- name: cluster-health\n  interval: 1m\n  rules:\n  - alert: NodeNotReady\n    expr: up == 0\n    \
                        for: 5m\n    labels:\n      severity: critical\n    annotations:\n      description: It is\n      summary: Node down\n";
        assert_eq!(content(&rule), expected);
        assert_eq!(file_name(&rule), "observability-cluster-health.yaml");
    }

    #[test]
    fn files_that_do_not_fit_go_to_the_next_map() {
        let object = Object { namespace: "n".into(), name: "vmalert".into(), ..Object::default() };
        let application = Application::new(App::Alert, object, &Images::default());
        let big = "x".repeat(MAX_MAP_SIZE - 10);
        let files = [("a", big.as_str()), ("b", "12345678901"), ("c", "1")].map(|(k, v)| (k.into(), v.into())).into();
        let maps = config_maps(&application, &files);
        assert_eq!(maps.len(), 2);
        assert_eq!(maps[1]["metadata"]["name"], "vm-vmalert-rulefiles-1");
        assert_eq!(maps[1]["data"], json!({"b": "12345678901", "c": "1"}));
        assert_eq!(config_maps(&application, &BTreeMap::new()).len(), 1);
    }
}
