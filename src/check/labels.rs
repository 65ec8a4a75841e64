//! Label selectors of Kubernetes: as the custom resources of the VictoriaMetrics operator write them, and as a text.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::LazyLock;

use regex::Regex;
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
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`; of a text also `Gt` and `Lt`. The API server admits no other.
    pub operator: String,
    /// Values for `In` and `NotIn`, the number for `Gt` and `Lt`.
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
            "Gt" => self.number(value).is_some_and(|(found, wanted)| found > wanted),
            "Lt" => self.number(value).is_some_and(|(found, wanted)| found < wanted),
            _ => false,
        }
    }

    /// The label's number, and the one that it is compared with.
    fn number(&self, value: Option<&String>) -> Option<(i64, i64)> {
        Some((value?.parse().ok()?, self.values.first()?.parse().ok()?))
    }
}

/// One demand of a text: a key alone, with a value, or with a set of values.
static DEMAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?P<not>!\s*)?(?P<alone>[^\s!=<>(),]+)|(?P<key>[^\s!=<>(),]+)\s*(?:(?P<sign>==|=|!=|>|<)\s*(?P<value>[^\s!=<>(),]*)|\s(?P<set>in|notin)\s*\((?P<values>[^()]*)\)))\s*$",
    )
    .expect("the pattern is fixed and tested")
});

/// `app=x,tier in (a, b),!old`, as `kubectl -l` takes it (k8s.io/apimachinery, labels.Parse). Nothing selects everything.
impl FromStr for LabelSelector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut depth = 0;
        let outside = |c: char| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            c == ',' && depth == 0
        };
        let demands = text.split(outside).filter(|_| !text.trim().is_empty());
        let match_expressions = demands.map(requirement).collect::<Result<_, _>>()?;
        Ok(Self { match_labels: Labels::new(), match_expressions })
    }
}

fn requirement(text: &str) -> Result<Requirement, String> {
    let found = DEMAND.captures(text).ok_or_else(|| {
        format!("`{}` is no demand on a label: expected one such as a=b, a!=b, a in (b, c), a, !a", text.trim())
    })?;
    let part = |name: &str| found.name(name).map(|part| part.as_str().trim().to_owned());
    let (operator, values) = match (part("sign").as_deref(), part("set").as_deref()) {
        (Some("=" | "=="), _) => ("In", part("value")),
        (Some("!="), _) => ("NotIn", part("value")),
        (Some(">"), _) => ("Gt", part("value")),
        (Some(_), _) => ("Lt", part("value")),
        (None, Some(set)) => (if set == "in" { "In" } else { "NotIn" }, part("values")),
        (None, None) => (if part("not").is_some() { "DoesNotExist" } else { "Exists" }, None),
    };
    let values = values.iter().flat_map(|values| values.split(',')).map(|value| value.trim().to_owned()).collect();
    let key = part("alone").or_else(|| part("key")).unwrap_or_default();
    Ok(Requirement { key, operator: operator.to_owned(), values })
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

    #[test]
    fn a_text_says_the_same_as_expressions() {
        let selects = |text: &str, labels: serde_json::Value| {
            text.parse::<LabelSelector>().unwrap().matches(&serde_json::from_value(labels).unwrap())
        };
        assert!(selects("", json!({})) && selects(" ", json!({"a": "b"})));
        let all = "app=x, tier in (a, b),example.com/old notin (true),!gone,there,other!=y,size>3,size<9,same==z";
        let labels = json!({"app": "x", "tier": "b", "there": "", "size": "5", "same": "z"});
        assert!(selects(all, labels.clone()));
        let others = [
            ("app", "y"),
            ("tier", "c"),
            ("example.com/old", "true"),
            ("gone", ""),
            ("other", "y"),
            ("size", "3"),
            ("size", "9"),
        ];
        for (key, value) in others {
            let mut labels = labels.clone();
            labels[key] = json!(value);
            assert!(!selects(all, labels), "{key}={value}");
        }
        assert!(!selects("there", json!({})) && !selects("size>3", json!({"size": "many"})));
        for broken in ["a in b", "a=b c", "=b", "a in (b", "!a=b", ","] {
            assert!(broken.parse::<LabelSelector>().is_err(), "{broken}");
        }
    }
}
