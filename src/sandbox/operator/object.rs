//! A VM object as the operator reads it: identity, generation, spec and status.

use std::collections::BTreeMap;

use kube::core::DynamicObject;
use serde_json::{Map, Value};

/// One VM object, read from the API.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// UID, for owner references and events.
    pub uid: String,
    /// `metadata.generation`: counts changes of the spec.
    pub generation: i64,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    pub annotations: BTreeMap<String, String>,
    /// Finalizers.
    pub finalizers: Vec<String>,
    /// A deletion timestamp is set.
    pub deleting: bool,
    /// `spec`, or null.
    pub spec: Value,
    /// `status`, or null.
    pub status: Value,
}

impl Object {
    /// `namespace/name`.
    pub fn key(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }
}

impl From<DynamicObject> for Object {
    fn from(mut object: DynamicObject) -> Self {
        let meta = object.metadata;
        let mut take = |key: &str| object.data.get_mut(key).map(Value::take).unwrap_or_default();
        Object {
            spec: take("spec"),
            status: take("status"),
            namespace: meta.namespace.unwrap_or_default(),
            name: meta.name.unwrap_or_default(),
            uid: meta.uid.unwrap_or_default(),
            generation: meta.generation.unwrap_or_default(),
            labels: meta.labels.unwrap_or_default(),
            annotations: meta.annotations.unwrap_or_default(),
            finalizers: meta.finalizers.unwrap_or_default(),
            deleting: meta.deletion_timestamp.is_some(),
        }
    }
}

/// The text at `key`; empty when it is absent or not a text.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// The list at `key`; empty when it is absent or not a list.
pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The value at `key`, unless it is absent or null.
pub fn given<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|v| !v.is_null())
}

/// True only when `key` holds `true`.
pub fn flag(value: &Value, key: &str) -> bool {
    value.get(key).and_then(Value::as_bool).unwrap_or(false)
}

/// The whole number at `key`, also when it is written as a text.
pub fn number(value: &Value, key: &str) -> Option<i64> {
    let value = value.get(key)?;
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// A scalar as text: `8429` and `"8429"` are the same; other shapes are JSON.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A map of texts at `key`, sorted.
pub fn texts(value: &Value, key: &str) -> BTreeMap<String, String> {
    let entries = value.get(key).and_then(Value::as_object);
    entries.into_iter().flatten().map(|(name, value)| (name.clone(), scalar(value))).collect()
}

/// `[("a", x)]` as a JSON object in the given order.
pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// Copies `from[key]` to `to[key]` when it is given there.
pub fn copy(from: &Value, to: &mut Value, key: &str) {
    if let Some(value) = given(from, key) {
        to[key] = value.clone();
    }
}
