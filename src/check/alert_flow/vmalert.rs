//! What vmalert says of a group and of its notifiers (VictoriaMetrics v1.131.0, app/vmalert/web.go).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::spec::Spec;
use crate::check::exposition;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::check::vmalert::{self, Loaded};
use crate::connect::{PodAddress, Request};

/// One vmalert pod and what it has of a group.
pub struct Vmalert {
    /// The pod.
    pub pod: PodAddress,
    /// The rules of the group; none when it does not have it.
    pub rules: Vec<Rule>,
    /// Whether it runs its newest rules.
    pub last_reload_successful: Option<bool>,
}

/// A rule in `/api/v1/rules`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// `inactive`, `pending` or `firing`.
    pub state: String,
    /// Empty when the last evaluation went well, or when there was none.
    pub last_error: String,
    /// `0001-01-01T00:00:00Z` before the first evaluation.
    pub last_evaluation: String,
}

#[derive(Debug, Deserialize)]
struct Group {
    name: String,
    #[serde(default)]
    rules: Vec<Rule>,
}

impl Rule {
    /// Whether it was evaluated at least once. `health` is `ok` before that too.
    pub fn is_evaluated(&self) -> bool {
        !self.last_evaluation.is_empty() && !self.last_evaluation.starts_with("0001-")
    }
}

/// Asks every vmalert pod for the group called `name`. No pod at all is no ready endpoint.
pub async fn groups(spec: &Spec, look: &Look<'_>, name: &str) -> Result<Vec<Vmalert>, Trouble> {
    let mut found = Vec::new();
    for pod in pods(spec, look).await? {
        let Loaded { groups, last_reload_successful } = vmalert::loaded(look.connections, &pod).await?;
        found.push(Vmalert { pod, rules: rules_of(name, groups), last_reload_successful });
    }
    Ok(found)
}

fn rules_of(name: &str, groups: Vec<Group>) -> Vec<Rule> {
    groups.into_iter().filter(|group| group.name == name).flat_map(|group| group.rules).collect()
}

/// What vmalert says of sending alerts, in words.
pub async fn sending(spec: &Spec, look: &Look<'_>) -> Result<String, Trouble> {
    let mut words = Vec::new();
    for pod in pods(spec, look).await? {
        let metrics = look.connections.send_to_pod(&pod, Request::get("/metrics")).await?.text()?;
        words.push(format!("{pod} {}", sent(&metrics)));
    }
    Ok(words.join("; "))
}

fn sent(metrics: &str) -> String {
    let failed: BTreeMap<String, f64> = by_address(metrics, "vmalert_alerts_send_errors_total").collect();
    let words = by_address(metrics, "vmalert_alerts_sent_total").map(|(address, sent)| {
        let errors = failed.get(&address).copied().unwrap_or_default();
        // With an empty URL of a notifier only the path is left.
        let to = if address.starts_with('/') { "no host at all".to_owned() } else { address };
        format!("sent {sent} to {to}, {errors} of them in vain")
    });
    let words: Vec<String> = words.collect();
    if words.is_empty() { "has no notifier".to_owned() } else { words.join(", ") }
}

fn by_address<'a>(metrics: &'a str, name: &'a str) -> impl Iterator<Item = (String, f64)> + 'a {
    exposition::samples(metrics, name)
        .map(|sample| (sample.labels.get("addr").cloned().unwrap_or_default(), sample.value))
}

async fn pods(spec: &Spec, look: &Look<'_>) -> Result<Vec<PodAddress>, Trouble> {
    look.connections.pods(&spec.vmalert_endpoint()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_rules_of_the_group_are_taken() {
        let text = r#"[
            {"name":"a","rules":[{"name":"X","state":"firing","lastError":"","lastEvaluation":"2026-11-23T10:00:00Z"}]},
            {"name":"b","rules":[{"name":"Y","state":"inactive","lastEvaluation":"0001-01-01T00:00:00Z"}]}]"#;
        let rules = |name: &str| rules_of(name, serde_json::from_str(text).unwrap());
        let firing = rules("a");
        assert_eq!((firing.len(), firing[0].name.as_str(), firing[0].is_evaluated()), (1, "X", true));
        assert!(!rules("b")[0].is_evaluated());
        assert!(rules("c").is_empty());
    }

    #[test]
    fn a_vmalert_without_a_notifier_is_told() {
        assert_eq!(sent("vmalert_alerts_fired_total 2\n"), "has no notifier");
        let metrics = "vmalert_alerts_sent_total{addr=\"http://am:9093/api/v2/alerts\"} 3\nvmalert_alerts_send_errors_total{addr=\"http://am:9093/api/v2/alerts\"} 1\n";
        assert_eq!(sent(metrics), "sent 3 to http://am:9093/api/v2/alerts, 1 of them in vain");
        let metrics = "vmalert_alerts_sent_total{addr=\"/api/v2/alerts\"} 2\nvmalert_alerts_send_errors_total{addr=\"/api/v2/alerts\"} 2\n";
        assert_eq!(sent(metrics), "sent 2 to no host at all, 2 of them in vain");
    }
}
