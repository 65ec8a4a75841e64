//! Label selectors of Kubernetes, as the custom resources of the VictoriaMetrics operator write them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Labels or annotations of an object.
pub type Labels = BTreeMap<String, String>;

/// `metav1.LabelSelector`. An empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    /// Labels that must be there with these values.
    pub match_labels: Labels,
    /// Further demands, all of which must hold.
    pub match_expressions: Vec<Requirement>,
}

/// One demand on one label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Requirement {
    /// The label's key.
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; the API server admits no other.
    pub operator: String,
    /// Values for `In` and `NotIn`.
    #[serde(default)]
    pub values: Vec<String>,
}

impl LabelSelector {
    /// Whether an object with these labels is selected.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|requirement| requirement.holds(labels))
    }
}

impl Requirement {
    fn holds(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" => value.is_some_and(|value| self.values.contains(value)),
            "NotIn" => value.is_none_or(|value| !self.values.contains(value)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(selector: serde_json::Value, labels: serde_json::Value) -> bool {
        let selector: LabelSelector = serde_json::from_value(selector).unwrap();
        selector.matches(&serde_json::from_value(labels).unwrap())
    }

    #[test]
    fn an_empty_selector_selects_everything() {
        assert!(matches(json!({}), json!({})));
        assert!(matches(json!({"matchLabels": {}}), json!({"a": "b"})));
    }

    #[test]
    fn labels_and_expressions_must_all_hold() {
        let selector = json!({"matchLabels": {"app": "x"}, "matchExpressions": [
            {"key": "tier", "operator": "In", "values": ["a", "b"]}, {"key": "old", "operator": "DoesNotExist"}]});
        assert!(matches(selector.clone(), json!({"app": "x", "tier": "b"})));
        assert!(!matches(selector.clone(), json!({"app": "x", "tier": "c"})));
        assert!(!matches(selector.clone(), json!({"app": "x", "tier": "a", "old": ""})));
        assert!(!matches(selector, json!({"tier": "a"})));
    }

    #[test]
    fn not_in_also_holds_without_the_label() {
        let selector = json!({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["b"]}]});
        assert!(matches(selector.clone(), json!({})));
        assert!(!matches(selector, json!({"a": "b"})));
    }
}
