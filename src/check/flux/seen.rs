//! What a look at Flux sees: all of its objects that those of the suite may wait for, as far as they are judged. Values of
//! charts and variables in the spec are never kept.

mod asked;
mod own;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::check::condition::Condition;

pub use asked::{Held, Literal, Placed, Texts};
pub use own::{Entry, Expression, Kustomization, Release, Snapshot, Watched};

/// Flux's objects, and what else was asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Observation {
    /// Kinds that the API server does not serve: their CRDs are not installed, or not in that version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unserved: Vec<String>,
    /// Every object of the kinds that were asked for.
    pub objects: Vec<Object>,
    /// What was asked for of the inventories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<Held>,
    /// The variables that the suite names, as far as the ConfigMap has them; absent where there is no such ConfigMap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<BTreeMap<String, String>>,
    /// What stands where variables were put, in the order of the suite.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub placed: Vec<Placed>,
}

/// One object of Flux.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Object {
    /// `Kustomization`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its version, for whoever looks it up again.
    pub resource_version: String,
    /// How often its spec was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Whether its deletion was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleting: bool,
    /// `spec.suspend`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub suspended: bool,
    /// A HelmRepository of type `oci`, which source-controller (1.3 and later) leaves without a status.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
    /// The generation that its status speaks of; -1 where it never succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// Its conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// `namespace/name` of the Kustomization that applied it, by its labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied_by: Option<String>,
    /// Groups and versions in which it was applied, by `metadata.managedFields`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied_as: Vec<String>,
    /// `spec.dependsOn`, each as `namespace/name`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// What it takes its artifact from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Reference>,
    /// `status.artifact.revision` of a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Of a Kustomization alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kustomization: Option<Kustomization>,
    /// Of a HelmRelease alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
}

/// Another object of Flux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `GitRepository`.
    pub kind: String,
    /// `namespace/name`.
    pub path: String,
}

impl Object {
    /// `namespace/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.namespace, self.name)
    }

    /// `Kustomization flux-system/vmsingle`.
    pub fn title(&self) -> String {
        format!("{} {}/{}", self.kind, self.namespace, self.name)
    }

    /// The condition of this type.
    pub fn condition(&self, name: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.name == name)
    }
}

impl Reference {
    /// `GitRepository flux-system/platform`.
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.path)
    }
}
