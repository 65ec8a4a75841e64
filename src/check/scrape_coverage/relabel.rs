//! Relabelling, as far as it decides whether and where a target is scraped.
//!
//! Semantics as in VictoriaMetrics v1.131.0, lib/promrelabel. Rules that only change other labels are harmless to the
//! question, but must be applied, since a later rule may look at their result.

use std::collections::BTreeMap;

use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize};

use crate::check::labels::Labels;

/// One rule of `relabelConfigs`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// What it does; `replace` when absent.
    pub action: String,
    /// Labels whose values are joined.
    #[serde(alias = "source_labels")]
    pub source_labels: Vec<String>,
    /// What joins them; `;` when absent.
    pub separator: Option<String>,
    /// The label that is written.
    #[serde(alias = "target_label")]
    pub target_label: String,
    /// What the joined value must match as a whole; `(.*)` when absent. A list means any of them.
    #[serde(deserialize_with = "regex_text")]
    pub regex: Option<String>,
    /// What is written; `$1` when absent.
    pub replacement: Option<String>,
    /// A condition on series, which only VictoriaMetrics knows.
    #[serde(rename = "if")]
    pub condition: serde_json::Value,
}

/// What relabelling did to a target.
#[derive(Clone, Debug, PartialEq)]
pub enum Relabelled {
    /// It is kept, with these labels.
    Kept(Labels),
    /// It is dropped by the rule with this number, from 0.
    Dropped(usize),
    /// The rule with this number uses something that is not evaluated here, so the target may or may not be scraped.
    Unknown(usize),
}

/// Actions that vmagent knows; any other one makes it skip the whole job with nothing but a log line.
pub const ACTIONS: [&str; 20] = [
    "replace",
    "replace_all",
    "keep",
    "drop",
    "keep_if_equal",
    "drop_if_equal",
    "keep_if_contains",
    "drop_if_contains",
    "keepequal",
    "dropequal",
    "hashmod",
    "labelmap",
    "labelmap_all",
    "labeldrop",
    "labelkeep",
    "lowercase",
    "uppercase",
    "graphite",
    "keep_metrics",
    "drop_metrics",
];

fn regex_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Array(list) => {
            let parts: Vec<&str> = list.iter().filter_map(serde_json::Value::as_str).collect();
            Some(parts.join("|"))
        }
        serde_json::Value::Number(number) => Some(number.to_string()),
        serde_json::Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    })
}

impl Rule {
    fn action(&self) -> String {
        if self.action.is_empty() { "replace".to_owned() } else { self.action.to_lowercase() }
    }

    /// Whether vmagent knows the action.
    pub fn is_known(&self) -> bool {
        ACTIONS.contains(&self.action().as_str())
    }

    fn joined(&self, labels: &Labels) -> String {
        let values: Vec<&str> =
            self.source_labels.iter().map(|name| labels.get(name).map_or("", String::as_str)).collect();
        values.join(self.separator.as_deref().unwrap_or(";"))
    }

    fn pattern(&self) -> Option<Regex> {
        Regex::new(&format!("^(?s:{})$", self.regex.as_deref().unwrap_or("(.*)"))).ok()
    }
}

/// Applies rules to the labels of a discovered target.
pub fn apply(rules: &[Rule], mut labels: Labels) -> Relabelled {
    for (number, rule) in rules.iter().enumerate() {
        if !rule.condition.is_null() {
            return Relabelled::Unknown(number);
        }
        match step(rule, &mut labels) {
            Step::Keep => {}
            Step::Drop => return Relabelled::Dropped(number),
            Step::Unknown => return Relabelled::Unknown(number),
        }
    }
    Relabelled::Kept(labels)
}

enum Step {
    Keep,
    Drop,
    Unknown,
}

fn step(rule: &Rule, labels: &mut Labels) -> Step {
    let Some(pattern) = rule.pattern() else { return Step::Unknown };
    let joined = rule.joined(labels);
    let same = || {
        let mut values = rule.source_labels.iter().map(|name| labels.get(name).map_or("", String::as_str));
        values.next().is_none_or(|first| values.all(|value| value == first))
    };
    let keep = match rule.action().as_str() {
        "keep" => pattern.is_match(&joined),
        "drop" => !pattern.is_match(&joined),
        "keep_if_equal" => same(),
        "drop_if_equal" => !same(),
        "keepequal" => labels.get(&rule.target_label).map_or("", String::as_str) == joined,
        "dropequal" => labels.get(&rule.target_label).map_or("", String::as_str) != joined,
        "replace" => {
            replace(rule, &pattern, &joined, labels);
            true
        }
        "lowercase" | "uppercase" => {
            let value = if rule.action() == "lowercase" { joined.to_lowercase() } else { joined.to_uppercase() };
            labels.insert(rule.target_label.clone(), value);
            true
        }
        "labelmap" => {
            let to = rule.replacement.as_deref().unwrap_or("$1");
            let new: BTreeMap<String, String> = labels
                .iter()
                .filter_map(|(name, value)| pattern.captures(name).map(|found| (expand(&found, to), value.clone())))
                .collect();
            labels.extend(new);
            true
        }
        "labeldrop" => {
            labels.retain(|name, _| !pattern.is_match(name));
            true
        }
        "labelkeep" => {
            labels.retain(|name, _| pattern.is_match(name));
            true
        }
        _ => return Step::Unknown,
    };
    if keep { Step::Keep } else { Step::Drop }
}

fn replace(rule: &Rule, pattern: &Regex, joined: &str, labels: &mut Labels) {
    let Some(found) = pattern.captures(joined) else { return };
    let value = expand(&found, rule.replacement.as_deref().unwrap_or("$1"));
    if value.is_empty() {
        labels.remove(&rule.target_label);
    } else {
        labels.insert(rule.target_label.clone(), value);
    }
}

fn expand(found: &regex::Captures<'_>, template: &str) -> String {
    let mut text = String::new();
    found.expand(template, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn run(rules: Value) -> Relabelled {
        let rules: Vec<Rule> = serde_json::from_value(rules).unwrap();
        let labels = [("__address__", "10.0.0.1:8080"), ("app", "web"), ("port", "metrics")];
        apply(&rules, labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into())
    }

    fn address(relabelled: Relabelled) -> String {
        let Relabelled::Kept(labels) = relabelled else { panic!("{relabelled:?}") };
        labels["__address__"].clone()
    }

    #[test]
    fn keep_and_drop_match_the_whole_value() {
        assert_eq!(run(json!([{"action": "keep", "sourceLabels": ["app"], "regex": "we"}])), Relabelled::Dropped(0));
        assert!(matches!(
            run(json!([{"action": "drop", "source_labels": ["app"], "regex": "we"}])),
            Relabelled::Kept(_)
        ));
        assert_eq!(
            run(json!([{}, {"action": "drop", "sourceLabels": ["app"], "regex": "we.*"}])),
            Relabelled::Dropped(1)
        );
    }

    #[test]
    fn several_source_labels_are_joined_by_the_separator() {
        let rule = json!([{"action": "keep", "sourceLabels": ["app", "port"], "regex": "web;metrics"}]);
        assert!(matches!(run(rule), Relabelled::Kept(_)));
    }

    #[test]
    fn an_absent_label_is_an_empty_value() {
        assert_eq!(run(json!([{"action": "keep", "sourceLabels": ["none"], "regex": ".+"}])), Relabelled::Dropped(0));
    }

    #[test]
    fn replace_can_move_the_address() {
        let rule = json!([{"sourceLabels": ["__address__"], "regex": "([^:]+):.*", "replacement": "${1}:9090", "targetLabel": "__address__"}]);
        assert_eq!(address(run(rule)), "10.0.0.1:9090");
    }

    #[test]
    fn a_replacement_that_does_not_match_changes_nothing() {
        let rule = json!([{"sourceLabels": ["app"], "regex": "x", "replacement": "y", "targetLabel": "__address__"}]);
        assert_eq!(address(run(rule)), "10.0.0.1:8080");
    }

    #[test]
    fn a_later_rule_sees_what_an_earlier_one_wrote() {
        let rules = json!([{"targetLabel": "tier", "replacement": "a"}, {"action": "drop", "sourceLabels": ["tier"], "regex": "a"}]);
        assert_eq!(run(rules), Relabelled::Dropped(1));
    }

    #[test]
    fn what_is_not_evaluated_is_said_so() {
        assert_eq!(run(json!([{"action": "hashmod", "sourceLabels": ["app"]}])), Relabelled::Unknown(0));
        assert_eq!(run(json!([{"action": "drop", "if": "up{}"}])), Relabelled::Unknown(0));
    }

    #[test]
    fn an_action_that_vmagent_does_not_know_is_told() {
        let rules: Vec<Rule> = serde_json::from_value(json!([{"action": "kepp"}, {"action": "Keep"}, {}])).unwrap();
        assert_eq!(rules.iter().map(Rule::is_known).collect::<Vec<_>>(), [false, true, true]);
    }
}
