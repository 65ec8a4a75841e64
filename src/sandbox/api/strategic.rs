//! Strategic merge patch for built-in kinds: lists are merged by key, and directives delete or replace.

use serde_json::{Map, Value};

use super::shape::{Cursor, Shape};

/// Applies a strategic merge patch (k8s.io/apimachinery, pkg/util/strategicpatch).
///
/// Lists are told apart by the first key of their type; the element order directives are accepted and not followed.
pub(super) fn patch(cursor: Cursor, live: &mut Value, change: &Value) {
    let Value::Object(fields) = change else {
        *live = change.clone();
        return;
    };
    match fields.get("$patch").and_then(Value::as_str) {
        Some("replace") => {
            *live = Value::Object(without_directives(fields));
            return;
        }
        Some("delete") => {
            *live = Value::Null;
            return;
        }
        _ => {}
    }
    if !live.is_object() {
        *live = Value::Object(Map::new());
    }
    for (name, value) in fields {
        if let Some(list) = name.strip_prefix("$deleteFromPrimitiveList/") {
            delete_values(&mut live[list], value);
        } else if !name.starts_with('$') {
            patch_field(cursor.child(name), live, name, value);
        }
    }
    if let Some(keep) = fields.get("$retainKeys").and_then(Value::as_array)
        && let Value::Object(map) = live
    {
        map.retain(|key, _| keep.iter().any(|k| k.as_str() == Some(key)));
    }
}

fn patch_field(cursor: Cursor, live: &mut Value, name: &str, value: &Value) {
    let Value::Object(map) = live else { return };
    match value {
        Value::Null => {
            map.shift_remove(name);
        }
        Value::Object(_) => {
            let slot = map.entry(name).or_insert(Value::Null);
            patch(cursor, slot, value);
            if slot.is_null() {
                map.shift_remove(name);
            }
        }
        Value::Array(items) => patch_list(cursor, map.entry(name).or_insert(Value::Null), items),
        _ => {
            map.insert(name.to_owned(), value.clone());
        }
    }
}

fn patch_list(cursor: Cursor, live: &mut Value, items: &[Value]) {
    let merge_key = merge_key(cursor, live, items);
    let Value::Array(old) = live else {
        *live = Value::Array(items.iter().filter(|i| directive(i).is_none()).cloned().collect());
        return;
    };
    if items.iter().any(|i| directive(i) == Some("replace")) {
        *old = items.iter().filter(|i| directive(i).is_none()).cloned().collect();
        return;
    }
    match merge_key {
        MergeBy::Key(key) => {
            for item in items {
                let at = old.iter().position(|o| o.get(&key).is_some() && o.get(&key) == item.get(&key));
                match (at, directive(item)) {
                    (Some(at), Some("delete")) => {
                        old.remove(at);
                    }
                    (None, Some("delete")) => {}
                    (Some(at), _) => patch(cursor.item(), &mut old[at], item),
                    (None, _) => old.push(item.clone()),
                }
            }
        }
        MergeBy::Value => {
            let missing: Vec<Value> = items.iter().filter(|i| !old.contains(i)).cloned().collect();
            old.extend(missing);
        }
        MergeBy::Nothing => *old = items.to_vec(),
    }
}

enum MergeBy {
    Key(String),
    Value,
    Nothing,
}

fn merge_key(cursor: Cursor, live: &Value, items: &[Value]) -> MergeBy {
    // Taints are a keyed list for patches but an atomic one for server-side apply.
    if matches!(cursor, Cursor::BuiltIn { parent: "spec", field: "taints" }) {
        return MergeBy::Key("key".to_owned());
    }
    let sample =
        if live.as_array().is_some_and(|l| !l.is_empty()) { live.clone() } else { Value::Array(items.to_vec()) };
    match cursor.shape(&sample) {
        Shape::Keyed(keys) => keys.into_iter().next().map_or(MergeBy::Nothing, MergeBy::Key),
        Shape::Set => MergeBy::Value,
        _ => MergeBy::Nothing,
    }
}

fn directive(item: &Value) -> Option<&str> {
    item.get("$patch").and_then(Value::as_str)
}

fn delete_values(list: &mut Value, values: &Value) {
    if let (Value::Array(list), Value::Array(values)) = (list, values) {
        list.retain(|item| !values.contains(item));
    }
}

fn without_directives(fields: &Map<String, Value>) -> Map<String, Value> {
    fields.iter().filter(|(name, _)| !name.starts_with('$')).map(|(k, v)| (k.clone(), v.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(kind: &str, mut live: Value, change: Value) -> Value {
        patch(Cursor::BuiltIn { parent: "", field: kind }, &mut live, &change);
        live
    }

    #[test]
    fn containers_are_merged_by_name_and_their_ports_by_number() {
        let live = json!({"spec": {"containers": [{"name": "a", "image": "x:1", "ports": [{"containerPort": 80}]}, {"name": "b", "image": "y:1"}]}});
        let change = json!({"spec": {"containers": [{"name": "a", "image": "x:2", "ports": [{"containerPort": 81}]}]}});
        let expected = json!({"spec": {"containers": [{"name": "a", "image": "x:2", "ports": [{"containerPort": 80}, {"containerPort": 81}]}, {"name": "b", "image": "y:1"}]}});
        assert_eq!(patched("Pod", live, change), expected);
    }

    #[test]
    fn directives_delete_items_replace_maps_and_take_values_from_lists() {
        let live = json!({"metadata": {"finalizers": ["a", "b"]}, "spec": {"volumes": [{"name": "v"}, {"name": "w"}], "x": {"p": 1, "q": 2}}});
        let change = json!({
            "metadata": {"$deleteFromPrimitiveList/finalizers": ["a"], "$setElementOrder/finalizers": ["b"]},
            "spec": {"volumes": [{"name": "v", "$patch": "delete"}], "x": {"$patch": "replace", "r": 3}},
        });
        let expected = json!({"metadata": {"finalizers": ["b"]}, "spec": {"volumes": [{"name": "w"}], "x": {"r": 3}}});
        assert_eq!(patched("Pod", live, change), expected);
    }

    #[test]
    fn null_deletes_a_field_and_atomic_lists_are_replaced() {
        let live = json!({"spec": {"a": 1, "tolerations": [{"key": "x"}]}});
        let change = json!({"spec": {"a": null, "tolerations": [{"key": "y"}]}});
        assert_eq!(patched("Pod", live, change), json!({"spec": {"tolerations": [{"key": "y"}]}}));
    }

    #[test]
    fn conditions_are_merged_by_type() {
        let live = json!({"status": {"conditions": [{"type": "Ready", "status": "False"}, {"type": "Other", "status": "True"}]}});
        let change = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        let expected = json!({"status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Other", "status": "True"}]}});
        assert_eq!(patched("Node", live, change), expected);
    }
}
