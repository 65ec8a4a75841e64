//! Whether an object of the VictoriaMetrics operator selects another one: a VMAgent a scrape CR, a VMAlert a VMRule
//! (operator v0.66.1, internal/controller/operator/factory/k8stools/selectors.go).

use serde::Deserialize;
use serde_json::Value;

use super::labels::{LabelSelector, Labels};

/// The selectors of an object for one kind of children.
#[derive(Clone, Copy, Debug)]
pub struct Selectors<'a> {
    /// Its spec.
    pub spec: &'a Value,
    /// How the fields begin: `rule` in `ruleSelector` and `ruleNamespaceSelector`.
    pub prefix: &'a str,
    /// Its own namespace.
    pub home: &'a str,
}

impl Selectors<'_> {
    /// Why a child with these labels, in a namespace with those, is not selected; `None` when it is.
    ///
    /// Both selectors absent: everything or nothing, as `selectAllByDefault` says. Only an object selector, even an
    /// empty one: the own namespace. A namespace selector: namespaces whose labels match.
    pub fn refusal(&self, namespace: &str, of_namespace: Option<&Labels>, labels: &Labels) -> Option<String> {
        let (by_object, by_namespace) =
            (format!("{}Selector", self.prefix), format!("{}NamespaceSelector", self.prefix));
        let object = self.selector(&by_object);
        let namespaces = if self.says("ignoreNamespaceSelectors") { None } else { self.selector(&by_namespace) };
        match (&namespaces, &object) {
            (None, None) if self.says("selectAllByDefault") => None,
            (None, None) => {
                Some(format!("{by_object} and {by_namespace} are absent and selectAllByDefault is not true"))
            }
            (None, Some(_)) if namespace != self.home => {
                let why = format!("{by_object} without {by_namespace} selects only in its own namespace {}", self.home);
                Some(why)
            }
            (Some(wanted), _) if !of_namespace.is_some_and(|labels| wanted.matches(labels)) => {
                Some(format!("{by_namespace} does not match the labels of namespace {namespace}"))
            }
            (_, Some(object)) if !object.matches(labels) => Some(format!("{by_object} does not match its labels")),
            _ => None,
        }
    }

    fn selector(&self, field: &str) -> Option<LabelSelector> {
        let value = self.spec.get(field).filter(|value| !value.is_null())?;
        LabelSelector::deserialize(value).ok()
    }

    fn says(&self, field: &str) -> bool {
        self.spec.get(field).and_then(Value::as_bool).unwrap_or(false)
    }
}
