//! What a look at a synthetic alert on its way sees.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::delivery::DeliverySeen;
use super::hop::Hop;
use crate::check::identity::Identity;

/// Where the alert is, and when it passed each station.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The label value that marks everything of this flow.
    pub nonce: String,
    /// Seconds from the flow's start to each station that it passed.
    pub passed: BTreeMap<Hop, f64>,
    /// Seconds from the flow's start to this look.
    pub now_seconds: f64,
    /// Seconds from the flow's start to the moment at which the rule expires by itself.
    pub expires_seconds: Option<f64>,
    /// What was seen at the first station that is not passed, or what kept it from being seen.
    pub picture: String,
    /// Set when waiting at that station cannot help.
    pub stuck: bool,
    /// What was judged: the VMAlert, our rule as it was made, and the pods of vmalert and Alertmanager with their versions.
    #[serde(default)]
    pub judged: Vec<Identity>,
    /// The alerts as every Alertmanager had them.
    pub alerts: Vec<AlertSeen>,
    /// What is known of the delivery, once our sink listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<DeliverySeen>,
}

/// An alert in Alertmanager.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AlertSeen {
    /// The Alertmanager that was asked.
    pub pod: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// The receivers that its route leads to.
    pub receivers: Vec<String>,
    /// How many integrations each of these receivers has.
    pub integrations: BTreeMap<String, usize>,
    /// Silences of ours that suppress it: one, or several where Alertmanagers share what was made on each of them.
    pub our_silences: Vec<String>,
    /// Silences of others that suppress it: who made them, on what.
    pub other_silences: Vec<String>,
    /// Alerts that inhibit it, by their labels.
    pub inhibited_by: Vec<String>,
}

impl Observation {
    /// The first station that the alert has not passed.
    pub fn next(&self, with_delivery: bool) -> Option<Hop> {
        Hop::of_flow(with_delivery).find(|hop| !self.passed.contains_key(hop))
    }

    /// When the wait for `hop` began, in seconds from the flow's start.
    fn waiting_since(&self, hop: Hop) -> f64 {
        let before = Hop::ALL.into_iter().take_while(|other| *other < hop);
        let last = before.filter_map(|other| self.passed.get(&other)).copied().fold(0.0, f64::max);
        match (hop, self.expires_seconds) {
            (Hop::Resolved, Some(expires)) => last.max(expires),
            _ => last,
        }
    }

    /// By how many seconds the wait for `hop` is over its budget, which is given in seconds.
    pub fn overdue(&self, hop: Hop, budget: f64) -> Option<f64> {
        let over = self.now_seconds - self.waiting_since(hop) - budget;
        (over > 0.0).then_some(over)
    }
}
