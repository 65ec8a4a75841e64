//! How lists and maps of objects are merged: as a whole, by item keys, as sets, or field by field.

use serde_json::Value;

use super::kind::Kind;
use super::object;

/// How one list or map is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// Replaced as a whole, owned as a whole.
    Atomic,
    /// A map whose fields are merged one by one.
    Fields,
    /// A list whose items are told apart by these fields.
    Keyed(Vec<String>),
    /// A list of plain values without order.
    Set,
}

/// A position in the type of an object while both are walked together.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cursor<'a> {
    /// A built-in type: the name of this field and of the field (or kind) that holds it decide.
    BuiltIn { parent: &'a str, field: &'a str },
    /// A custom type; `None` below fields that the schema leaves open.
    Schema { node: Option<&'a Value>, root: bool },
}

impl<'a> Cursor<'a> {
    pub(super) fn of(kind: &'a Kind) -> Self {
        if kind.custom() {
            Cursor::Schema { node: kind.schema(), root: true }
        } else {
            Cursor::BuiltIn { parent: "", field: &kind.kind }
        }
    }

    pub(super) fn child(self, name: &'a str) -> Self {
        match self {
            Cursor::BuiltIn { field, .. } => Cursor::BuiltIn { parent: field, field: name },
            Cursor::Schema { root: true, .. } if name == "metadata" => {
                Cursor::BuiltIn { parent: "", field: "metadata" }
            }
            Cursor::Schema { node, .. } => {
                let node = node.and_then(|n| {
                    n.get("properties").and_then(|p| p.get(name)).or_else(|| n.get("additionalProperties"))
                });
                Cursor::Schema { node, root: false }
            }
        }
    }

    pub(super) fn item(self) -> Self {
        match self {
            Cursor::BuiltIn { .. } => self,
            Cursor::Schema { node, .. } => Cursor::Schema { node: node.and_then(|n| n.get("items")), root: false },
        }
    }

    pub(super) fn shape(self, value: &Value) -> Shape {
        let shape = match (self, value) {
            (Cursor::BuiltIn { parent, field }, Value::Array(_)) => built_in_list(parent, field),
            (Cursor::BuiltIn { parent, field }, _) => built_in_map(parent, field),
            (Cursor::Schema { node, .. }, Value::Array(_)) => schema_list(node),
            (Cursor::Schema { node, .. }, _) => schema_map(node),
        };
        match (&shape, value) {
            // An item without its keys cannot be told apart: the list then counts as a whole.
            (Shape::Keyed(keys), Value::Array(items)) if items.iter().any(|i| item_key(keys, i).is_none()) => {
                Shape::Atomic
            }
            _ => shape,
        }
    }
}

fn keyed(keys: &[&str]) -> Shape {
    Shape::Keyed(keys.iter().map(|k| (*k).to_owned()).collect())
}

/// List types of the built-in kinds (the `+listType`, `+listMapKey` and `patchMergeKey` marks of k8s.io/api).
fn built_in_list(parent: &str, field: &str) -> Shape {
    match (parent, field) {
        ("metadata", "finalizers") | ("spec", "finalizers") => Shape::Set,
        ("metadata", "ownerReferences") => keyed(&["uid"]),
        ("spec", "ports") => keyed(&["port", "protocol"]),
        ("containers" | "initContainers" | "ephemeralContainers", "ports") => keyed(&["containerPort", "protocol"]),
        (_, "containers" | "initContainers" | "ephemeralContainers" | "env" | "imagePullSecrets") => keyed(&["name"]),
        ("spec", "volumes") | ("ServiceAccount", "secrets") => keyed(&["name"]),
        (_, "volumeMounts") => keyed(&["mountPath"]),
        (_, "volumeDevices") => keyed(&["devicePath"]),
        (_, "hostAliases") => keyed(&["ip"]),
        ("status", "conditions" | "addresses") => keyed(&["type"]),
        (_, "topologySpreadConstraints") => keyed(&["topologyKey", "whenUnsatisfiable"]),
        _ => Shape::Atomic,
    }
}

fn built_in_map(parent: &str, field: &str) -> Shape {
    let whole = matches!(field, "nodeSelector" | "fieldRef" | "resourceFieldRef" | "configMapKeyRef" | "secretKeyRef")
        || (field == "selector" && parent == "spec")
        || matches!(field, "labelSelector" | "podSelector" | "namespaceSelector" | "roleRef" | "involvedObject");
    if whole { Shape::Atomic } else { Shape::Fields }
}

fn schema_list(node: Option<&Value>) -> Shape {
    let Some(node) = node else {
        return Shape::Atomic;
    };
    match object::text(node, "/x-kubernetes-list-type") {
        "map" => keyed(&object::texts(node, "/x-kubernetes-list-map-keys")),
        "set" => Shape::Set,
        _ => Shape::Atomic,
    }
}

fn schema_map(node: Option<&Value>) -> Shape {
    match node.map(|n| object::text(n, "/x-kubernetes-map-type")) {
        Some("atomic") => Shape::Atomic,
        _ => Shape::Fields,
    }
}

/// The key of a list item as canonical JSON (`{"containerPort":80,"protocol":"TCP"}`), or `None` where a key field is absent.
pub(super) fn item_key(keys: &[String], item: &Value) -> Option<String> {
    let mut key = serde_json::Map::new();
    let mut sorted: Vec<&String> = keys.iter().collect();
    sorted.sort();
    for field in sorted {
        let value = match item.get(field) {
            Some(value) if !value.is_null() => value.clone(),
            // The only key field with a default.
            _ if field == "protocol" => Value::from("TCP"),
            _ => return None,
        };
        key.insert(field.clone(), value);
    }
    Some(Value::Object(key).to_string())
}
