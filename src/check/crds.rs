//! The kind `crds`: CustomResourceDefinitions are established and serve the wanted version.

mod judge;
mod observation;
mod observe;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;
use crate::connect::resource::{CUSTOM_RESOURCE_DEFINITIONS, usual_plural};

pub use observation::{Definition, Observation, Schema, Seen, Version};

/// The kind.
pub struct Crds;

/// Which kinds of one API group must be usable, and in which version.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// API group: `operator.victoriametrics.com`.
    pub group: String,
    /// Version that must be served for every kind: `v1beta1`.
    pub version: String,
    /// The kinds, as manifests write them: `[VMSingle, VMAgent]`. Further kinds of the group do no harm.
    #[schemars(length(min = 1))]
    pub kinds: Vec<String>,
    /// Plural names where they are not the usual ones (`VMSingle` -> `vmsingles`): `{VLogs: vlogs}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub plurals: BTreeMap<String, String>,
}

impl Spec {
    /// Name of a kind's CRD: `vmsingles.operator.victoriametrics.com`.
    fn crd(&self, kind: &str) -> String {
        let plural = self.plurals.get(kind).cloned().unwrap_or_else(|| usual_plural(&kind.to_lowercase()));
        format!("{plural}.{}", self.group)
    }
}

impl Kind for Crds {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "crds";
    const PAGE: &'static str = include_str!("crds/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        let rule = |kind: &String| CUSTOM_RESOURCE_DEFINITIONS.access("get", None).named(&spec.crd(kind)).into();
        spec.kinds.iter().map(rule).collect()
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let found = seen.kinds.iter().filter_map(|kind| Some((kind, kind.definition.as_ref()?)));
        let of = |(kind, definition): (&Seen, &Definition)| Identity {
            generation: definition.generation,
            resource_version: definition.resource_version.clone(),
            ..Identity::of(format!("CustomResourceDefinition {}", kind.crd))
        };
        found.map(of).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
