//! What a suite demands of fields.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fields that objects of one kind must have.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The kind: `HelmRelease`.
    pub kind: String,
    /// Only the objects of these names; all by default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// Not the objects of these names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<String>,
    /// Whether one object with these fields is enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub any: bool,
    /// Values by path, lengths of time however they are written: `{spec.interval: 1h, spec.prune: true}`; or `{set: true}` for
    /// any value, `{set: false}` for none. A path goes into every item of a list, of which one is enough; a name with dots
    /// stands in brackets: `spec.extraArgs[search.maxQueueDuration]`.
    #[schemars(length(min = 1))]
    pub fields: BTreeMap<String, Wanted>,
}

/// What a field must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "serde_json::Value", into = "serde_json::Value")]
#[schemars(with = "serde_json::Value")]
pub enum Wanted {
    /// This value.
    Value(Scalar),
    /// `{set: true}`: any value; `{set: false}`: none.
    Set(bool),
}

impl TryFrom<serde_json::Value> for Wanted {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        let set = value.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("set")?.as_bool());
        match set {
            Some(set) => Ok(Self::Set(set)),
            None if value.is_object() => Err("expected a single value, {set: true} or {set: false}".to_owned()),
            None => Scalar::try_from(value).map(Self::Value),
        }
    }
}

impl From<Wanted> for serde_json::Value {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Value(scalar) => Self::String(scalar.0),
            Wanted::Set(set) => serde_json::json!({ "set": set }),
        }
    }
}

/// A text, a number or a boolean, as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "serde_json::Value", into = "String")]
#[schemars(with = "serde_json::Value")]
pub struct Scalar(pub String);

impl TryFrom<serde_json::Value> for Scalar {
    type Error = String;

    fn try_from(value: serde_json::Value) -> Result<Self, String> {
        match value {
            serde_json::Value::String(text) => Ok(Self(text)),
            serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Ok(Self(value.to_string())),
            _ => Err("this is no single value: expected a text, a number, `true` or `false`".to_owned()),
        }
    }
}

impl From<Scalar> for String {
    fn from(scalar: Scalar) -> Self {
        scalar.0
    }
}
