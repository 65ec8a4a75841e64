//! Every alert leads to a receiver that tells somebody.

use std::collections::BTreeMap;

use super::super::Observation;
use super::super::spec::Spec;
use super::{Meant, meant};
use crate::check::exposition::braced;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::labels::Labels;
use crate::check::route::{Config, Routing};
use crate::check::trouble::Trouble;
use crate::check::verdict::Decision;

pub(super) fn judge(spec: &Spec, seen: &Observation, judgement: &mut Judgement) {
    if let Some(trouble) = &seen.unrouted {
        return unrouted(trouble, judgement);
    }
    for routes in &seen.routes {
        let routing = match &routes.config {
            Config::Shown(shown) => Routing::of(shown),
            Config::Unreadable(message) => Err(message.clone()),
        };
        match routing {
            Ok(routing) => {
                for (labels, rules) in by_labels(seen) {
                    if let Some(finding) = silent(spec, &routing, &labels) {
                        judgement.fail(finding.on(format!("{} at {}", rules.join("; "), routes.pod)));
                    }
                }
            }
            Err(message) => {
                let finding = Finding::new("rules/routes-unreadable", "a configuration that can be read", message);
                judgement.unclear(finding.on(&routes.pod).hint("see /api/v2/status"));
            }
        }
    }
    if spec.alertmanager.is_some() && seen.routes.is_empty() {
        judgement.unclear(Finding::new("rules/routes-unreadable", "an Alertmanager that shows its routes", "none"));
    }
}

/// An Alertmanager that is not there tells nobody; one that cannot be asked may.
fn unrouted(trouble: &Trouble, judgement: &mut Judgement) {
    match trouble.verdict() {
        Some(verdict) if matches!(verdict.decision, Decision::Fail(_)) => {
            verdict.findings().iter().for_each(|finding| judgement.fail(finding.clone()));
        }
        Some(verdict) => verdict.findings().iter().for_each(|finding| judgement.unclear(finding.clone())),
        None => {
            let expected = "an Alertmanager that shows its routes";
            judgement.unclear(Finding::new("rules/routes-unreadable", expected, trouble.to_string()));
        }
    }
}

/// Alerts by the labels that are known of them before they fire. Those that a template makes are not known.
fn by_labels(seen: &Observation) -> BTreeMap<Labels, Vec<String>> {
    let mut found: BTreeMap<Labels, Vec<String>> = BTreeMap::new();
    for meant in meant(seen).filter(|meant| !meant.rule.alert.is_empty()) {
        found.entry(known(&meant)).or_default().push(meant.title());
    }
    found
}

fn known(meant: &Meant<'_>) -> Labels {
    let own = meant.group.labels.iter().chain(&meant.rule.labels);
    let mut labels: Labels = own.map(|(name, value)| (name.clone(), value.clone())).collect();
    labels.retain(|_, value| !value.contains("{{"));
    labels.insert("alertname".to_owned(), meant.rule.alert.clone());
    labels
}

fn silent(spec: &Spec, routing: &Routing, labels: &Labels) -> Option<Finding> {
    let tells = |receiver: &str| routing.integrations_of(receiver).is_some_and(|found| !found.is_empty());
    let reached = routing.receivers_of(labels);
    let silent: Vec<&str> =
        reached.into_iter().filter(|name| !tells(name) && !spec.silent.iter().any(|allowed| allowed == name)).collect();
    if silent.is_empty() {
        return None;
    }
    let expected = format!("an alert {} leads to a receiver with an integration", braced(labels.iter()));
    let actual = format!("it may lead to {}, which has none", silent.join(", "));
    let hint = "give the receiver an integration, add a route, or list it under `silent` when nobody is to be told";
    Some(Finding::new("rules/leads-to-nobody", expected, actual).hint(hint))
}
