//! What a suite says about a repository.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::glob::Glob;

/// Where Flux begins, and what a platform demands beyond what is wrong anywhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The folders that Flux begins with, one for each cluster: `[clusters/infra/flux]`.
    #[schemars(length(min = 1))]
    pub entries: Vec<String>,
    /// Objects that are there without the repository: `[ConfigMap/cluster-vars, Namespace/observability]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<Given>,
    /// Names that given ConfigMaps and Secrets hold for substitution. With them, an unknown `${name}` is told there, too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Files that no cluster is meant to have, such as templates: `["templates/**"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<Glob>,
    /// Files that must be there, one at least for each: `["clusters/*/apps/*/vmsingle/ks.yaml"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub require: Vec<Glob>,
    /// Files that must not be there: `["**/*.yml"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbid: Vec<Glob>,
    /// What fields of objects must be, by the object's kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub demands: Vec<Demand>,
    /// Kustomizations that others must wait for, over however many steps: `{vmsingle: [rook-ceph-cluster]}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub depends_on: BTreeMap<String, Vec<String>>,
    /// Versions that objects of an API group may have: `{external-secrets.io: [v1]}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub api_versions: BTreeMap<String, Vec<String>>,
    /// Whether each image must be pinned by its digest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digests: bool,
}

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
    /// Values by path, lengths of time however they are written: `{spec.interval: 1h, spec.prune: true}`.
    #[schemars(length(min = 1))]
    pub fields: BTreeMap<String, Scalar>,
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

/// An object by its kind and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Given {
    /// `ConfigMap`.
    pub kind: String,
    /// `cluster-vars`.
    pub name: String,
}

impl TryFrom<String> for Given {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once('/') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() && !name.contains('/') => {
                Ok(Self { kind: kind.to_owned(), name: name.to_owned() })
            }
            _ => Err(format!("`{text}` names no object: expected kind and name such as ConfigMap/cluster-vars")),
        }
    }
}

impl From<Given> for String {
    fn from(given: Given) -> Self {
        format!("{}/{}", given.kind, given.name)
    }
}

impl Spec {
    /// Whether an object is there without the repository.
    pub(super) fn is_given(&self, kind: &str, name: &str) -> bool {
        self.given.iter().any(|given| given.kind == kind && given.name == name)
    }

    /// Whether a file is left out.
    pub(super) fn is_ignored(&self, path: &str) -> bool {
        self.ignore.iter().any(|glob| glob.matches(path))
    }

    /// The same for every suite: a look reads the whole checkout, and all of the spec is only judged.
    pub(super) fn nothing() -> Self {
        Self {
            entries: Vec::new(),
            given: Vec::new(),
            variables: Vec::new(),
            ignore: Vec::new(),
            require: Vec::new(),
            forbid: Vec::new(),
            demands: Vec::new(),
            depends_on: BTreeMap::new(),
            api_versions: BTreeMap::new(),
            digests: false,
        }
    }
}
