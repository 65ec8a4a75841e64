//! Verdicts on literal flows.

use serde_json::json;

use super::*;
use crate::check::verdict::Decision;

fn spec() -> Spec {
    serde_json::from_value(json!({
        "namespace": "observability", "vmalert": "vmalert", "alertmanager": "vmalertmanager",
        "data": "up == 1", "severity": "critical", "receiver": "critical",
    }))
    .unwrap()
}

fn alert() -> AlertSeen {
    AlertSeen {
        receivers: vec!["critical".to_owned()],
        integrations: [("critical".to_owned(), 1)].into(),
        our_silences: vec!["ours".to_owned()],
        ..AlertSeen::default()
    }
}

/// A flow that passed all stations before `end`, one a second; the rule expires at 30 s.
fn until(end: Option<Hop>) -> Observation {
    let passed = Hop::of_flow(false).filter(|hop| end.is_none_or(|end| *hop < end));
    let passed: std::collections::BTreeMap<Hop, f64> =
        passed.zip(1u32..).map(|(hop, at)| (hop, f64::from(at))).collect();
    let now_seconds = passed.len() as f64;
    let alerts = passed.contains_key(&Hop::Arrived).then(alert).into_iter().collect();
    Observation { passed, now_seconds, expires_seconds: Some(30.0), alerts, ..Observation::default() }
}

fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_flow_through_all_stations_passes_and_is_timed() {
    let verdict = judge(&spec(), &until(None));
    assert!(matches!(&verdict.decision, Decision::Pass(examined) if examined.count.get() == 13), "{verdict:?}");
    let arrival = verdict.measured.iter().find(|measurement| measurement.name == "alert_arrival").unwrap();
    assert_eq!((arrival.value, arrival.limit), (5.0, Some(Limit::AtMost(120.0))));
}

#[test]
fn the_first_station_that_is_not_passed_is_the_finding() {
    for hop in Hop::of_flow(false).skip(1) {
        let verdict = judge(&spec(), &until(Some(hop)));
        assert!(matches!(verdict.decision, Decision::Fail(_)));
        assert_eq!(codes(&verdict), [hop.code()]);
        assert!(!verdict.is_terminal(), "{hop:?} may still come");
    }
}

#[test]
fn without_a_silence_there_is_no_verdict() {
    let verdict = judge(&spec(), &Observation { stuck: true, ..until(Some(Hop::Silenced)) });
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert!(verdict.is_terminal());
}

#[test]
fn a_station_over_its_budget_ends_the_wait() {
    let mut seen = until(Some(Hop::Rendered));
    seen.now_seconds = 2.0 + Hop::Rendered.budget_seconds();
    assert!(!judge(&spec(), &seen).is_terminal());
    seen.now_seconds += 0.1;
    assert!(judge(&spec(), &seen).is_terminal());
}

#[test]
fn the_end_is_awaited_from_the_rules_own_expiry() {
    let mut seen = until(Some(Hop::Resolved));
    seen.now_seconds = 30.0 + Hop::Resolved.budget_seconds();
    assert!(!judge(&spec(), &seen).is_terminal());
    seen.now_seconds += 0.1;
    assert!(judge(&spec(), &seen).is_terminal());
}

#[test]
fn someone_elses_silence_or_inhibition_is_red() {
    let mut seen = until(None);
    seen.alerts = vec![AlertSeen { other_silences: vec!["theirs".to_owned()], ..alert() }];
    assert_eq!(codes(&judge(&spec(), &seen)), ["alert/silenced-by-others"]);
    seen.alerts = vec![AlertSeen { inhibited_by: vec!["f00".to_owned()], ..alert() }];
    assert_eq!(codes(&judge(&spec(), &seen)), ["alert/inhibited"]);
}

#[test]
fn another_receiver_is_red() {
    let mut seen = until(None);
    let other = AlertSeen {
        receivers: vec!["default".to_owned()],
        integrations: [("default".to_owned(), 2)].into(),
        ..alert()
    };
    seen.alerts = vec![other];
    let verdict = judge(&spec(), &seen);
    assert_eq!(codes(&verdict), ["alert/wrong-route"]);
    assert_eq!(verdict.findings()[0].actual, "it goes to default");
}

#[test]
fn a_receiver_without_integration_is_red_unless_placeholders_are_allowed() {
    let mut seen = until(None);
    seen.alerts = vec![AlertSeen { integrations: [("critical".to_owned(), 0)].into(), ..alert() }];
    assert_eq!(codes(&judge(&spec(), &seen)), ["alert/no-integration"]);
    let lenient = Spec { integration: Integration::Optional, ..spec() };
    assert!(judge(&lenient, &seen).is_pass());
}

#[test]
fn an_alert_that_comes_late_is_red() {
    let mut seen = until(None);
    let strict = Spec { arrives_within: crate::units::Duration::seconds(5), ..spec() };
    assert!(judge(&strict, &seen).is_pass());
    seen.passed.insert(Hop::Arrived, 7.5);
    assert_eq!(codes(&judge(&strict, &seen)), ["alert/late"]);
}

#[test]
fn an_arrival_that_was_not_described_is_no_pass() {
    let seen = Observation { alerts: Vec::new(), ..until(None) };
    assert_eq!(codes(&judge(&spec(), &seen)), ["alert/not-described"]);
}

#[test]
fn every_alertmanager_is_judged_and_equal_faults_of_one_are_told_once() {
    let on = |pod: &str, receiver: &str| AlertSeen {
        pod: pod.to_owned(),
        receivers: vec![receiver.to_owned()],
        integrations: [(receiver.to_owned(), 1)].into(),
        ..alert()
    };
    let mut seen = until(None);
    seen.alerts = vec![on("am-0", "critical"), on("am-1", "default"), on("am-1", "default")];
    let verdict = judge(&spec(), &seen);
    assert_eq!(codes(&verdict), ["alert/wrong-route"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("am-1"));
}
