//! What a suite says of rules.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reads::Reads;
use crate::check::waiver::Waiver;
use crate::check::wildcard;
use crate::connect::{Endpoint, Port};
use crate::units::Duration;

/// The rules that are declared run, read series that exist, and lead to somebody.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Namespace of the VMAlert whose rules are judged.
    pub namespace: String,
    /// Its name.
    pub vmalert: String,
    /// Where the series are stored that the expressions read: the VMSingle.
    pub storage: Endpoint,
    /// How far back series may lie that a selector finds now and then. Its metric must have some now.
    #[serde(default = "week")]
    pub look_back: Duration,
    /// Alerts that must be among the rules, by what they mean.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Required>,
    /// Rules whose series may be missing for now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_series: Vec<WithoutSeries>,
    /// The Alertmanager that the alerts go to: each must lead to a receiver with an integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alertmanager: Option<Endpoint>,
    /// Receivers that tell nobody on purpose: `["null"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
}

/// An alert that must be there.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// What it tells, for people: `node down`.
    pub name: String,
    /// What its expression reads: a metric, or a selector whose matchers must be among those of the expression's:
    /// `kube_node_status_condition{condition="Ready"}`. What stands in `absent()` or behind `unless` is not read.
    pub reads: Reads,
    /// Its `severity` label, where it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
}

/// Rules whose series may be missing for now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithoutSeries {
    /// Their name, with `*` for any text: that of the alert, or of the recorded metric.
    pub rule: String,
    /// The only selectors of theirs that may find nothing, with `*` for any text: `kube_job_*`. Without it all may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selector: Option<String>,
    /// Why it may.
    pub waiver: Waiver,
}

fn week() -> Duration {
    Duration::seconds(7 * 24 * 3600)
}

impl WithoutSeries {
    /// Whether it speaks of this selector of this rule.
    pub fn covers(&self, rule: &str, selector: &str) -> bool {
        let takes = |pattern: &String| wildcard::matches(pattern, selector);
        wildcard::matches(&self.rule, rule) && self.selector.as_ref().is_none_or(takes)
    }
}

impl Spec {
    /// Where the VMAlert's pods listen (operator v0.66.1: Service `vmalert-<name>`, port `http`).
    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            namespace: self.namespace.clone(),
            service: format!("vmalert-{}", self.vmalert),
            port: Port("http".to_owned()),
        }
    }

    /// `VMAlert observability/vmalert`.
    pub fn title(&self) -> String {
        format!("VMAlert {}/{}", self.namespace, self.vmalert)
    }
}
