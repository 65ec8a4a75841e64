//! Judges where the configuration leads alerts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Instance, Observation, Spec, Wanted};
use crate::check::exposition::braced;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::route::{Config, Resting, Routing, Shown};
use crate::check::verdict::Verdict;

/// The receiver of the configuration that the operator writes when it has none (VictoriaMetrics operator v0.66,
/// internal/controller/operator/factory/vmalertmanager/statefulset.go).
const FALLBACK: &str = "blackhole";
/// Where the operator puts the templates that a VMAlertmanager names, which it adds to that configuration, too.
const OPERATORS_TEMPLATES: &str = "/etc/vm/templates/";

pub(super) fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let alerts = spec.routes.iter().map(|wanted| format!("alert {}", braced(wanted.labels.iter())));
    if !seen.instances.is_empty() {
        judgement.examined("routes", alerts);
    }
    for instance in &seen.instances {
        of_instance(spec, instance).into_iter().for_each(|finding| judgement.fail(finding.on(&instance.pod)));
        if instance.last_reload_successful.is_none() {
            let expected = "it says whether its newest configuration was taken";
            judgement.unclear(Finding::new("alertmanager/reload-unknown", expected, "it does not").on(&instance.pod));
        }
    }
    if let Some(finding) = different(&seen.instances) {
        judgement.fail(finding);
    }
    judgement.conclude(Finding::new("alertmanager/nothing-examined", "an Alertmanager and `routes`", "none"))
}

/// What is wrong with one of them. Behind the fallback or an unreadable configuration the rest would only follow.
fn of_instance(spec: &Spec, instance: &Instance) -> Vec<Finding> {
    let mut findings = Vec::new();
    if instance.last_reload_successful == Some(false) {
        let expected = "its newest configuration was taken";
        let finding = Finding::new("alertmanager/not-reloaded", expected, "it was refused, and an older one runs");
        findings.push(finding.hint("see Alertmanager's log for the line that it refuses"));
    }
    let config = match &instance.config {
        Config::Shown(config) => config,
        Config::Unreadable(message) => {
            findings.push(unreadable(message));
            return findings;
        }
    };
    if is_fallback(config) {
        let actual = format!("the operator's own, whose receiver {FALLBACK} tells nobody");
        let finding = Finding::new("alertmanager/fallback", "the configuration of the Secret runs", actual);
        let hint =
            "see whether the Secret of `configSecret` exists and holds a key alertmanager.yaml that is not empty";
        findings.push(finding.hint(hint));
        return findings;
    }
    match Routing::of(config) {
        Ok(routing) => {
            findings.extend(spec.routes.iter().flat_map(|wanted| of_route(&routing, wanted)));
            findings.extend(silent(spec, &routing));
        }
        Err(message) => findings.push(unreadable(&message)),
    }
    findings
}

fn unreadable(message: &str) -> Finding {
    let finding = Finding::new("alertmanager/unreadable", "a configuration that can be read", message);
    finding.hint("see /api/v2/status; a route that is misread could hide who is told")
}

/// A configuration of somebody's own may look the same but for its templates: that of the chart
/// victoria-metrics-k8s-stack has a receiver `blackhole` alone, too, and loads `/etc/vm/configs/**/*.tmpl`.
fn is_fallback(config: &Shown) -> bool {
    let children = config.route["routes"].as_array().is_some_and(|routes| !routes.is_empty());
    let only = config.receivers.len() == 1 && config.receivers.get(FALLBACK).is_some_and(BTreeMap::is_empty);
    let own_templates = config.templates.iter().any(|path| !path.starts_with(OPERATORS_TEMPLATES));
    only && !children && !own_templates && config.route["receiver"] == FALLBACK
}

/// A receiver that does not exist explains why no alert leads to it.
fn of_route(routing: &Routing, wanted: &Wanted) -> Vec<Finding> {
    let unknown: Vec<_> =
        wanted.receivers.iter().filter(|receiver| routing.integrations_of(receiver).is_none()).collect();
    if !unknown.is_empty() {
        let missing = |receiver: &&String| {
            let expected = format!("there is a receiver {receiver}");
            let finding = Finding::new("alertmanager/unknown-receiver", expected, "there is none of that name");
            finding.hint("add it under `receivers` of alertmanager.yaml, or correct the suite")
        };
        return unknown.iter().map(missing).collect();
    }
    let reached = routing.receivers_of(&wanted.labels);
    if reached == wanted.receivers.iter().map(String::as_str).collect() {
        return resting(routing, wanted);
    }
    let expected = format!("an alert {} leads to {}", braced(wanted.labels.iter()), wanted.receivers.join(", "));
    let actual = format!("it may lead to {}", reached.into_iter().collect::<Vec<_>>().join(", "));
    let hint = "see the order of the routes, `continue`, and matchers on labels that the suite does not give";
    vec![Finding::new("alertmanager/other-receiver", expected, actual).hint(hint)]
}

/// A route that is muted takes the alert and tells nobody: for how long stands in the definition of the interval alone.
fn resting(routing: &Routing, wanted: &Wanted) -> Vec<Finding> {
    let allowed = |name: &str| wanted.time_intervals.iter().any(|interval| interval == name);
    let rests = routing.resting_of(&wanted.labels).into_iter().filter(|(_, when)| !when.names().all(allowed));
    let finding = |(receiver, when): (&str, &Resting)| {
        let expected = format!("an alert {} is told at any time", braced(wanted.labels.iter()));
        let hint =
            "see `time_intervals` of the configuration; where that is meant, name them under `time_intervals` here";
        Finding::new("alertmanager/muted-at-times", expected, format!("its route to {receiver} is {when}")).hint(hint)
    };
    rests.map(finding).collect()
}

/// Receivers that routes name and that tell nobody, though not on purpose.
fn silent(spec: &Spec, routing: &Routing) -> Vec<Finding> {
    let on_purpose: BTreeSet<&str> = spec.silent.iter().map(String::as_str).collect();
    let tells = |receiver: &str| routing.integrations_of(receiver).is_some_and(|found| !found.is_empty());
    let silent = routing.receivers_in_use().into_iter().filter(|name| !on_purpose.contains(name) && !tells(name));
    let finding = |name: &str| {
        let expected = format!("receiver {name} has an integration");
        let hint =
            "give it one (webhook_configs, email_configs, ...), or list it under `silent` when nobody is to be told";
        Finding::new("alertmanager/silent-receiver", expected, "it has none and tells nobody").hint(hint)
    };
    silent.map(finding).collect()
}

/// Replicas share their work, so one that routes otherwise tells other people.
fn different(instances: &[Instance]) -> Option<Finding> {
    let (first, rest) = instances.split_first()?;
    let other = rest.iter().find(|one| one.config.shown() != first.config.shown())?;
    let expected = format!("it runs the same configuration as {}", first.pod);
    let finding = Finding::new("alertmanager/instances-differ", expected, "it runs another one").on(&other.pod);
    Some(finding.hint("a reload may be under way; then see the log of its config-reloader"))
}
