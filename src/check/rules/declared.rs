//! The rules that VMRules declare, and whether a VMAlert selects them (operator v0.66.1, api/operator/v1beta1/vmrule_types.go).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::labels::Labels;
use crate::check::selection::Selectors;

/// A VMRule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Declared {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Generation of its spec, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// Its resourceVersion, where it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// Why the VMAlert does not select it; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unselected: Option<String>,
    /// Whether another VMAlert does.
    pub selected_elsewhere: bool,
    /// Why the operator refuses it; absent when it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// A group of rules.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// `prometheus` where it is absent or empty; else its rules ask in another language.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Labels of all its rules.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Name of the alert; empty for a recording rule.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub alert: String,
    /// Name of the recorded metric; empty for an alert.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub record: String,
    /// The expression.
    pub expr: String,
    /// Its labels.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Object {
    metadata: Metadata,
    spec: Content,
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metadata {
    name: String,
    namespace: String,
    generation: Option<i64>,
    resource_version: Option<String>,
    labels: Labels,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    groups: Vec<Group>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    update_status: String,
    reason: String,
    observed_generation: Option<i64>,
}

impl Declared {
    /// Reads a VMRule, and applies the selectors of the VMAlert and of all others to it.
    ///
    /// # Errors
    /// The object is no VMRule.
    pub fn read(
        object: Value,
        vmalert: &Value,
        others: &[&Value],
        of_namespace: Option<&Labels>,
    ) -> Result<Self, serde_json::Error> {
        let Object { metadata, spec, status } = serde_json::from_value(object)?;
        let refusal = |vmalert: &Value| {
            let home = vmalert["metadata"]["namespace"].as_str().unwrap_or_default();
            let selectors = Selectors { spec: &vmalert["spec"], prefix: "rule", home };
            selectors.refusal(&metadata.namespace, of_namespace, &metadata.labels)
        };
        // What the operator said of an older generation is no word on this one.
        let is_current = status.observed_generation.is_none() || status.observed_generation == metadata.generation;
        Ok(Self {
            unselected: refusal(vmalert),
            selected_elsewhere: others.iter().any(|other| refusal(other).is_none()),
            refused: (status.update_status == "failed" && is_current).then_some(status.reason),
            generation: metadata.generation,
            resource_version: metadata.resource_version,
            namespace: metadata.namespace,
            name: metadata.name,
            groups: spec.groups,
        })
    }

    /// `VMRule observability/cluster-health`.
    pub fn title(&self) -> String {
        format!("VMRule {}/{}", self.namespace, self.name)
    }

    /// Name of the file that the operator makes of it.
    pub fn file(&self) -> String {
        format!("{}-{}.yaml", self.namespace, self.name)
    }

    /// Whether its rules are the VMAlert's to run.
    pub fn is_meant(&self) -> bool {
        self.unselected.is_none() && self.refused.is_none()
    }
}

impl Group {
    /// Whether its expressions are MetricsQL.
    pub fn reads_metrics(&self) -> bool {
        self.language.as_deref().is_none_or(|language| language.is_empty() || language == "prometheus")
    }
}

impl Rule {
    /// Name of the alert, or of the recorded metric.
    pub fn name(&self) -> &str {
        if self.alert.is_empty() { &self.record } else { &self.alert }
    }
}
