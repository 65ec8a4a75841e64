//! ServiceMonitors and PodMonitors, of which the operator makes scrape CRs with their names, in their namespaces, where it finds
//! their kinds served (VictoriaMetrics/operator v0.66.1, internal/controller/operator/converter/apis.go).

use serde::{Deserialize, Serialize};

use super::picture::{Object, Picture, Scrape};
use crate::check::access::Access;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Measurement, Unit};
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Resource, Scope};

const GROUP: &str = "monitoring.coreos.com";

/// Each kind, and the kind of scrape CR that it becomes.
static KINDS: [(Resource, &str); 2] = [
    (monitor("ServiceMonitor", "servicemonitors"), "VMServiceScrape"),
    (monitor("PodMonitor", "podmonitors"), "VMPodScrape"),
];

const fn monitor(kind: &'static str, plural: &'static str) -> Resource {
    Resource::of(GROUP, "v1", kind, plural, Scope::Namespaced)
}

/// What is there of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Monitors {
    /// Kinds that the API server does not serve.
    pub unserved: Vec<String>,
    /// Each that exists: `ServiceMonitor apps/web`.
    pub found: Vec<String>,
    /// Those of them without a scrape CR.
    pub unconverted: Vec<String>,
}

/// What looking at them uses.
pub fn rules() -> impl Iterator<Item = Access> {
    KINDS.iter().map(|(kind, _)| Access::new("list", GROUP, &kind.plural))
}

/// Looks at all of them, beside the scrape CRs of the picture.
pub async fn observe(connections: &Connections, picture: &Picture) -> Result<Monitors, Trouble> {
    let mut seen = Monitors::default();
    for (kind, becomes) in &KINDS {
        let found: Vec<Object> = match super::look::list(connections, kind).await {
            Ok(found) => found,
            Err(Trouble::UnknownKind { .. }) => {
                seen.unserved.push(kind.kind.to_string());
                continue;
            }
            Err(trouble) => return Err(trouble),
        };
        for one in found.iter().filter(|one| one.metadata.deletion_timestamp.is_none()) {
            seen.add(&kind.kind, one, has_become(one, becomes, &picture.scrapes));
        }
    }
    Ok(seen)
}

fn has_become(monitor: &Object, kind: &str, scrapes: &[Scrape]) -> bool {
    let of = |scrape: &Scrape| (scrape.metadata.namespace.clone(), scrape.metadata.name.clone());
    let own = (monitor.metadata.namespace.clone(), monitor.metadata.name.clone());
    scrapes.iter().any(|scrape| scrape.kind == kind && of(scrape) == own)
}

impl Monitors {
    fn add(&mut self, kind: &str, one: &Object, has_become: bool) {
        let title = format!("{kind} {}/{}", one.metadata.namespace, one.metadata.name);
        if !has_become {
            self.unconverted.push(title.clone());
        }
        self.found.push(title);
    }
}

/// Judges them, where the suite asks for them. What they lead to is judged with the scrape CRs.
pub fn judge(seen: Option<&Monitors>, judgement: &mut Judgement) {
    let none = || {
        Finding::new(
            "coverage/no-monitor",
            "at least one ServiceMonitor or PodMonitor",
            "none: nothing shows that they are found",
        )
    };
    let Some(seen) = seen else { return judgement.unclear(none()) };
    for kind in &seen.unserved {
        judgement.fail(
            Finding::new(
                "coverage/monitors-unserved",
                format!("{kind} of {GROUP}/v1 is served"),
                "there is no such kind",
            )
            .hint(
                "install the CRDs of prometheus-operator; without them the operator converts nothing, and says nothing",
            ),
        );
    }
    for monitor in &seen.unconverted {
        judgement.fail(
            Finding::new("coverage/not-converted", "the operator has made a scrape CR of it", "there is none of its name")
                .on(monitor)
                .hint("it follows within seconds, unless the operator runs without its converter: VM_ENABLEDPROMETHEUSCONVERTER_*"),
        );
    }
    if seen.found.is_empty() && seen.unserved.is_empty() {
        judgement.unclear(none());
    }
    judgement.measured(Measurement::new("monitors", seen.found.len() as f64, Unit::Count));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::check::verdict::{Decision, Verdict};

    fn verdict(seen: Option<Monitors>) -> Verdict {
        let mut judgement = Judgement::new();
        judgement.examined("targets", ["a"]);
        judge(seen.as_ref(), &mut judgement);
        judgement.conclude(Finding::new("coverage/nothing-expected", "x", "y"))
    }

    fn codes(verdict: &Verdict) -> Vec<&str> {
        verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
    }

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn each_must_have_become_a_scrape_cr_of_its_kind_and_place() {
        let object = |namespace: &str| json!({"metadata": {"namespace": namespace, "name": "web"}});
        let monitor: Object = serde_json::from_value(object("apps")).unwrap();
        let scrape = |kind: &str, namespace: &str| Scrape {
            kind: kind.to_owned(),
            ..serde_json::from_value(object(namespace)).unwrap()
        };
        let becomes = |scrape: Scrape| has_become(&monitor, "VMServiceScrape", &[scrape]);
        assert!(becomes(scrape("VMServiceScrape", "apps")));
        assert!(!becomes(scrape("VMServiceScrape", "other")));
        assert!(!becomes(scrape("VMPodScrape", "apps")));
    }

    #[test]
    fn monitors_are_served_there_and_converted() {
        let web = "ServiceMonitor apps/web";
        let good = Monitors { found: texts(&[web]), ..Monitors::default() };
        assert!(verdict(Some(good.clone())).is_pass());
        let lost = Monitors { unconverted: texts(&[web]), ..good.clone() };
        assert_eq!(codes(&verdict(Some(lost))), ["coverage/not-converted"]);
        let unserved = Monitors { unserved: texts(&["PodMonitor"]), ..good };
        assert_eq!(codes(&verdict(Some(unserved))), ["coverage/monitors-unserved"]);
    }

    #[test]
    fn where_there_is_none_nothing_is_shown() {
        for seen in [None, Some(Monitors::default())] {
            let verdict = verdict(seen);
            assert_eq!(codes(&verdict), ["coverage/no-monitor"]);
            assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
        }
    }
}
