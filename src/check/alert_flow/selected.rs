//! Whether a VMAlert selects our rule, which lies in its own namespace
//! (operator v0.66.1, internal/controller/operator/factory/k8stools/selectors.go).

use serde_json::{Map, Value};

/// Why the VMAlert will never select a rule with these labels; `None` when it may.
///
/// Only what is certain is told: expressions and namespaces are left to the operator itself.
pub fn refusal(vmalert: &Value, labels: &Value) -> Option<String> {
    let spec = &vmalert["spec"];
    let given = |field: &str| Some(&spec[field]).filter(|value| !value.is_null());
    let Some(selector) = given("ruleSelector") else {
        let nothing = given("ruleNamespaceSelector").is_none() && spec["selectAllByDefault"] != Value::Bool(true);
        return nothing.then(|| "it has no ruleSelector and no selectAllByDefault, so it selects no rule".to_owned());
    };
    let wanted = selector["matchLabels"].as_object().into_iter().flat_map(Map::iter);
    let lacking: Vec<String> = wanted
        .filter(|(name, value)| labels[name.as_str()] != **value)
        .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or("?")))
        .collect();
    (!lacking.is_empty()).then(|| format!("its ruleSelector wants {}, which the rule lacks", lacking.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::refusal;

    fn of(spec: Value) -> Option<String> {
        refusal(&json!({"spec": spec}), &json!({"team": "platform", "signoff.dev/run": "r"}))
    }

    use serde_json::Value;

    #[test]
    fn labels_that_are_wanted_and_there_select() {
        assert_eq!(of(json!({"ruleSelector": {"matchLabels": {"team": "platform"}}})), None);
        assert_eq!(of(json!({"ruleSelector": {}})), None);
        assert_eq!(of(json!({"selectAllByDefault": true})), None);
    }

    #[test]
    fn a_label_that_is_wanted_and_lacking_is_named() {
        let selector = json!({"matchLabels": {"team": "other", "signoff.dev/run": "r"}});
        let why = of(json!({"ruleSelector": selector, "selectAllByDefault": true})).unwrap();
        assert_eq!(why, "its ruleSelector wants team=other, which the rule lacks");
    }

    #[test]
    fn no_selector_at_all_selects_nothing() {
        assert!(of(json!({})).unwrap().starts_with("it has no ruleSelector"));
        assert_eq!(of(json!({"ruleNamespaceSelector": {}})), None);
    }

    #[test]
    fn expressions_are_left_to_the_operator() {
        let expressions = json!([{"key": "team", "operator": "NotIn", "values": ["platform"]}]);
        assert_eq!(of(json!({"ruleSelector": {"matchExpressions": expressions}})), None);
    }
}
