//! Judges the delivery: in time, whole, to our sink alone, and the silenced alerts not at all.

use super::{DeliverySeen, ToldSeen, increase, labels};
use crate::check::alert_flow::deliver::Deliver;
use crate::check::alert_flow::hop::Hop;
use crate::check::alert_flow::seen::Observation;
use crate::check::alert_flow::spec::Spec;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};

/// vmalert cuts an alert's start down to whole evaluation intervals, and clocks are never quite equal.
const CLOCKS_SECONDS: f64 = 3.0;

/// Judges what there is of the delivery, where the suite wants one.
pub fn judge(spec: &Spec, seen: &Observation, judgement: &mut Judgement) {
    let Some(deliver) = &spec.deliver else { return };
    let Some(delivery) = seen.delivery.as_ref() else {
        if seen.passed.contains_key(&Hop::Accepted) {
            judgement.unclear(Finding::new("alert/not-described", "what is known of the delivery", "nothing was kept"));
        }
        return;
    };
    if seen.passed.contains_key(&Hop::Accepted) {
        went_elsewhere(deliver, delivery, judgement);
    }
    leaked(delivery, judgement);
    if let Some(told) = delivery.firing() {
        in_time(deliver, told, seen, judgement);
        whole(spec, deliver, told, seen, judgement);
    }
    counts(delivery, judgement);
}

/// The rule was made although it could reach somebody, or Alertmanager's configuration changed afterwards.
fn went_elsewhere(deliver: &Deliver, delivery: &DeliverySeen, judgement: &mut Judgement) {
    let live = delivery.alert.as_ref().filter(|alert| alert.receivers != [deliver.receiver.as_str()]);
    let live = live.map(|alert| format!("Alertmanager has it for {}", alert.receivers.join(", ")));
    if let Some(actual) = delivery.danger(deliver).or(live) {
        let expected = format!("the alert goes to {} alone", deliver.receiver);
        judgement.fail(Finding::new(Hop::Cleared.code(), expected, actual).hint(Hop::Cleared.hint()));
    }
}

fn leaked(delivery: &DeliverySeen, judgement: &mut Judgement) {
    if let Some(told) = delivery.told.iter().find(|told| !told.is_delivery()) {
        let name = told.labels.get("alertname").map(String::as_str).unwrap_or("an alert");
        judgement.fail(
            Finding::new("alert/silence-leaked", "no silenced alert is told", format!("the sink was told {name}"))
                .hint("the silence was not there in time on the Alertmanager that sent it; see its log and its peers"),
        );
    }
}

fn in_time(deliver: &Deliver, told: &ToldSeen, seen: &Observation, judgement: &mut Judgement) {
    let took = told.at_seconds - told.began_seconds;
    let made = seen.passed.get(&Hop::Accepted).copied().unwrap_or(0.0);
    // By our clock the alert began between the making of its rule and its delivery.
    let apart = (made - told.began_seconds).max(told.began_seconds - told.at_seconds);
    if apart > CLOCKS_SECONDS {
        let actual = format!("vmalert's clock and ours are at least {apart:.0} s apart");
        let finding = Finding::new("alert/clocks-differ", "the time of delivery can be told", actual);
        return judgement.unclear(finding.hint("set the clocks, by NTP for example"));
    }
    let limit = Limit::AtMost(deliver.within.as_secs_f64());
    judgement.measured(Measurement::new("alert_delivery", took.max(0.0), Unit::Seconds).limit(limit));
    if !limit.holds(took) {
        let expected = format!("from firing to the webhook within {}", deliver.within);
        judgement.fail(
            Finding::new("alert/delivered-late", expected, format!("{took:.1} s"))
                .hint("see group_wait of the route, and alertmanager_notification_latency_seconds"),
        );
    }
}

fn whole(spec: &Spec, deliver: &Deliver, told: &ToldSeen, seen: &Observation, judgement: &mut Judgement) {
    let wanted = labels(spec, &seen.nonce);
    let lost: Vec<String> = wanted
        .iter()
        .filter(|(name, value)| told.labels.get(*name) != Some(value))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if !lost.is_empty() {
        let actual = format!("without {}", lost.join(", "));
        judgement.fail(Finding::new("alert/delivered-changed", "the alert comes with its labels", actual));
    }
    if told.receiver != deliver.receiver {
        let expected = format!("it comes for {}", deliver.receiver);
        judgement.fail(Finding::new("alert/delivered-changed", expected, format!("for {}", told.receiver)));
    }
}

/// What else Alertmanager has sent meanwhile. None proves that nobody was told of our alerts; others may be real alerts.
fn counts(delivery: &DeliverySeen, judgement: &mut Judgement) {
    let all: f64 = delivery.sent.keys().map(|kind| increase(&delivery.sent_before, &delivery.sent, kind)).sum();
    let besides = (all - f64::from(delivery.messages)).max(0.0);
    judgement.measured(Measurement::new("alert_notifications_besides", besides, Unit::Count));
}

#[cfg(test)]
mod tests;
