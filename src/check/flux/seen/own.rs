//! What only a Kustomization or a HelmRelease has.

use serde::{Deserialize, Serialize};

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
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
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
