//! Whether a VMAgent selects a scrape CR (operator v0.66.1, internal/controller/operator/factory/k8stools/selectors.go).

use serde::Deserialize;

use super::labels::LabelSelector;
use super::picture::{Agent, Picture, Scrape};

/// What became of a scrape CR at the agent's selectors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// It is selected.
    Selected,
    /// It is not, for this reason.
    Unselected(String),
}

/// Prefix of the selector fields of a VMAgent for a kind of scrape CR: `serviceScrape` in `serviceScrapeSelector`.
fn prefix(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "VMServiceScrape" => "serviceScrape",
        "VMPodScrape" => "podScrape",
        "VMNodeScrape" => "nodeScrape",
        "VMStaticScrape" => "staticScrape",
        "VMProbe" => "probe",
        "VMScrapeConfig" => "scrapeConfig",
        _ => return None,
    })
}

impl Agent {
    /// `VMAgent observability/vmagent`.
    pub fn title(&self) -> String {
        format!("VMAgent {}/{}", self.metadata.namespace, self.metadata.name)
    }

    fn selector(&self, field: &str) -> Option<LabelSelector> {
        let value = self.spec.get(field).filter(|value| !value.is_null())?;
        LabelSelector::deserialize(value).ok()
    }

    fn says(&self, field: &str) -> bool {
        self.spec.get(field).and_then(serde_json::Value::as_bool).unwrap_or(false)
    }

    /// Applies the agent's selectors to a scrape CR.
    ///
    /// Both selectors absent: everything or nothing, as `selectAllByDefault` says. Only an object selector, even an
    /// empty one: the agent's own namespace. A namespace selector: namespaces whose labels match.
    pub fn selects(&self, scrape: &Scrape, picture: &Picture) -> Selection {
        let Some(prefix) = prefix(&scrape.kind) else {
            return Selection::Unselected(format!("no selector of a VMAgent is for a {}", scrape.kind));
        };
        if self.says("ingestOnlyMode") {
            return Selection::Unselected(format!("{} has ingestOnlyMode, so it scrapes nothing", self.title()));
        }
        let (by_object, by_namespace) = (format!("{prefix}Selector"), format!("{prefix}NamespaceSelector"));
        let object = self.selector(&by_object);
        let namespace = if self.says("ignoreNamespaceSelectors") { None } else { self.selector(&by_namespace) };
        let own = scrape.metadata.namespace == self.metadata.namespace;
        let all = self.says("selectAllByDefault");
        let labels = picture.namespace_labels(&scrape.metadata.namespace);
        let reason = match (&namespace, &object) {
            (None, None) if all => return Selection::Selected,
            (None, None) => format!("{by_object} and {by_namespace} are absent and selectAllByDefault is not true"),
            (None, Some(_)) if !own => format!(
                "{by_object} without {by_namespace} selects only in the agent's own namespace {}",
                self.metadata.namespace
            ),
            (Some(namespace), _) if !labels.is_some_and(|labels| namespace.matches(labels)) => {
                format!("{by_namespace} does not match the labels of namespace {}", scrape.metadata.namespace)
            }
            (_, Some(object)) if !object.matches(&scrape.metadata.labels) => {
                format!("{by_object} does not match its labels")
            }
            _ => return Selection::Selected,
        };
        Selection::Unselected(format!("{reason} ({})", self.title()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// An agent in `observability` and a VMServiceScrape in `home` with the label `team: a`.
    fn selects(spec: Value, home: &str) -> bool {
        let picture = Picture {
            namespaces: ["observability", "apps"]
                .map(|name| {
                    serde_json::from_value(json!({"metadata": {"name": name, "labels": {"name": name}}})).unwrap()
                })
                .to_vec(),
            ..Picture::default()
        };
        let agent: Agent =
            serde_json::from_value(json!({"metadata": {"name": "a", "namespace": "observability"}, "spec": spec}))
                .unwrap();
        let metadata = json!({"name": "s", "namespace": home, "labels": {"team": "a"}});
        let scrape: Scrape =
            serde_json::from_value(json!({"kind": "VMServiceScrape", "metadata": metadata, "spec": {}})).unwrap();
        agent.selects(&scrape, &picture) == Selection::Selected
    }

    #[test]
    fn without_selectors_nothing_is_selected_unless_all_is_the_default() {
        assert!(!selects(json!({}), "observability"));
        assert!(selects(json!({"selectAllByDefault": true}), "apps"));
    }

    #[test]
    fn an_empty_object_selector_selects_only_in_the_own_namespace() {
        let spec = json!({"serviceScrapeSelector": {"matchLabels": {}}, "selectAllByDefault": true});
        assert!(selects(spec.clone(), "observability"));
        assert!(!selects(spec, "apps"));
    }

    #[test]
    fn an_empty_namespace_selector_selects_in_all_namespaces() {
        assert!(selects(json!({"serviceScrapeNamespaceSelector": {}}), "apps"));
    }

    #[test]
    fn a_namespace_selector_selects_by_the_namespaces_labels() {
        let spec = json!({"serviceScrapeNamespaceSelector": {"matchLabels": {"name": "apps"}}});
        assert!(selects(spec.clone(), "apps"));
        assert!(!selects(spec, "observability"));
    }

    #[test]
    fn both_selectors_must_match() {
        let spec = |team: &str| json!({"serviceScrapeNamespaceSelector": {}, "serviceScrapeSelector": {"matchLabels": {"team": team}}});
        assert!(selects(spec("a"), "apps"));
        assert!(!selects(spec("b"), "apps"));
    }

    #[test]
    fn ignored_namespace_selectors_count_as_absent() {
        let spec = json!({"serviceScrapeNamespaceSelector": {}, "serviceScrapeSelector": {}, "ignoreNamespaceSelectors": true});
        assert!(!selects(spec, "apps"));
    }

    #[test]
    fn an_agent_that_only_takes_in_scrapes_nothing() {
        assert!(!selects(json!({"selectAllByDefault": true, "ingestOnlyMode": true}), "observability"));
    }
}
