//! Verdicts on literal memory.

use serde_json::json;

use super::super::seen::Reading;
use super::*;
use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::check::verdict::Decision;

const GB: f64 = 1e9;

fn spec() -> Spec {
    serde_json::from_value(json!({
        "namespaces": ["observability"], "below": "4GB",
        "storage": {"namespace": "observability", "service": "vmsingle-vmsingle", "port": "http"},
    }))
    .unwrap()
}

fn container(name: &str) -> ContainerSeen {
    ContainerSeen {
        pod: "observability/vmagent-0".to_owned(),
        container: name.to_owned(),
        component: "vmagent".to_owned(),
        running_seconds: Some(3600.0),
        limit_bytes: Some(2.0 * GB),
        oom_killed_at: None,
    }
}

fn reading(name: &str, bytes: f64) -> Reading {
    Reading { pod: "observability/vmagent-0".to_owned(), container: name.to_owned(), bytes, age_seconds: 20.0 }
}

fn source(readings: Vec<Reading>) -> Source {
    Source { readings, trouble: None }
}

/// Two containers of 1 and 0.5 GB, alike in both sources; peak 2 GB.
fn seen() -> Observation {
    let readings = vec![reading("vmagent", GB), reading("config-reloader", 0.5 * GB)];
    Observation {
        containers: vec![container("vmagent"), container("config-reloader")],
        pods: Vec::new(),
        metrics_api: source(readings.clone()),
        series: source(readings),
        peak_bytes: Some(2.0 * GB),
    }
}

fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

fn measured(verdict: &Verdict, name: &str) -> f64 {
    verdict.measured.iter().find(|measurement| measurement.name == name).unwrap().value
}

#[test]
fn a_complete_sum_below_the_limit_passes_and_says_both_sources() {
    let verdict = judge(&spec(), &seen());
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.count.get(), examined.age_seconds), (2, Some(20.0)));
    assert_eq!((measured(&verdict, "memory_metrics_api"), measured(&verdict, "memory_peak")), (1.5 * GB, 2.0 * GB));
    assert_eq!(measured(&verdict, "memory.vmagent"), 1.5 * GB);
}

#[test]
fn the_limit_itself_is_too_much() {
    let mut seen = seen();
    seen.peak_bytes = Some(4.0 * GB);
    let verdict = judge(&spec(), &seen);
    assert_eq!(codes(&verdict), ["memory/over-limit"]);
    assert_eq!(verdict.findings()[0].actual, "4.000 GB (3.725 GiB) (peak over 1h)");
    seen.peak_bytes = Some(4.0 * GB - 1.0);
    assert!(judge(&spec(), &seen).is_pass());
}

#[test]
fn a_container_that_a_source_lacks_leaves_it_open_even_far_below_the_limit() {
    for lacking in [0, 1] {
        let mut seen = seen();
        [&mut seen.metrics_api, &mut seen.series][lacking].readings.pop();
        let verdict = judge(&spec(), &seen);
        assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
        assert_eq!(codes(&verdict), ["memory/container-missing"]);
    }
}

#[test]
fn a_source_that_cannot_be_asked_leaves_it_open() {
    let mut seen = seen();
    let resource = "pods.metrics.k8s.io".to_owned();
    seen.metrics_api = Source { readings: Vec::new(), trouble: Some(Trouble::UnknownKind { resource }) };
    assert_eq!(codes(&judge(&spec(), &seen)), ["memory/source-silent"]);
}

#[test]
fn an_old_reading_leaves_it_open() {
    let mut seen = seen();
    seen.series.readings[0].age_seconds = 120.1;
    assert_eq!(codes(&judge(&spec(), &seen)), ["memory/stale"]);
    seen.series.readings[0].age_seconds = 120.0;
    assert!(judge(&spec(), &seen).is_pass());
}

#[test]
fn sources_that_differ_too_much_are_a_finding() {
    let mut seen = seen();
    seen.series.readings[0].bytes = 2.0 * GB;
    let verdict = judge(&spec(), &seen);
    assert!(matches!(verdict.decision, Decision::Fail(_)));
    assert_eq!(codes(&verdict), ["memory/sources-differ"]);
}

#[test]
fn the_series_of_a_restarted_container_is_not_counted_twice() {
    let mut seen = seen();
    seen.series.readings.push(reading("vmagent", 0.9 * GB));
    let verdict = judge(&spec(), &seen);
    assert!(verdict.is_pass());
    assert_eq!(measured(&verdict, "memory_series"), 1.5 * GB);
}

#[test]
fn a_reading_of_a_pod_that_is_gone_is_not_counted() {
    let mut seen = seen();
    let gone = Reading { pod: "observability/vmagent-old".to_owned(), ..reading("vmagent", GB) };
    seen.metrics_api.readings.push(gone);
    assert_eq!(measured(&judge(&spec(), &seen), "memory_metrics_api"), 1.5 * GB);
}

#[test]
fn an_oom_kill_is_red_whatever_the_sum() {
    let mut seen = seen();
    seen.containers[0].oom_killed_at = Some("2026-11-23T09:00:00Z".to_owned());
    assert_eq!(codes(&judge(&spec(), &seen)), ["memory/oom-killed"]);
}

#[test]
fn no_running_container_is_no_pass() {
    let verdict = judge(&spec(), &Observation { peak_bytes: Some(0.0), ..Observation::default() });
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(codes(&verdict), ["memory/nothing-runs"]);
}

#[test]
fn an_empty_peak_is_not_zero() {
    let seen = Observation { peak_bytes: None, ..seen() };
    assert_eq!(codes(&judge(&spec(), &seen)), ["memory/no-peak"]);
}

#[test]
fn a_component_with_an_unlimited_container_has_no_limit() {
    let mut seen = seen();
    seen.containers[1].limit_bytes = None;
    let verdict = judge(&spec(), &seen);
    let component = verdict.measured.iter().find(|measurement| measurement.name == "memory.vmagent").unwrap();
    assert_eq!(component.limit, None);
}

fn limited(limits: serde_json::Value) -> Spec {
    Spec { limits: Some(serde_json::from_value(limits).unwrap()), ..spec() }
}

#[test]
fn a_container_without_a_limit_is_told_unless_it_may_have_none() {
    let mut seen = seen();
    assert!(judge(&limited(json!({})), &seen).is_pass());
    seen.containers[1].limit_bytes = None;
    assert!(judge(&spec(), &seen).is_pass(), "nothing is demanded");
    let verdict = judge(&limited(json!({})), &seen);
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!(codes(&verdict), ["memory/no-limit"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("observability/vmagent-0/config-reloader"));
    assert!(judge(&limited(json!({"unlimited": ["config-reloader"]})), &seen).is_pass());
    assert_eq!(codes(&judge(&limited(json!({"unlimited": ["vmagent"]})), &seen)), ["memory/no-limit"]);
    // One that does not run takes nothing.
    seen.containers[1].running_seconds = None;
    assert!(judge(&limited(json!({})), &seen).is_pass());
}

#[test]
fn limits_together_stay_below_their_sum() {
    let mut seen = seen();
    let sum = |below: &str| limited(json!({"sum_below": below, "unlimited": ["config-reloader"]}));
    let verdict = judge(&sum("4000000001"), &seen);
    assert!(verdict.is_pass(), "{verdict:?}");
    assert_eq!(measured(&verdict, "memory_limits"), 4.0 * GB);
    let verdict = judge(&sum("4GB"), &seen);
    assert_eq!(codes(&verdict), ["memory/limits-exceed"]);
    assert_eq!(verdict.findings()[0].actual, "4.000 GB (3.725 GiB) together");
    seen.containers[1].limit_bytes = None;
    assert!(judge(&sum("4GB"), &seen).is_pass());
}

#[test]
fn no_running_container_has_no_limits_either() {
    let verdict =
        judge(&limited(json!({"sum_below": "4GB"})), &Observation { peak_bytes: Some(0.0), ..Observation::default() });
    assert_eq!(codes(&verdict), ["memory/nothing-runs"]);
}

#[test]
fn a_source_without_any_reading_is_one_finding_and_not_one_a_container() {
    let seen = Observation { series: source(Vec::new()), peak_bytes: None, ..seen() };
    let verdict = judge(&spec(), &seen);
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(codes(&verdict), ["memory/source-empty"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("cAdvisor"));
}

#[test]
fn what_has_happened_is_not_waited_for_and_what_may_sink_is() {
    let high = Observation { peak_bytes: Some(5.0 * GB), ..seen() };
    assert!(judge(&spec(), &high).is_terminal());
    let mut now = seen();
    for source in [&mut now.metrics_api, &mut now.series] {
        source.readings[0].bytes = 4.0 * GB;
    }
    let verdict = judge(&spec(), &now);
    assert_eq!(codes(&verdict), ["memory/over-limit", "memory/over-limit"]);
    assert!(!verdict.is_terminal());
    let mut killed = seen();
    killed.containers[0].oom_killed_at = Some("2026-11-23T10:00:00Z".to_owned());
    assert!(judge(&spec(), &killed).is_terminal());
}

#[test]
fn a_source_that_is_denied_names_the_permission_that_is_missing() {
    let rule = Access::new("list", "metrics.k8s.io", "pods").within("observability");
    let mut seen = seen();
    seen.metrics_api =
        Source { readings: Vec::new(), trouble: Some(Trouble::Denied { rule, message: "forbidden".to_owned() }) };
    let verdict = judge(&spec(), &seen);
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    assert_eq!(codes(&verdict), ["access/denied"]);
    assert!(verdict.is_terminal(), "waiting brings no permission");
}
