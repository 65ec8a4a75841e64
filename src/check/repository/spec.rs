//! What a suite says about a repository.

mod demand;
mod word;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::glob::Glob;
pub use demand::{Demand, Scalar, Wanted};
pub use word::{Given, Release};

/// Where Flux begins, and what a platform demands beyond what is wrong anywhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The folders that Flux begins with, one for each cluster: `[clusters/infra/flux]`.
    #[schemars(length(min = 1))]
    pub entries: Vec<String>,
    /// The revision that is meant, of which a checkout says whether it is at it: `main@sha1:4f2a`, or a commit or its start.
    /// Empty: whichever is checked out, as where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The source that is this repository: `GitRepository/flux-system`. Where it is absent, that of the Kustomization which
    /// builds an entry, else the GitRepositories that no file declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Given>,
    /// The release of Flux on the clusters: `"2.7"`. A field that it does not know yet is told; without this key, one of 2.9 is
    /// known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flux: Option<Release>,
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
    /// Whether each source must say what is pulled: a chart and an artifact in one version, not a range, and a repository of
    /// Git by `ref`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

impl Spec {
    /// Whether an object is there without the repository.
    pub(super) fn is_given(&self, kind: &str, name: &str) -> bool {
        self.given.iter().any(|given| given.kind == kind && given.name == name)
    }

    /// The revision that is meant, where one is.
    pub(super) fn revision(&self) -> Option<&str> {
        self.revision.as_deref().filter(|revision| !revision.is_empty())
    }

    /// Whether a file is left out.
    pub(super) fn is_ignored(&self, path: &str) -> bool {
        self.ignore.iter().any(|glob| glob.matches(path))
    }

    /// The same for every suite: a look reads the whole checkout, and all of the spec is only judged.
    pub(super) fn nothing() -> Self {
        Self {
            entries: Vec::new(),
            revision: None,
            source: None,
            flux: None,
            given: Vec::new(),
            variables: Vec::new(),
            ignore: Vec::new(),
            require: Vec::new(),
            forbid: Vec::new(),
            demands: Vec::new(),
            depends_on: BTreeMap::new(),
            api_versions: BTreeMap::new(),
            digests: false,
            pinned: false,
        }
    }
}
