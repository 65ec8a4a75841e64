//! The kind `rules`: the rules that are declared run in vmalert, read series that exist, and lead to somebody.

mod declared;
mod expression;
mod judge;
mod loaded;
mod observe;
mod reads;
mod series;
mod spec;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::route::Config;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

use declared::Declared;
use loaded::Instance;
use series::Selected;
pub use spec::Spec;

/// The kind.
pub struct Rules;

/// What is declared, what runs, and what the expressions find.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Observation {
    /// Whether the VMAlert exists; without it nothing else is looked at.
    pub vmalert_exists: bool,
    /// The VMAlert, and what answers for it with its version, where they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evaluators: Vec<Identity>,
    /// Every VMRule of the cluster but those of acceptance runs.
    pub declared: Vec<Declared>,
    /// Every vmalert pod of the VMAlert.
    pub instances: Vec<Instance>,
    /// Every selector of the expressions, and how many series it finds.
    pub selectors: Vec<Selected>,
    /// Routes and receivers of every Alertmanager, where the suite names one.
    pub routes: Vec<Routes>,
    /// Why no routes could be read, where the suite names an Alertmanager: what the rules themselves are is told all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unrouted: Option<Trouble>,
}

/// Where one Alertmanager leads alerts.
#[derive(Debug, Serialize, Deserialize)]
pub struct Routes {
    /// `Pod observability/vmalertmanager-vmalertmanager-0`.
    pub pod: String,
    /// What it runs with.
    pub config: Config,
}

impl Kind for Rules {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "rules";
    const PAGE: &'static str = include_str!("rules/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn question(spec: &Spec) -> Spec {
        Spec { required: Vec::new(), without_series: Vec::new(), silent: Vec::new(), ..spec.clone() }
    }

    /// What evaluates, and the rules that are its to evaluate.
    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |vmrule: &Declared| Identity {
            generation: vmrule.generation,
            resource_version: vmrule.resource_version.clone(),
            ..Identity::of(vmrule.title())
        };
        let rules = seen.declared.iter().filter(|vmrule| vmrule.unselected.is_none()).map(of);
        seen.evaluators.iter().cloned().chain(rules).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
