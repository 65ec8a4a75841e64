//! What the expression of a required alert reads: a metric, and matchers where they make its meaning.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expression::{self, Need, Selector};

/// A selector that a rule's own selector must be at least: `kube_node_status_condition{condition="Ready"}`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Reads {
    written: String,
    selector: Selector,
}

impl Reads {
    /// Whether an expression reads it, other than to see that it is absent or to take it away.
    pub(super) fn is_read_by(&self, expression: &str) -> bool {
        let selectors = expression::selectors(expression).unwrap_or_default();
        selectors.iter().any(|(selector, need)| *need != Need::Nothing && self.is_part_of(selector))
    }

    fn is_part_of(&self, selector: &Selector) -> bool {
        let has = |(label, operator, value): &(String, String, String)| {
            let same = |other: &(String, String, String)| {
                (&other.0, &other.1) == (label, operator) && unquoted(&other.2) == unquoted(value)
            };
            selector.matchers.iter().any(same)
        };
        selector.metric == self.selector.metric && self.selector.matchers.iter().all(has)
    }
}

fn unquoted(value: &str) -> &str {
    value.get(1..value.len().saturating_sub(1)).unwrap_or(value)
}

impl TryFrom<String> for Reads {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let found = expression::selectors(&written).unwrap_or_default();
        match <[_; 1]>::try_from(found) {
            Ok([(selector, Need::Series)]) if selector.metric.is_some() && selector.text == written.trim() => {
                Ok(Self { written, selector })
            }
            _ => Err(format!(
                "`{written}` is no selector with a metric: expected one such as up, or one with the matchers that an alert must \
                 have, such as kube_node_status_condition{{condition=\"Ready\"}}"
            )),
        }
    }
}

impl From<Reads> for String {
    fn from(reads: Reads) -> Self {
        reads.written
    }
}

impl fmt::Display for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(text: &str) -> Reads {
        Reads::try_from(text.to_owned()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn the_metric_and_every_matcher_must_be_there() {
        let ready = reads("kube_node_status_condition{condition=\"Ready\"}");
        for expression in [
            "kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0",
            "sum by (node) (kube_node_status_condition{status!=\"true\", condition='Ready'}) > 0",
            "up == 0 or kube_node_status_condition{condition=\"Ready\"} == 0",
        ] {
            assert!(ready.is_read_by(expression), "{expression}");
        }
        for expression in [
            "kube_node_status_condition{condition=\"DiskPressure\",status=\"true\"} == 1",
            "kube_node_status_condition{condition!=\"Ready\"} == 1",
            "kube_node_status_condition{condition=~\"Ready\"} == 1",
            "kube_node_status_condition == 0",
            "up{condition=\"Ready\"}",
        ] {
            assert!(!ready.is_read_by(expression), "{expression}");
        }
        assert!(reads("up").is_read_by("up{job=\"x\"} == 0"));
    }

    #[test]
    fn what_is_only_absent_or_taken_away_is_not_read() {
        for expression in
            ["absent(up{job=\"x\"})", "a unless up", "a unless on(x) (up == 0)", "absent_over_time(up[5m])"]
        {
            assert!(!reads("up").is_read_by(expression), "{expression}");
        }
        assert!(reads("up").is_read_by("up == 0 unless a"));
    }

    #[test]
    fn it_is_one_selector_with_a_metric() {
        for text in ["", "up == 0", "absent(up)", "{job=\"x\"}", "a or b", "up{job=x}", "rate(up[5m])", "up[5m]"] {
            let error = Reads::try_from(text.to_owned()).unwrap_err();
            assert!(error.contains("is no selector with a metric: expected"), "{text}: {error}");
        }
        assert_eq!(reads("a{b=~\"c|d\"}").to_string(), "a{b=~\"c|d\"}");
    }
}
