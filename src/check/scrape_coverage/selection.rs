//! Whether a VMAgent selects a scrape CR.

use super::picture::{Agent, Picture, Scrape};
use crate::check::selection::Selectors;

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

    fn says(&self, field: &str) -> bool {
        self.spec.get(field).and_then(serde_json::Value::as_bool).unwrap_or(false)
    }

    /// Applies the agent's selectors to a scrape CR.
    pub fn selects(&self, scrape: &Scrape, picture: &Picture) -> Selection {
        let Some(prefix) = prefix(&scrape.kind) else {
            return Selection::Unselected(format!("no selector of a VMAgent is for a {}", scrape.kind));
        };
        if self.says("ingestOnlyMode") {
            return Selection::Unselected(format!("{} has ingestOnlyMode, so it scrapes nothing", self.title()));
        }
        let selectors = Selectors { spec: &self.spec, prefix, home: &self.metadata.namespace };
        let metadata = &scrape.metadata;
        let namespace = picture.namespace_labels(&metadata.namespace);
        let Some(reason) = selectors.refusal(&metadata.namespace, namespace, &metadata.labels) else {
            return Selection::Selected;
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
