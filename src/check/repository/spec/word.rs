//! What a suite says in one word: an object, a release of Flux.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A release of Flux, without its patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Release(pub u32, pub u32);

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text).ok_or_else(|| format!("`{text}` is no release of Flux: expected one such as \"2.7\""))
    }
}

impl From<Release> for String {
    fn from(Release(major, minor): Release) -> Self {
        format!("{major}.{minor}")
    }
}

impl Release {
    /// Reads `2.7`, or `v2.7.5`.
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim_start_matches('v').splitn(3, '.');
        let mut number = || parts.next()?.parse().ok();
        Some(Self(number()?, number()?))
    }
}
