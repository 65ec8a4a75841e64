//! Judges a synthetic alert: all stations passed, in time, by the wanted route; or the first one that it did not pass.

use super::delivery;
use super::hop::Hop;
use super::seen::{AlertSeen, Observation};
use super::spec::{Integration, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

/// Judges one observation.
pub fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    // What the suite wants decides which stations there are, whatever the evidence says.
    let with_delivery = spec.deliver.is_some();
    match seen.next(with_delivery) {
        Some(hop) => not_passed(spec, hop, seen, &mut judgement),
        None => judgement.examined("stations", Hop::of_flow(with_delivery).map(|hop| hop.expectation())),
    }
    if seen.alerts.is_empty() && seen.passed.contains_key(&Hop::Arrived) {
        judgement.unclear(Finding::new("alert/not-described", "the alert as Alertmanager has it", "nothing was kept"));
    }
    // Before the end of the flow waiting still has a use: the alert is taken back.
    let over = seen.next(with_delivery).is_none();
    for finding in routes(spec, &seen.alerts) {
        judgement.fail(if over { finding.terminal() } else { finding });
    }
    delivery::judge(spec, seen, &mut judgement);
    times(spec, seen, &mut judgement);
    judgement.conclude(Finding::new("alert/nothing-sent", "a synthetic alert on its way", "none"))
}

/// A silence or a safe delivery that cannot be had is no verdict on the flow: the rule was never made.
fn not_passed(spec: &Spec, hop: Hop, seen: &Observation, judgement: &mut Judgement) {
    let mut actual = if seen.picture.is_empty() { "not yet".to_owned() } else { seen.picture.clone() };
    let budget = spec.budget_seconds(hop);
    let overdue = seen.overdue(hop, budget);
    if let Some(over) = overdue {
        actual = format!("{actual} (after {:.0} s; {budget:.0} s are plenty)", budget + over);
    }
    let mut finding = Finding::new(hop.code(), hop.expectation(), actual).hint(hop.hint());
    if seen.stuck || overdue.is_some() {
        finding = finding.terminal();
    }
    if hop.is_precaution() { judgement.unclear(finding) } else { judgement.fail(finding) }
}

/// What is wrong with the ways that the alerts take, each thing once for each Alertmanager.
fn routes(spec: &Spec, alerts: &[AlertSeen]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for alert in alerts {
        for finding in route(spec, alert) {
            let finding = finding.on(&alert.pod);
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
    }
    findings
}

/// What is wrong with the way that one alert takes through Alertmanager.
fn route(spec: &Spec, alert: &AlertSeen) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !alert.other_silences.is_empty() {
        let actual = format!("also silenced by {}", alert.other_silences.join("; "));
        findings.push(
            Finding::new("alert/silenced-by-others", "only our silence matches", actual).hint(Hop::Suppressed.hint()),
        );
    }
    if !alert.inhibited_by.is_empty() {
        let actual = format!("inhibited by {}", alert.inhibited_by.join("; "));
        findings.push(Finding::new("alert/inhibited", "no inhibition matches", actual).hint(Hop::Suppressed.hint()));
    }
    if let Some(wanted) = spec.receiver.as_ref().filter(|wanted| !alert.receivers.contains(wanted)) {
        let actual = format!("it goes to {}", join(&alert.receivers));
        let expected = format!("severity {} goes to receiver {wanted}", spec.severity);
        findings.push(Finding::new(Hop::Routed.code(), expected, actual).hint(Hop::Routed.hint()));
    }
    let told = alert.receivers.iter().any(|receiver| alert.integrations.get(receiver).is_some_and(|count| *count > 0));
    if spec.integration == Integration::Required && !told {
        let actual = format!("{} has none: nobody is told", join(&alert.receivers));
        findings.push(
            Finding::new("alert/no-integration", "the receiver has an integration", actual)
                .hint("add a webhook, e-mail or chat configuration to the receiver; see also whether Alertmanager runs the operator's fallback"),
        );
    }
    findings
}

fn join(names: &[String]) -> String {
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

fn times(spec: &Spec, seen: &Observation, judgement: &mut Judgement) {
    let mut before = 0.0;
    for (hop, at) in &seen.passed {
        let name = format!(
            "alert.{}",
            serde_json::to_value(hop).ok().and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
        );
        judgement.measured(Measurement::new(&name, at - before, Unit::Seconds));
        before = *at;
    }
    let (Some(accepted), Some(arrived)) = (seen.passed.get(&Hop::Accepted), seen.passed.get(&Hop::Arrived)) else {
        return;
    };
    let (took, limit) = (arrived - accepted, Limit::AtMost(spec.arrives_within.as_secs_f64()));
    judgement.measured(Measurement::new("alert_arrival", took, Unit::Seconds).limit(limit));
    if !limit.holds(took) {
        judgement.fail(Finding::new(
            "alert/late",
            format!("from the rule to Alertmanager within {}", spec.arrives_within),
            format!("{took:.1} s"),
        ));
    }
}

#[cfg(test)]
mod tests;
