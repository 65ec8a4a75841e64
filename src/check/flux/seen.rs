//! What a look at Flux sees: all of its objects that those of the suite may wait for, as far as they are judged. Values of
//! charts and variables in the spec are never kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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
    #[serde(default, skip_serializing_if = "is_false")]
    pub deleting: bool,
    /// `spec.suspend`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub suspended: bool,
    /// A HelmRepository of type `oci`, which source-controller (1.3 and later) leaves without a status.
    #[serde(default, skip_serializing_if = "is_false")]
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

/// A condition of an object.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Condition {
    /// `Ready`.
    #[serde(rename = "type")]
    pub name: String,
    /// `True`, `False` or `Unknown`.
    pub status: String,
    /// For machines.
    #[serde(default)]
    pub reason: String,
    /// For people, shortened.
    #[serde(default)]
    pub message: String,
    /// The generation that it speaks of; absent where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
}

/// Another object of Flux.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// `GitRepository`.
    pub kind: String,
    /// `namespace/name`.
    pub path: String,
}

/// What only a Kustomization has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Kustomization {
    /// `spec.path`, `.` where it has none.
    pub path: String,
    /// `status.lastAppliedRevision`, which is written after the health checks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// `status.lastAttemptedRevision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted: Option<String>,
    /// `spec.wait`: everything that it applies is awaited.
    #[serde(default, skip_serializing_if = "is_false")]
    pub wait: bool,
    /// `spec.healthChecks`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Watched>,
    /// Those of `spec.healthCheckExprs` that have a `current`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<Expression>,
    /// `spec.postBuild.substituteFrom`, each as `ConfigMap cluster-vars`. Of two that know a variable the later one wins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variables: Vec<String>,
    /// Names of the variables of `spec.postBuild.substitute`, which win over all of those.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline: Vec<String>,
    /// `status.inventory`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inventory: Vec<Entry>,
}

/// An object that a health check names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// Its group; empty for the core group.
    pub group: String,
    /// Its kind.
    pub kind: String,
    /// Absent for kinds without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// When objects of a kind count as ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expression {
    /// `operator.victoriametrics.com/v1beta1/VMSingle`.
    pub of: String,
    /// `current`, in CEL.
    pub current: String,
}

/// One line of an inventory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// `<namespace>_<name>_<group>_<Kind>`.
    pub id: String,
    /// The version in which it was applied.
    #[serde(rename = "v")]
    pub version: String,
}

/// What only a HelmRelease has.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Release {
    /// The newest of `status.history`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Snapshot>,
    /// `status.lastAttemptedRevision`: the chart's version, for an OCIRepository with `+` and the start of the digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempted: Option<String>,
    /// `status.lastAttemptedRevisionDigest`: all of the digest, for an OCIRepository alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// `spec.install.remediation.retries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_retries: Option<i64>,
    /// `spec.upgrade.remediation.retries`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_retries: Option<i64>,
    /// `spec.upgrade.remediation.strategy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// `spec.upgrade.cleanupOnFail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup_on_fail: Option<bool>,
    /// `spec.install.crds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_crds: Option<String>,
    /// `spec.upgrade.crds`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_crds: Option<String>,
}

/// One release of Helm.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "camelCase"))]
pub struct Snapshot {
    /// `deployed`, `failed`, `superseded`.
    pub status: String,
    /// The chart's version.
    #[serde(default, alias = "chart_version")]
    pub chart_version: String,
    /// The version of what the chart installs, as it says.
    #[serde(default, alias = "app_version")]
    pub app_version: String,
    /// The digest of the chart's OCI artifact.
    #[serde(default, alias = "oci_digest", skip_serializing_if = "Option::is_none")]
    pub oci_digest: Option<String>,
}

/// Whether something that an inventory names is there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Held {
    /// As the inventory has it.
    pub id: String,
    /// Whether it is.
    pub there: bool,
    /// What its texts hold, where the suite asks for that and it is no Secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub texts: Option<Texts>,
}

/// The texts of an object, beside its metadata and status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// How many there are.
    pub read: usize,
    /// It asks Flux to leave it as it is (`kustomize.toolkit.fluxcd.io/substitute: disabled`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub spared: bool,
    /// Variables in them that were not replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub literal: Vec<Literal>,
}

/// A variable that was not replaced; what stands beside it is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Literal {
    /// `spec.externalLabels.cluster`.
    pub field: String,
    /// `${CLUSTER_NAME}`.
    pub variable: String,
}

/// What stands in a field.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    /// Whether the object is there.
    pub there: bool,
    /// What stands in its field, as text; absent where there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

fn is_false(value: &bool) -> bool {
    !*value
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
