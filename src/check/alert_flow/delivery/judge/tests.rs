//! Verdicts on literal deliveries.

use serde_json::json;

use super::*;
use crate::check::alert_flow::delivery::Way;
use crate::check::alert_flow::judge::judge as verdict_of;
use crate::check::alert_flow::seen::AlertSeen;
use crate::check::verdict::{Decision, Verdict};

fn spec() -> Spec {
    serde_json::from_value(json!({
        "namespace": "observability", "vmalert": "vmalert", "alertmanager": "vmalertmanager",
        "data": "up == 1", "severity": "critical", "receiver": "critical",
        "deliver": {"receiver": "signoff-sink", "listen": "127.0.0.1:9199"},
    }))
    .unwrap()
}

fn way(receivers: &[&str], integrations: &[(&str, usize)]) -> Way {
    Way {
        receivers: receivers.iter().map(|name| (*name).to_owned()).collect(),
        integrations: integrations.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect(),
        unreadable: None,
    }
}

fn told(status: &str) -> ToldSeen {
    let labels = json!({"alertname": "SignoffSyntheticDelivered", "severity": "none", "synthetic": "deliver",
        "namespace": "observability", "signoff_deliver": "n-0", "alertgroup": "signoff-n-0"});
    ToldSeen {
        at_seconds: 12.5,
        began_seconds: 8.0,
        receiver: "signoff-sink".to_owned(),
        status: status.to_owned(),
        labels: serde_json::from_value(labels).unwrap(),
    }
}

fn delivery() -> DeliverySeen {
    DeliverySeen {
        ways: [("pod a".to_owned(), way(&["signoff-sink"], &[("webhook", 1)]))].into(),
        told: vec![told("firing"), told("resolved")],
        messages: 2,
        alert: Some(AlertSeen { receivers: vec!["signoff-sink".to_owned()], ..AlertSeen::default() }),
        sent_before: [("webhook".to_owned(), 10.0), ("email".to_owned(), 3.0)].into(),
        sent: [("webhook".to_owned(), 12.0), ("email".to_owned(), 3.0)].into(),
    }
}

/// A flow that passed all stations before `end`, one a second.
fn until(end: Option<Hop>, delivery: DeliverySeen) -> Observation {
    let passed = Hop::ALL.into_iter().filter(|hop| end.is_none_or(|end| *hop < end));
    let passed: std::collections::BTreeMap<Hop, f64> =
        passed.zip(1u32..).map(|(hop, at)| (hop, f64::from(at))).collect();
    let silenced = AlertSeen {
        receivers: vec!["critical".to_owned()],
        integrations: [("critical".to_owned(), 1)].into(),
        our_silences: vec!["ours".to_owned()],
        ..AlertSeen::default()
    };
    Observation {
        nonce: "n-0".to_owned(),
        now_seconds: passed.len() as f64,
        expires_seconds: Some(30.0),
        alerts: passed.contains_key(&Hop::Arrived).then_some(silenced).into_iter().collect(),
        passed,
        delivery: Some(delivery),
        ..Observation::default()
    }
}

fn all(delivery: DeliverySeen) -> Verdict {
    verdict_of(&spec(), &until(None, delivery))
}

fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

fn value(verdict: &Verdict, name: &str) -> Option<f64> {
    verdict.measured.iter().find(|measurement| measurement.name == name).map(|measurement| measurement.value)
}

#[test]
fn a_delivery_in_time_passes_and_is_timed_from_the_alerts_start() {
    let verdict = all(delivery());
    assert!(matches!(&verdict.decision, Decision::Pass(examined) if examined.count.get() == 16), "{verdict:?}");
    assert_eq!(value(&verdict, "alert_delivery"), Some(4.5));
    assert_eq!(value(&verdict, "alert_notifications_besides"), Some(0.0));
}

#[test]
fn without_a_delivery_nothing_of_it_is_asked() {
    let mut seen = until(None, delivery());
    seen.passed.retain(|hop, _| !matches!(hop, Hop::Listening | Hop::Cleared | Hop::Delivered));
    let verdict = verdict_of(&Spec { deliver: None, ..spec() }, &Observation { delivery: None, ..seen });
    assert!(matches!(&verdict.decision, Decision::Pass(examined) if examined.count.get() == 13), "{verdict:?}");
    assert_eq!(value(&verdict, "alert_delivery"), None);
}

#[test]
fn an_alert_that_does_not_come_is_red_and_final_after_its_time() {
    let mut seen = until(Some(Hop::Delivered), DeliverySeen { told: vec![], ..delivery() });
    let routed = seen.passed[&Hop::Routed];
    seen.now_seconds = routed + 60.0;
    let waiting = verdict_of(&spec(), &seen);
    assert_eq!(codes(&waiting), ["alert/not-delivered"]);
    assert!(matches!(waiting.decision, Decision::Fail(_)) && !waiting.is_terminal());
    seen.now_seconds += 0.1;
    assert!(verdict_of(&spec(), &seen).is_terminal());
}

#[test]
fn the_minute_is_kept_up_to_its_last_moment() {
    let at = |seconds: f64| {
        all(DeliverySeen { told: vec![ToldSeen { at_seconds: seconds, ..told("firing") }], ..delivery() })
    };
    assert!(at(68.0).is_pass());
    assert_eq!(codes(&at(68.1)), ["alert/delivered-late"]);
}

#[test]
fn a_way_to_somebody_else_is_no_verdict_and_final() {
    for (way, words) in [
        (way(&["critical"], &[("webhook", 1)]), "pod a: it may lead to critical"),
        (way(&["critical", "signoff-sink"], &[("webhook", 1)]), "pod a: it may lead to critical, signoff-sink"),
        (way(&["signoff-sink"], &[]), "pod a: signoff-sink has other integrations than one webhook: none"),
        (
            way(&["signoff-sink"], &[("webhook", 2)]),
            "pod a: signoff-sink has other integrations than one webhook: 2 webhook",
        ),
        (
            way(&["signoff-sink"], &[("email", 1), ("webhook", 1)]),
            "pod a: signoff-sink has other integrations than one webhook: 1 email, 1 webhook",
        ),
        (
            Way { unreadable: Some("the matcher x cannot be read".to_owned()), ..Way::default() },
            "pod a: its configuration cannot be read: the matcher x cannot be read",
        ),
    ] {
        let unsafe_way = DeliverySeen { ways: [("pod a".to_owned(), way)].into(), told: vec![], ..delivery() };
        let picture = unsafe_way.danger(spec().deliver.as_ref().unwrap()).unwrap();
        assert_eq!(picture, words);
        let seen = Observation { picture, stuck: true, ..until(Some(Hop::Cleared), unsafe_way.clone()) };
        let verdict = verdict_of(&spec(), &seen);
        assert_eq!(codes(&verdict), ["alert/unsafe-delivery"]);
        assert!(matches!(verdict.decision, Decision::Inconclusive(_)) && verdict.is_terminal());
        // The same evidence is no pass where the stations claim to be passed.
        assert!(codes(&all(unsafe_way)).contains(&"alert/unsafe-delivery"));
    }
}

#[test]
fn one_alertmanager_of_two_that_is_not_safe_is_enough() {
    let mut seen = delivery();
    seen.ways.insert("pod b".to_owned(), way(&["default"], &[("webhook", 1)]));
    assert_eq!(codes(&all(seen)), ["alert/unsafe-delivery"]);
    let none = DeliverySeen { ways: Default::default(), ..delivery() };
    assert_eq!(all(none).findings()[0].actual, "no Alertmanager told its configuration");
}

#[test]
fn an_alert_that_took_another_way_in_the_end_is_red() {
    let other = AlertSeen { receivers: vec!["critical".to_owned()], ..AlertSeen::default() };
    let verdict = all(DeliverySeen { alert: Some(other), ..delivery() });
    assert_eq!(codes(&verdict), ["alert/unsafe-delivery"]);
    assert!(matches!(verdict.decision, Decision::Fail(_)));
}

#[test]
fn a_silenced_alert_in_the_sink_is_red() {
    let mut leak = told("firing");
    leak.labels =
        [("alertname".to_owned(), "SignoffSyntheticData".to_owned()), ("signoff_run".to_owned(), "n-0".to_owned())]
            .into();
    let mut seen = delivery();
    seen.told.push(leak);
    let verdict = all(seen);
    assert_eq!(codes(&verdict), ["alert/silence-leaked"]);
    assert_eq!(verdict.findings()[0].actual, "the sink was told SignoffSyntheticData");
}

#[test]
fn an_alert_that_comes_changed_is_red() {
    let mut changed = told("firing");
    changed.labels.insert("severity".to_owned(), "critical".to_owned());
    changed.receiver = "other".to_owned();
    let verdict = all(DeliverySeen { told: vec![changed], ..delivery() });
    assert_eq!(codes(&verdict), ["alert/delivered-changed", "alert/delivered-changed"]);
    assert_eq!(verdict.findings()[0].actual, "without severity=none");
}

#[test]
fn clocks_that_differ_keep_the_time_from_being_told() {
    // The rule was accepted at 4 s, the message came at 12.5 s.
    let began = |seconds: f64| {
        all(DeliverySeen { told: vec![ToldSeen { began_seconds: seconds, ..told("firing") }], ..delivery() })
    };
    assert!(began(1.0).is_pass());
    assert_eq!(codes(&began(0.9)), ["alert/clocks-differ"]);
    assert!(began(15.5).is_pass());
    assert_eq!(codes(&began(15.6)), ["alert/clocks-differ"]);
}

#[test]
fn other_notifications_are_counted_and_not_judged() {
    let mut seen = delivery();
    seen.sent.insert("email".to_owned(), 5.0);
    let verdict = all(seen);
    assert!(verdict.is_pass());
    assert_eq!(value(&verdict, "alert_notifications_besides"), Some(2.0));
}

#[test]
fn evidence_without_the_delivery_is_no_pass() {
    let seen = Observation { delivery: None, ..until(None, delivery()) };
    assert_eq!(codes(&verdict_of(&spec(), &seen)), ["alert/not-described"]);
}

#[test]
fn old_evidence_cannot_pass_for_a_delivery() {
    let mut seen = until(None, delivery());
    seen.passed.remove(&Hop::Delivered);
    assert!(!verdict_of(&spec(), &seen).is_pass());
}

#[test]
fn a_rule_fires_longer_than_its_delivery_may_take() {
    let seconds = |spec: &Spec| (spec.fires_at_least().as_secs(), spec.fires().as_secs());
    assert_eq!(seconds(&spec()), (70, 90));
    assert_eq!(seconds(&Spec { deliver: None, ..spec() }), (15, 30));
}
