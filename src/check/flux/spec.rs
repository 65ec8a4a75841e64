//! What a suite says about objects of Flux.

use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kinds::Target;
use super::seen::Object;
use crate::check::revision::is_vague;

mod parts;

pub use parts::{Applied, Awaited, Chart, Named, Present, Remediation, Root, Substitutes};

/// A demand whose parts go together.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Demand", into = "Demand")]
pub struct Spec(Demand);

/// Which objects of Flux, and what must hold for each of them beside being ready.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// Their kind.
    pub kind: Target,
    /// Their namespace; absent for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Their names, each of which must be there; absent for all that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// The revision that must be applied, or held by a source: `main@sha1:4f2a`, a commit or its start, or a tag. Empty: the
    /// one that the source holds, as where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The group and version in which each was applied: `helm.toolkit.fluxcd.io/v2`.
    #[serde(rename = "apiVersion", default, skip_serializing_if = "Option::is_none")]
    pub api_version: Option<String>,
    /// The folder of the source that each Kustomization applies, or one above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What each must wait for, itself or by way of others: names, or `namespace/name`, of the same kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<String>,
    /// The source from which each is applied in the end: every Kustomization on the way up must be ready, have applied what its
    /// source holds, and hold the one below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Root>,
    /// Objects that the Kustomizations must have applied.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Named>,
    /// Kinds of which everything that a Kustomization has applied must still be there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub present: Vec<Present>,
    /// Kinds that are left out of `present` on purpose: `[Secret]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// No text of what `present` reads may have a variable left in it, such as `${CLUSTER_NAME}`. Metadata, statuses and Secrets
    /// are not looked at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub substituted: bool,
    /// Kinds without a Ready condition that a Kustomization must await by an expression.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaits: Vec<Awaited>,
    /// Variables that each Kustomization must have replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitutes: Option<Substitutes>,
    /// The chart that each HelmRelease must have deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chart: Option<Chart>,
    /// What each HelmRelease does when Helm fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
}

impl Demand {
    /// The revision that is wanted, where one is.
    pub(super) fn revision(&self) -> Option<&str> {
        self.revision.as_deref().filter(|revision| !revision.is_empty())
    }

    /// Whether it speaks of this object.
    pub(super) fn chooses(&self, object: &Object) -> bool {
        object.kind == self.kind.name()
            && self.namespace.as_ref().is_none_or(|namespace| *namespace == object.namespace)
            && (self.names.is_empty() || self.names.contains(&object.name))
    }

    /// `Kustomization vmsingle in namespace flux-system`.
    pub(super) fn words(&self, name: &str) -> String {
        let kind = self.kind.name();
        match &self.namespace {
            Some(namespace) => format!("{kind} {name} in namespace {namespace}"),
            None => format!("{kind} {name}"),
        }
    }

    /// A key that means nothing for this kind, and the kinds that it is for.
    fn misplaced(&self) -> Option<(&'static str, &'static str)> {
        let of_kustomizations = [
            ("path", self.path.is_some()),
            ("holds", !self.holds.is_empty()),
            ("present", !self.present.is_empty()),
            ("unread", !self.unread.is_empty()),
            ("substituted", self.substituted),
            ("awaits", !self.awaits.is_empty()),
            ("substitutes", self.substitutes.is_some()),
        ];
        let of_releases = [("chart", self.chart.is_some()), ("remediation", self.remediation.is_some())];
        let of_both = [
            ("depends_on", !self.depends_on.is_empty()),
            ("from", self.from.is_some()),
            ("apiVersion", self.api_version.is_some()),
        ];
        let given =
            |keys: &[(&'static str, bool)], kinds| keys.iter().find(|(_, given)| *given).map(|(key, _)| (*key, kinds));
        let (is_kustomization, is_release) = (self.kind == Target::Kustomization, self.kind == Target::HelmRelease);
        let first = if is_kustomization { None } else { given(&of_kustomizations, "Kustomization") };
        let second = if is_release { None } else { given(&of_releases, "HelmRelease") };
        let third = if self.kind.is_source() { given(&of_both, "Kustomization or HelmRelease") } else { None };
        let last = given(&[("revision", is_release && self.revision().is_some())], "Kustomization, or one of a source");
        first.or(second).or(third).or(last)
    }

    fn fault(&self) -> Option<String> {
        if let Some((key, kind)) = self.misplaced() {
            return Some(format!("`{key}` is nothing of a {}: expected it with `kind: {kind}`", self.kind.name()));
        }
        if self.substitutes.is_some() && self.namespace.is_none() {
            return Some(
                "`substitutes` reads a ConfigMap beside the Kustomizations: expected `namespace`, too".to_owned(),
            );
        }
        if self.present.is_empty() && !self.unread.is_empty() {
            return Some("`unread` says what `present` leaves out: expected `present`, too".to_owned());
        }
        if self.present.is_empty() && self.substituted {
            return Some("`substituted` looks into what `present` reads: expected `present`, too".to_owned());
        }
        if let Some(revision) = self.revision().filter(|revision| is_vague(revision)) {
            return Some(format!(
                "`revision` is `{revision}`, any commit of which would do: expected one such as main@sha1:4f2a, or a tag"
            ));
        }
        self.substitutes.as_ref().and_then(Substitutes::fault)
    }
}

impl Spec {
    /// Without what only judging reads. The names are read by a look only where each object that they hold is asked for.
    pub(super) fn question(&self) -> Self {
        let demand = &self.0;
        let names = if demand.present.is_empty() { Vec::new() } else { demand.names.clone() };
        Self(Demand {
            names,
            revision: None,
            api_version: None,
            path: None,
            depends_on: Vec::new(),
            from: None,
            holds: Vec::new(),
            unread: Vec::new(),
            awaits: Vec::new(),
            chart: None,
            remediation: None,
            ..demand.clone()
        })
    }
}

impl TryFrom<Demand> for Spec {
    type Error = String;

    fn try_from(demand: Demand) -> Result<Self, String> {
        match demand.fault() {
            Some(fault) => Err(fault),
            None => Ok(Self(demand)),
        }
    }
}

impl From<Spec> for Demand {
    fn from(spec: Spec) -> Self {
        spec.0
    }
}

impl Deref for Spec {
    type Target = Demand;

    fn deref(&self) -> &Demand {
        &self.0
    }
}
