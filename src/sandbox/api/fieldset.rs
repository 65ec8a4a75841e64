//! Sets of field paths, and their `fieldsV1` form in `metadata.managedFields`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::shape::{Cursor, Shape, item_key};

/// One step of a path; keys and values are canonical JSON so that steps can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Field(String),
    Key(String),
    Item(String),
}

pub(super) type Path = Vec<Step>;
pub(super) type FieldSet = BTreeSet<Path>;

/// Every leaf of an object with its value. Fields that the server writes are left out, as nobody owns them.
pub(super) fn leaves<'a>(cursor: Cursor<'a>, object: &'a Value) -> BTreeMap<Path, &'a Value> {
    let mut found = BTreeMap::new();
    let Value::Object(map) = object else {
        return found;
    };
    for (name, value) in map {
        match name.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if !SERVER_WRITTEN.contains(&name.as_str()) {
                        let mut path = vec![Step::Field("metadata".into()), Step::Field(name.clone())];
                        walk(cursor.child("metadata").child(name), value, &mut path, &mut found);
                    }
                }
            }
            _ => walk(cursor.child(name), value, &mut vec![Step::Field(name.clone())], &mut found),
        }
    }
    found
}

/// Metadata that field managers never own.
const SERVER_WRITTEN: &[&str] = &[
    "name",
    "namespace",
    "generateName",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
];

fn walk<'a>(cursor: Cursor<'a>, value: &'a Value, path: &mut Path, found: &mut BTreeMap<Path, &'a Value>) {
    match (value, cursor.shape(value)) {
        (Value::Object(map), Shape::Fields) if !map.is_empty() => {
            for (name, inner) in map {
                path.push(Step::Field(name.clone()));
                walk(cursor.child(name), inner, path, found);
                path.pop();
            }
        }
        (Value::Array(items), Shape::Keyed(keys)) if !items.is_empty() => {
            for item in items {
                let Some(key) = item_key(&keys, item) else {
                    continue;
                };
                path.push(Step::Key(key));
                found.insert(path.clone(), &Value::Null);
                for (name, inner) in item.as_object().into_iter().flatten() {
                    path.push(Step::Field(name.clone()));
                    walk(cursor.item().child(name), inner, path, found);
                    path.pop();
                }
                path.pop();
            }
        }
        (Value::Array(items), Shape::Set) => {
            for item in items {
                path.push(Step::Item(item.to_string()));
                found.insert(path.clone(), item);
                path.pop();
            }
        }
        _ => {
            found.insert(path.clone(), value);
        }
    }
}

/// The `fieldsV1` tree of a set.
pub(super) fn encode(set: &FieldSet) -> Value {
    let mut root = Value::Object(Map::new());
    for path in set {
        let mut node = &mut root;
        for step in path {
            let name = match step {
                Step::Field(name) => format!("f:{name}"),
                Step::Key(key) => format!("k:{key}"),
                Step::Item(item) => format!("v:{item}"),
            };
            node = node
                .as_object_mut()
                .map(|m| m.entry(name).or_insert_with(|| Value::Object(Map::new())))
                .expect("every node of the tree is made an object");
        }
        // An item itself is a member beside its fields; a plain leaf is an empty map.
        if matches!(path.last(), Some(Step::Key(_))) {
            node["."] = Value::Object(Map::new());
        }
    }
    root
}

/// The set of a `fieldsV1` tree.
pub(super) fn decode(tree: &Value) -> FieldSet {
    let mut set = FieldSet::new();
    collect(tree, &mut Vec::new(), &mut set);
    set
}

fn collect(node: &Value, path: &mut Path, set: &mut FieldSet) {
    let Value::Object(map) = node else { return };
    if map.is_empty() && !path.is_empty() {
        set.insert(path.clone());
    }
    for (name, inner) in map {
        let step = match name.split_once(':') {
            Some(("f", rest)) => Step::Field(rest.to_owned()),
            Some(("k", rest)) => Step::Key(rest.to_owned()),
            Some(("v", rest)) => Step::Item(rest.to_owned()),
            _ => {
                set.insert(path.clone());
                continue;
            }
        };
        path.push(step);
        collect(inner, path, set);
        path.pop();
    }
}

/// A path as messages write it: `.spec.containers[name="web"].image`.
pub(super) fn dotted(path: &[Step]) -> String {
    path.iter()
        .map(|step| match step {
            Step::Field(name) => format!(".{name}"),
            Step::Item(item) => format!("[={item}]"),
            Step::Key(key) => {
                let fields: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
                let parts: Vec<String> = fields.iter().map(|(k, v)| format!("{k}={v}")).collect();
                format!("[{}]", parts.join(","))
            }
        })
        .collect()
}

/// Takes the value at a path out of an object; returns whether something was there.
pub(super) fn remove(object: &mut Value, path: &[Step]) -> bool {
    let [step, rest @ ..] = path else {
        return false;
    };
    if rest.is_empty() {
        return match (step, object) {
            (Step::Field(name), Value::Object(map)) => map.shift_remove(name).is_some(),
            (step, Value::Array(items)) => {
                let before = items.len();
                items.retain(|item| !is_item(step, item));
                items.len() != before
            }
            _ => false,
        };
    }
    let inner = match (step, object) {
        (Step::Field(name), Value::Object(map)) => map.get_mut(name),
        (step, Value::Array(items)) => items.iter_mut().find(|item| is_item(step, item)),
        _ => None,
    };
    inner.is_some_and(|inner| remove(inner, rest))
}

/// Drops maps and lists on the way to `path` that have become empty.
pub(super) fn drop_empty(object: &mut Value, path: &[Step]) {
    for length in (1..path.len()).rev() {
        let parent = &path[..length];
        if matches!(parent.last(), Some(Step::Field(_))) && get(object, parent).is_some_and(is_empty) {
            remove(object, parent);
        }
    }
}

fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty)
}

fn get<'a>(object: &'a Value, path: &[Step]) -> Option<&'a Value> {
    path.iter().try_fold(object, |value, step| match (step, value) {
        (Step::Field(name), _) => value.get(name),
        (step, Value::Array(items)) => items.iter().find(|item| is_item(step, item)),
        _ => None,
    })
}

fn is_item(step: &Step, item: &Value) -> bool {
    match step {
        Step::Field(_) => false,
        Step::Item(value) => serde_json::from_str::<Value>(value).is_ok_and(|value| value == *item),
        Step::Key(key) => {
            let fields: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
            let names: Vec<String> = fields.keys().cloned().collect();
            item_key(&names, item).as_ref() == Some(key)
        }
    }
}
