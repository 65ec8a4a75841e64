//! The kind `settled`: what is judged stands still, and is what Flux was to apply.

mod flux;
mod judge;
mod observe;
mod pods;
mod rollout;
mod said;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;
use crate::units::Duration;

pub use flux::{Flux, Kustomization, Source, SourceKind, SourceSeen};
pub use pods::{Change, Pod};
pub use rollout::Rollout;
pub use said::Said;

/// The kind.
pub struct Settled;

/// What must stand still.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Namespaces whose workloads and pods must stand still.
    #[schemars(length(min = 1))]
    pub namespaces: Vec<String>,
    /// For how long nothing may have changed; 30 s by default.
    #[serde(default = "half_a_minute")]
    pub stable_for: Duration,
    /// Kinds of custom objects in these namespaces whose controllers must have acted on them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Custom>,
    /// What Flux must have applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flux: Option<Flux>,
}

/// A kind of custom objects whose status has an `observedGeneration`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Custom {
    /// Group and version: `operator.victoriametrics.com/v1beta1`.
    #[serde(rename = "apiVersion")]
    pub api_version: String,
    /// `VMSingle`.
    pub kind: String,
}

fn half_a_minute() -> Duration {
    Duration::seconds(30)
}

/// What there is, and when it last changed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Observation {
    /// Workloads and custom objects.
    pub objects: Vec<Object>,
    /// Pods of workloads; those of Jobs come and go.
    pub pods: Vec<Pod>,
    /// The source, where the suite names one and it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSeen>,
    /// The Kustomizations of that source.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kustomizations: Vec<Kustomization>,
    /// The other Kustomizations of its namespace, which those may wait for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beside: Vec<Kustomization>,
}

/// An object whose controller tells which generation of it it has acted on.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Object {
    /// `Deployment observability/vmagent-vmagent`.
    pub name: String,
    /// Generation of its spec.
    pub generation: i64,
    /// The one that its controller has acted on; absent where it says nothing.
    pub observed_generation: Option<i64>,
    /// Its resourceVersion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Of a workload: how far it has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Rollout>,
    /// Of an object of Flux: what it says of itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// Whether its controller says that it is still at it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub under_way: bool,
}

impl Kind for Settled {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "settled";
    const PAGE: &'static str = include_str!("settled/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn question(spec: &Spec) -> Spec {
        let flux = spec.flux.clone().map(|flux| Flux { revision: None, ..flux });
        Spec { stable_for: half_a_minute(), flux, ..spec.clone() }
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |name: String, generation: Option<i64>, version: &Option<String>| Identity {
            generation,
            resource_version: version.clone(),
            ..Identity::of(name)
        };
        let flux = |name: String, said: &Said| of(name, Some(said.generation), &said.resource_version);
        let source = spec.flux.as_ref().zip(seen.source.as_ref());
        let source = source.map(|(wanted, source)| flux(wanted.source.path(), &source.said));
        let applied = seen.kustomizations.iter().map(|one| flux(format!("Kustomization {}", one.name), &one.said));
        let objects = seen.objects.iter();
        let objects = objects.map(|one| of(one.name.clone(), Some(one.generation), &one.resource_version));
        let pods = seen.pods.iter().map(|pod| of(format!("Pod {}", pod.name), None, &pod.resource_version));
        source.into_iter().chain(applied).chain(objects).chain(pods).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
