//! What a suite says about a workload.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::Duration;

/// Which workload, and what its pods must be like.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// `Deployment`, `StatefulSet` or `DaemonSet`.
    pub kind: Controller,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// How many pods it must run; whatever it asks for itself by default, but never none.
    #[serde(default)]
    pub replicas: Replicas,
    /// How often each container may have been restarted; never by default.
    #[serde(default)]
    pub restarts: Restarts,
    /// Image that must run in each named container: a tag (`v1.131.0`), or a whole reference with its name or digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, String>,
    /// How long every pod must have been ready: `5m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stable_for: Option<Duration>,
}

/// What makes the pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Controller {
    /// Pods without identity, by ReplicaSets.
    Deployment,
    /// Pods with an ordinal and volumes of their own.
    StatefulSet,
    /// One pod per node.
    DaemonSet,
}

/// A number of pods.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replicas {
    /// Exactly so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exactly: Option<u32>,
    /// At least so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
}

/// How much restarting is accepted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restarts {
    /// Restarts of one container since its pod was made; 0 by default.
    #[serde(default)]
    pub at_most: u32,
    /// Overlook restarts, out-of-memory kills and evictions when the last one is longer ago than this: `1h`.
    /// Without it they count for as long as Kubernetes remembers them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Duration>,
}

impl fmt::Display for Controller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
