//! The kind `alertmanager_config`: the configuration that Alertmanager runs with leads alerts to receivers that tell somebody.

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
use crate::check::route::Config;
use crate::connect::{Application, Component, Endpoint};

/// The kind.
pub struct AlertmanagerConfig;

/// Where alerts must lead, in the configuration that runs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where Alertmanager listens.
    pub endpoint: Endpoint,
    /// Alerts, and the receivers that they must lead to.
    #[schemars(length(min = 1))]
    pub routes: Vec<Wanted>,
    /// Receivers that tell nobody on purpose: `["null"]`. Every other receiver that a route names needs an integration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
}

/// Where an alert must lead.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The labels that are known of it: `{severity: critical}`. A matcher on any other label may hold or not, and what
    /// it then leads to counts too. A label with the empty value is known to be absent.
    #[schemars(length(min = 1))]
    pub labels: BTreeMap<String, String>,
    /// Exactly the receivers that it may reach: `[critical]`.
    #[schemars(length(min = 1))]
    pub receivers: Vec<String>,
    /// Time intervals, by their names in the configuration, that may keep its routes from telling anybody at times: none by
    /// default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub time_intervals: Vec<String>,
}

/// The configuration of every Alertmanager behind the Service.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// What answers.
    pub component: Component,
    /// One entry per pod.
    pub instances: Vec<Instance>,
}

/// One Alertmanager.
#[derive(Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `Pod observability/vmalertmanager-vmalertmanager-0`.
    pub pod: String,
    /// Whether the newest configuration was taken; `None` when it does not say.
    pub last_reload_successful: Option<bool>,
    /// What runs.
    pub config: Config,
}

impl Kind for AlertmanagerConfig {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "alertmanager_config";
    const PAGE: &'static str = include_str!("alertmanager_config/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        vec![Use::reading(&spec.endpoint, Some(Application::Alertmanager))]
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let component = Some(seen.component.to_string());
        let of = |instance: &Instance| Identity { component: component.clone(), ..Identity::of(&instance.pod) };
        seen.instances.iter().map(of).collect()
    }

    fn question(spec: &Spec) -> Spec {
        Spec { routes: Vec::new(), silent: Vec::new(), ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
