//! Literal configurations, as Alertmanager shows them.

use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::Application;
use crate::connect::testing::{given, serve};

const CANARY: &str = "hunter2-canary";
const SOUND: &str = "route:\n  receiver: default\n  routes:\n  - {receiver: critical, matchers: ['severity=\"critical\"']}\n\
    receivers:\n- name: default\n  email_configs: [{to: hunter2-canary}]\n\
    - name: critical\n  webhook_configs: [{url: <secret>}]\n";
/// As operator v0.66 writes it when it has no Secret.
const BLACKHOLE: &str =
    "\nglobal:\n  resolve_timeout: 5m\nroute:\n  receiver: 'blackhole'\nreceivers:\n- name: blackhole\n";

fn spec(more: Value) -> Spec {
    let mut spec = json!({
        "endpoint": {"namespace": "observability", "service": "vmalertmanager-main", "port": "http"},
        "routes": [{"labels": {"severity": "critical"}, "receivers": ["critical"]}]
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

fn instance(pod: &str, config: &str) -> Instance {
    let config = Config::read(config);
    Instance { pod: pod.to_owned(), last_reload_successful: Some(true), config }
}

fn seen(instances: Vec<Instance>) -> Observation {
    let component = Component { application: Some(Application::Alertmanager), version: None };
    Observation { component, instances }
}

fn judge(more: Value, config: &str) -> Verdict {
    judge::judge(&spec(more), &seen(vec![instance("Pod o/a-0", config)]))
}

#[track_caller]
fn fails(verdict: &Verdict, codes: &[&str]) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    let found: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(found, codes, "{verdict:?}");
}

#[test]
fn an_alert_that_leads_to_a_receiver_with_an_integration_passes() {
    let verdict = judge(json!({}), SOUND);
    let Decision::Pass(examined) = verdict.decision else { panic!("{verdict:?}") };
    assert_eq!(examined.names, ["alert {severity=\"critical\"}"]);
}

#[test]
fn the_operators_fallback_fails_with_that_alone() {
    fails(&judge(json!({"silent": ["blackhole"]}), BLACKHOLE), &["alertmanager/fallback"]);
    fails(&judge(json!({}), BLACKHOLE), &["alertmanager/fallback"]);
}

#[test]
fn templates_tell_a_blackhole_of_ones_own_from_the_operators() {
    let (operators, own) = ("/etc/vm/templates/tpl/monzo.tmpl", "/etc/vm/configs/**/*.tmpl");
    let meant = || json!({"silent": ["blackhole"], "routes": [{"labels": {}, "receivers": ["blackhole"]}]});
    let with = |paths: &[&str]| format!("{BLACKHOLE}templates: {}\n", json!(paths));
    fails(&judge(meant(), &with(&[])), &["alertmanager/fallback"]);
    fails(&judge(meant(), &with(&[operators])), &["alertmanager/fallback"]);
    assert!(judge(meant(), &with(&[own, operators])).is_pass());
    let forgotten = json!({"routes": [{"labels": {}, "receivers": ["blackhole"]}]});
    fails(&judge(forgotten, &with(&[own])), &["alertmanager/silent-receiver"]);
}

#[test]
fn a_receiver_called_blackhole_in_a_configuration_of_ones_own_is_no_fallback() {
    let own = SOUND.replace("default", "blackhole");
    assert!(judge(json!({}), &own).is_pass());
}

#[test]
fn a_receiver_without_integration_fails_unless_it_is_meant() {
    let without = SOUND.replace("  email_configs: [{to: hunter2-canary}]\n", "");
    fails(&judge(json!({}), &without), &["alertmanager/silent-receiver"]);
    assert!(judge(json!({"silent": ["default"]}), &without).is_pass());
    let empty = SOUND.replace("[{url: <secret>}]", "[]");
    fails(&judge(json!({}), &empty), &["alertmanager/silent-receiver"]);
}

#[test]
fn a_receiver_that_no_route_names_does_no_harm() {
    assert!(judge(json!({}), &format!("{SOUND}- name: unused\n")).is_pass());
}

#[test]
fn an_alert_that_leads_elsewhere_or_perhaps_elsewhere_fails() {
    let elsewhere = SOUND.replace("severity=", "level=");
    let verdict = judge(json!({}), &elsewhere);
    fails(&verdict, &["alertmanager/other-receiver"]);
    assert_eq!(verdict.findings()[0].actual, "it may lead to critical, default");
    let labels = json!({"routes": [{"labels": {"severity": "warning"}, "receivers": ["critical"]}]});
    fails(&judge(labels, SOUND), &["alertmanager/other-receiver"]);
}

#[test]
fn a_label_with_the_empty_value_is_known_to_be_absent() {
    let sink = SOUND.replace("  routes:\n", "  routes:\n  - {receiver: default, matchers: ['sink=\"yes\"']}\n");
    fails(&judge(json!({}), &sink), &["alertmanager/other-receiver"]);
    let labels = json!({"routes": [{"labels": {"severity": "critical", "sink": ""}, "receivers": ["critical"]}]});
    assert!(judge(labels, &sink).is_pass());
}

#[test]
fn a_wanted_receiver_that_does_not_exist_is_told_as_that() {
    let labels = json!({"routes": [{"labels": {"severity": "critical"}, "receivers": ["pager"]}]});
    fails(&judge(labels, SOUND), &["alertmanager/unknown-receiver"]);
}

#[test]
fn a_route_that_rests_at_times_fails_unless_that_is_meant() {
    let with = |intervals: &str| SOUND.replace("receiver: critical, ", &format!("receiver: critical, {intervals}, "));
    let muted = with("mute_time_intervals: [nights]");
    let verdict = judge(json!({}), &muted);
    fails(&verdict, &["alertmanager/muted-at-times"]);
    assert_eq!(verdict.findings()[0].actual, "its route to critical is muted during nights");
    fails(&judge(json!({}), &with("active_time_intervals: [office]")), &["alertmanager/muted-at-times"]);
    let meant = |names: Value| json!({"routes": [{"labels": {"severity": "critical"}, "receivers": ["critical"], "time_intervals": names}]});
    assert!(judge(meant(json!(["nights"])), &muted).is_pass());
    fails(&judge(meant(json!(["night"])), &muted), &["alertmanager/muted-at-times"]);
    // Of a warning nothing is said here.
    let other = json!({"routes": [{"labels": {"severity": "warning"}, "receivers": ["default"]}]});
    assert!(judge(other, &muted).is_pass());
}

#[test]
fn what_cannot_be_read_fails() {
    for config in ["", "route: [", "receivers: []", "route: {receiver: a, routes: [{matchers: [x]}]}\nreceivers: []"] {
        fails(&judge(json!({}), config), &["alertmanager/unreadable"]);
    }
}

#[test]
fn a_refused_newer_configuration_fails_and_an_untold_one_is_unclear() {
    let with = |last_reload_successful| Instance { last_reload_successful, ..instance("Pod o/a-0", SOUND) };
    fails(&judge::judge(&spec(json!({})), &seen(vec![with(Some(false))])), &["alertmanager/not-reloaded"]);
    let verdict = judge::judge(&spec(json!({})), &seen(vec![with(None)]));
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
    assert_eq!(verdict.findings()[0].code, "alertmanager/reload-unknown");
}

#[test]
fn replicas_with_other_configurations_are_told_apart() {
    let other = SOUND.replace("default", "others");
    let two = seen(vec![instance("Pod o/a-0", SOUND), instance("Pod o/a-1", &other)]);
    let verdict = judge::judge(&spec(json!({})), &two);
    fails(&verdict, &["alertmanager/instances-differ"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("Pod o/a-1"));
}

#[test]
fn no_alertmanager_at_all_is_no_pass() {
    let verdict = judge::judge(&spec(json!({})), &seen(Vec::new()));
    assert_eq!(verdict.findings()[0].code, "alertmanager/nothing-examined");
}

#[tokio::test]
async fn a_look_keeps_who_is_told_and_not_how() {
    let url = serve(|request| match request {
        "GET /metrics" => {
            let page = "alertmanager_build_info{version=\"0.29.0\"} 1\nalertmanager_config_last_reload_successful 1\n";
            (200, "text/plain", page.to_owned())
        }
        "GET /api/v2/status" => (200, "application/json", json!({"config": {"original": SOUND}}).to_string()),
        _ => (404, "text/plain", String::new()),
    });
    let connections = given("vmalertmanager-main", &url.await).await;
    let look = Look { connections: &connections, run: "test" };
    let seen = AlertmanagerConfig::observe(&spec(json!({})), &mut (), &look).await.unwrap();
    let saved = serde_json::to_string(&seen).unwrap();
    assert!(!saved.contains(CANARY), "{saved}");
    let saved: Observation = serde_json::from_str(&saved).unwrap();
    assert!(judge::judge(&spec(json!({})), &saved).is_pass());
}
