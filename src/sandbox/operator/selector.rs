//! Which children a parent selects: namespace selector, label selector and `selectAllByDefault`.
//!
//! Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/k8stools/selectors.go.

use std::collections::BTreeMap;

use serde_json::Value;

use super::kinds::Child;
use super::object::{Object, flag, given, list, scalar, text, texts};

/// Labels of every namespace, by name.
pub type Namespaces = BTreeMap<String, BTreeMap<String, String>>;

/// What a parent selects of one kind of child.
#[derive(Debug, Clone, Copy)]
pub struct Selection<'a> {
    labels: Option<&'a Value>,
    namespaces: Option<&'a Value>,
    all_by_default: bool,
    parent_namespace: &'a str,
}

impl<'a> Selection<'a> {
    /// The selection that `parent`'s spec makes of `child` objects.
    pub fn of(parent: &'a Object, child: Child) -> Self {
        let field = child.selector();
        let namespace_field = field.replace("Selector", "NamespaceSelector");
        Selection {
            labels: given(&parent.spec, field),
            namespaces: given(&parent.spec, &namespace_field),
            all_by_default: flag(&parent.spec, "selectAllByDefault"),
            parent_namespace: &parent.namespace,
        }
    }

    /// Nothing can ever be selected: the parent is not managed through this kind.
    pub fn is_nothing(&self) -> bool {
        self.labels.is_none() && self.namespaces.is_none() && !self.all_by_default
    }

    /// Whether `object` is selected.
    pub fn matches(&self, object: &Object, namespaces: &Namespaces) -> bool {
        let in_namespace = match (self.namespaces, self.labels) {
            (None, None) => return self.all_by_default,
            (None, Some(_)) => object.namespace == self.parent_namespace,
            (Some(selector), _) if is_empty(selector) => true,
            (Some(selector), _) => namespaces.get(&object.namespace).is_some_and(|labels| selects(selector, labels)),
        };
        in_namespace && self.labels.is_none_or(|s| selects(s, &object.labels))
    }
}

fn is_empty(selector: &Value) -> bool {
    texts(selector, "matchLabels").is_empty() && list(selector, "matchExpressions").is_empty()
}

/// Whether a Kubernetes label selector (`matchLabels`, `matchExpressions`) matches `labels`.
pub fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let equal = texts(selector, "matchLabels").iter().all(|(key, value)| labels.get(key) == Some(value));
    equal && list(selector, "matchExpressions").iter().all(|expression| holds(expression, labels))
}

fn holds(expression: &Value, labels: &BTreeMap<String, String>) -> bool {
    let label = labels.get(text(expression, "key"));
    let is_one_of = || {
        let values = list(expression, "values");
        label.is_some_and(|label| values.iter().any(|value| scalar(value) == *label))
    };
    match text(expression, "operator") {
        "In" => is_one_of(),
        "NotIn" => !is_one_of(),
        "Exists" => label.is_some(),
        "DoesNotExist" => label.is_none(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::operator::kinds::Scrape;
    use serde_json::json;

    /// Which of three scrape objects a VMAgent in `mon` with this spec selects: one in `mon`, two elsewhere.
    fn selected(spec: Value) -> Vec<&'static str> {
        let parent = Object { namespace: "mon".into(), spec, ..Object::default() };
        let selection = Selection::of(&parent, Child::Scrape(Scrape::Service));
        let namespaces: Namespaces = [("mon", "no"), ("apps", "yes"), ("db", "no")]
            .map(|(name, scrape)| (name.into(), [("scrape".to_string(), scrape.to_string())].into()))
            .into();
        [("mon", "a"), ("apps", "a"), ("db", "b")]
            .into_iter()
            .filter(|(namespace, team)| {
                let object = Object {
                    namespace: namespace.to_string(),
                    labels: [("team".to_string(), team.to_string())].into(),
                    ..Object::default()
                };
                selection.matches(&object, &namespaces)
            })
            .map(|(namespace, _)| namespace)
            .collect()
    }

    #[test]
    fn no_selectors_and_no_select_all_select_nothing() {
        assert!(selected(json!({})).is_empty());
        assert!(selected(json!({"selectAllByDefault": false})).is_empty());
    }

    #[test]
    fn no_selectors_with_select_all_select_the_whole_cluster() {
        assert_eq!(selected(json!({"selectAllByDefault": true})), ["mon", "apps", "db"]);
    }

    #[test]
    fn an_empty_object_selector_selects_only_the_parents_namespace() {
        assert_eq!(selected(json!({"serviceScrapeSelector": {"matchLabels": {}}})), ["mon"]);
        assert_eq!(selected(json!({"serviceScrapeSelector": {}, "selectAllByDefault": true})), ["mon"]);
    }

    #[test]
    fn an_empty_namespace_selector_selects_all_namespaces() {
        assert_eq!(selected(json!({"serviceScrapeNamespaceSelector": {}})), ["mon", "apps", "db"]);
        let both =
            json!({"serviceScrapeNamespaceSelector": {}, "serviceScrapeSelector": {"matchLabels": {"team": "a"}}});
        assert_eq!(selected(both), ["mon", "apps"]);
    }

    #[test]
    fn a_namespace_selector_with_labels_selects_namespaces_that_match() {
        let labels = json!({"serviceScrapeNamespaceSelector": {"matchLabels": {"scrape": "yes"}}});
        assert_eq!(selected(labels), ["apps"]);
    }

    #[test]
    fn expressions_are_honoured() {
        let of = |operator: &str, values: Value| {
            let expression = json!({"key": "team", "operator": operator, "values": values});
            selected(
                json!({"serviceScrapeNamespaceSelector": {}, "serviceScrapeSelector": {"matchExpressions": [expression]}}),
            )
        };
        assert_eq!(of("In", json!(["b", "c"])), ["db"]);
        assert_eq!(of("NotIn", json!(["b"])), ["mon", "apps"]);
        assert_eq!(of("Exists", json!(null)), ["mon", "apps", "db"]);
        assert!(of("DoesNotExist", json!(null)).is_empty());
    }
}
