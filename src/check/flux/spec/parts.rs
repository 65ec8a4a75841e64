//! The parts of a demand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::access::Access;
use crate::connect::{Resource, Scope};

/// The source at the top.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// `GitRepository`.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The Kustomization at the top, in the source's namespace or as `namespace/name`, where a person or the Flux operator
    /// applies it: `flux-system`. Absent: it applies itself, as `flux bootstrap` makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<String>,
}

impl Root {
    /// `GitRepository flux-system/platform`.
    pub(in crate::check::flux) fn title(&self) -> String {
        format!("{} {}/{}", self.kind, self.namespace, self.name)
    }

    /// `namespace/name` of the Kustomization that need not apply itself.
    pub(in crate::check::flux) fn top(&self) -> Option<String> {
        let top = self.top.as_ref()?;
        Some(if top.contains('/') { top.clone() } else { format!("{}/{top}", self.namespace) })
    }
}

/// An object somewhere.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its kind.
    pub kind: String,
    /// Its namespace; absent for kinds without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

/// A kind whose objects are asked for one by one.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Present {
    /// Group and version: `apps/v1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// Its plural name where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// The namespace; absent for kinds without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
}

/// A kind that kstatus takes for ready whatever happens, since it has no conditions that it knows.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Awaited {
    /// Group and version: `operator.victoriametrics.com/v1beta1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The kind.
    pub kind: String,
}

/// Variables of a ConfigMap that Flux puts into manifests (`postBuild.substituteFrom`).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Substitutes {
    /// The ConfigMap, beside the Kustomizations.
    pub config_map: String,
    /// Variables that it must have, none of them empty: `[CLUSTER_NAME]`.
    #[schemars(length(min = 1))]
    pub keys: Vec<String>,
    /// Where the value of a variable must have arrived.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applied: Vec<Applied>,
}

/// A field of an object that a variable was put into, and nothing else.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Applied {
    /// Group and version.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// The kind, but no Secret.
    pub kind: String,
    /// Its plural name where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plural: Option<String>,
    /// The namespace; absent for kinds without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
    /// Names of fields from the outside in, joined by dots: `spec.externalLabels.cluster`.
    pub field: String,
    /// The variable: one of `keys`.
    pub key: String,
}

/// A chart.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// The chart's own version: `0.57.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version of what it installs, as the chart says: `v0.66.1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
}

/// What a HelmRelease does when Helm fails.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// `spec.install.remediation.retries`; -1 for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install_retries: Option<i64>,
    /// `spec.upgrade.remediation.retries`; -1 for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_retries: Option<i64>,
    /// `spec.upgrade.remediation.strategy`: `rollback` (Flux's default) or `uninstall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// `spec.upgrade.cleanupOnFail`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleanup_on_fail: Option<bool>,
    /// `spec.install.crds` and `spec.upgrade.crds`, both of them: `CreateReplace`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crds: Option<String>,
}

impl Substitutes {
    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<String> {
        if self.keys.is_empty() {
            return Some("`substitutes` names no variable: expected `keys` such as [CLUSTER_NAME]".to_owned());
        }
        self.applied.iter().find_map(|applied| {
            if !self.keys.contains(&applied.key) {
                return Some(format!(
                    "`key: {}` is none of `keys`: expected one of {}",
                    applied.key,
                    self.keys.join(", ")
                ));
            }
            let secret = matches!(applied.kind.to_lowercase().as_str(), "secret" | "secrets");
            secret.then(|| "the data of a Secret is never read: expected another kind in `applied`".to_owned())
        })
    }
}

impl Present {
    /// Where the API serves it.
    pub(in crate::check::flux) fn resource(&self) -> Resource {
        resource(&self.api_version, &self.kind, self.plural.as_deref(), self.namespace.as_deref())
    }

    /// The permission that asking for its objects needs.
    pub(in crate::check::flux) fn access(&self) -> Access {
        self.resource().access("get", self.namespace.as_deref())
    }
}

impl Applied {
    /// Where the API serves it.
    pub(in crate::check::flux) fn resource(&self) -> Resource {
        resource(&self.api_version, &self.kind, self.plural.as_deref(), self.namespace.as_deref())
    }

    /// `VMAgent observability/vmagent`.
    pub(in crate::check::flux) fn title(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{} {namespace}/{}", self.kind, self.name),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}

/// One with a namespace lives in namespaces.
fn resource(api_version: &str, kind: &str, plural: Option<&str>, namespace: Option<&str>) -> Resource {
    let scope = if namespace.is_some() { Scope::Namespaced } else { Scope::Cluster };
    Resource::named(api_version, kind, plural, scope)
}
