//! What a suite says of the flow of alerts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::deliver::Deliver;
use super::hop::Hop;
use crate::connect::{Endpoint, Port};
use crate::units::Duration;

/// A synthetic alert goes all the way from a VMRule to Alertmanager and back, silenced, and leaves nothing behind.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Namespace of the VMAlert and the VMAlertmanager; the rule is made there.
    pub namespace: String,
    /// Name of the VMAlert that must load the rule.
    pub vmalert: String,
    /// Name of the VMAlertmanager that must receive the alert.
    pub alertmanager: String,
    /// A query that always has data while the stack works, such as `up{job="vmsingle-vmsingle"} == 1`: it proves that
    /// vmalert reads the stored data, which a constant does not.
    pub data: String,
    /// Severity of the alert, which decides its route.
    pub severity: String,
    /// Labels that the VMAlert's rule selector demands.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub rule_labels: std::collections::BTreeMap<String, String>,
    /// The receiver that the route must lead to. Without it any receiver will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
    /// Whether the receiver must have an integration: without one nobody is told.
    #[serde(default)]
    pub integration: Integration,
    /// How long the alert fires: the rule expires by itself then, whatever becomes of this program.
    #[serde(default = "thirty_seconds")]
    pub fires_for: Duration,
    /// Longest time from the rule's creation to the alert in Alertmanager.
    #[serde(default = "two_minutes")]
    pub arrives_within: Duration,
    /// Prove that an alert is delivered, too, to a receiver of the suite's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliver: Option<Deliver>,
}

/// An alert that must be delivered fires this much longer than that may take.
const DELIVERY_MARGIN: std::time::Duration = std::time::Duration::from_secs(10);
/// Time between two moves of a deadline that must not come too early: each one is a change for the operator to render.
const MOVE: std::time::Duration = std::time::Duration::from_secs(20);

/// Whether a receiver must have an integration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Integration {
    /// It must have at least one.
    #[default]
    Required,
    /// It may be a placeholder.
    Optional,
}

fn thirty_seconds() -> Duration {
    Duration::seconds(30)
}

fn two_minutes() -> Duration {
    Duration::seconds(120)
}

impl Spec {
    /// Where vmalert answers (operator v0.66.1: Service `vmalert-<name>`, port `http`).
    pub fn vmalert_endpoint(&self) -> Endpoint {
        self.endpoint(format!("vmalert-{}", self.vmalert))
    }

    /// Where Alertmanager answers (operator v0.66.1: headless Service `vmalertmanager-<name>`, port `http`).
    pub fn alertmanager_endpoint(&self) -> Endpoint {
        self.endpoint(format!("vmalertmanager-{}", self.alertmanager))
    }

    /// How long the rule fires when it is loaded at once.
    pub fn fires(&self) -> std::time::Duration {
        match &self.deliver {
            Some(_) => self.fires_for.0.max(self.fires_at_least() + MOVE),
            None => self.fires_for.0,
        }
    }

    /// How long the rule must still fire when it is loaded; below this its deadline is moved.
    pub fn fires_at_least(&self) -> std::time::Duration {
        let delivery = self.deliver.as_ref().map(|deliver| deliver.within.0 + DELIVERY_MARGIN);
        delivery.unwrap_or_default().max(self.fires_for.0 / 2)
    }

    /// Longest time in seconds between the station before and this one.
    pub fn budget_seconds(&self, hop: Hop) -> f64 {
        match (hop, &self.deliver) {
            (Hop::Delivered, Some(deliver)) => deliver.within.as_secs_f64(),
            _ => hop.budget_seconds(),
        }
    }

    fn endpoint(&self, service: String) -> Endpoint {
        Endpoint { namespace: self.namespace.clone(), service, port: Port("http".to_owned()) }
    }
}
