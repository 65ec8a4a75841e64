//! The kind `flag`: a VictoriaMetrics process really runs with the wanted flags and version.

mod judge;
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
use crate::connect::{Application, Component, Endpoint};
use crate::units::{Bytes, Duration};

/// The kind.
pub struct Flag;

/// What a component must run with.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Which program must answer; Alertmanager shows no flags.
    pub component: Application,
    /// Its version: `v1.131.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Flags by name, without the dash: `{retentionPeriod: {duration_at_least: 90d}}`.
    #[schemars(length(min = 1))]
    pub flags: BTreeMap<String, Wanted>,
}

/// What the value of a flag is held against.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Exactly this text.
    Equals(String),
    /// A length of time of this length, however it is written.
    Duration(Duration),
    /// A length of time that is not shorter.
    DurationAtLeast(Duration),
    /// An amount of bytes that is not smaller.
    BytesAtLeast(Bytes),
    /// An amount of bytes that is not larger.
    BytesAtMost(Bytes),
}

/// The flags of every pod behind the Service.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// One entry per pod.
    pub instances: Vec<Instance>,
}

/// One process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `Pod observability/vmsingle-vmsingle-0`.
    pub pod: String,
    /// What answers there.
    pub component: Component,
    /// How many flags it shows.
    pub shown: usize,
    /// Those that the suite names and the process knows. Values of secret flags are shown by the process as `secret`.
    pub flags: BTreeMap<String, String>,
}

impl Kind for Flag {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "flag";
    const PAGE: &'static str = include_str!("flag/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        vec![Use::reading(&spec.endpoint, Some(spec.component))]
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |instance: &Instance| Identity {
            component: Some(instance.component.to_string()),
            ..Identity::of(&instance.pod)
        };
        seen.instances.iter().map(of).collect()
    }

    fn question(spec: &Spec) -> Spec {
        // Only the flags that are named are kept of what a process shows.
        let named = spec.flags.keys().map(|name| (name.clone(), Wanted::Equals(String::new())));
        Spec { version: None, flags: named.collect(), ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
