//! What a suite says about an ExternalSecret.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::Duration;

/// Which ExternalSecret, and what must have come of it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The store that it must name; without it whichever it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<StoreName>,
    /// The Secret that it must make; of its own name by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Keys that the Secret must have, none of them empty. Values are not kept, yet the permission to get that Secret is
    /// needed; without keys it is not asked for, nor looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<String>,
    /// How much longer than its `refreshInterval` the last refresh may be ago; 5m by default.
    #[serde(default = "grace")]
    pub grace: Duration,
    /// Whether it may be one that is never refreshed again: a `refreshInterval` of 0, or another `refreshPolicy` than
    /// `Periodic`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
}

/// A store by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreName {
    /// `ClusterSecretStore` or `SecretStore`.
    pub kind: StoreKind,
    /// Its name.
    pub name: String,
}

/// The kinds of stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum StoreKind {
    /// For the whole cluster.
    ClusterSecretStore,
    /// For the ExternalSecrets of its own namespace.
    SecretStore,
}

const fn grace() -> Duration {
    Duration::seconds(300)
}

impl Spec {
    /// `ExternalSecret observability/vmalertmanager-config`.
    pub(super) fn object(&self) -> String {
        format!("ExternalSecret {}/{}", self.namespace, self.name)
    }

    /// The name of the Secret that is wanted.
    pub(super) fn target(&self) -> &str {
        self.target.as_deref().unwrap_or(&self.name)
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.kind, self.name)
    }
}
