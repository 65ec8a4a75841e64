//! Literal processes.

use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::testing::{given, serve};

fn spec(flags: Value) -> Spec {
    serde_json::from_value(json!({
        "endpoint": {"namespace": "o", "service": "vmsingle-main", "port": "http"},
        "component": "vmsingle", "version": "v1.131.0", "flags": flags
    }))
    .unwrap()
}

fn instance(version: Option<&str>, flags: &[(&str, &str)]) -> Instance {
    let component = Component { application: Some(Application::VmSingle), version: version.map(str::to_owned) };
    let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Instance { pod: "Pod o/vmsingle-0".to_owned(), component, shown: 300, flags }
}

fn judge(flags: Value, name: &str, value: &str) -> Verdict {
    judge::judge(&spec(flags), &Observation { instances: vec![instance(Some("v1.131.0"), &[(name, value)])] })
}

#[track_caller]
fn fails(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}

#[track_caller]
fn unclear(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}

#[test]
fn a_duration_is_compared_by_its_length() {
    let retention = |wanted: Value, found| judge(json!({"retentionPeriod": wanted}), "retentionPeriod", found);
    assert!(retention(json!({"duration": "90d"}), "2160h").is_pass());
    assert!(retention(json!({"duration_at_least": "90d"}), "90d").is_pass());
    fails(&retention(json!({"duration_at_least": "90d"}), "89d"), "flag/other-value");
    fails(&retention(json!({"equals": "90d"}), "2160h"), "flag/other-value");
}

#[test]
fn a_bare_number_is_no_duration() {
    let wanted = json!({"retentionPeriod": {"duration_at_least": "1d"}});
    fails(&judge(wanted, "retentionPeriod", "1"), "flag/not-comparable");
}

#[test]
fn bytes_hold_at_their_bounds() {
    let memory = |wanted: Value, found| judge(json!({"memory.allowedBytes": wanted}), "memory.allowedBytes", found);
    assert!(memory(json!({"bytes_at_least": "1Gi"}), "1GiB").is_pass());
    assert!(memory(json!({"bytes_at_most": "1GB"}), "1000000000").is_pass());
    fails(&memory(json!({"bytes_at_least": "1Gi"}), "1GB"), "flag/other-value");
    fails(&memory(json!({"bytes_at_most": "1GB"}), "many"), "flag/not-comparable");
}

#[test]
fn an_unknown_flag_is_told_as_that_and_waiting_cannot_help() {
    let verdict = judge(json!({"retention": {"equals": "90d"}}), "retentionPeriod", "90d");
    fails(&verdict, "flag/unknown");
    assert!(verdict.is_terminal());
}

#[test]
fn what_is_not_shown_is_unclear() {
    unclear(&judge(json!({"httpAuth.password": {"equals": "x"}}), "httpAuth.password", "secret"), "flag/secret");
    let silent = Instance { shown: 0, ..instance(Some("v1.131.0"), &[]) };
    let seen = Observation { instances: vec![silent] };
    unclear(&judge::judge(&spec(json!({"a": {"equals": "b"}})), &seen), "flag/none-shown");
    let none = Observation { instances: Vec::new() };
    unclear(&judge::judge(&spec(json!({"a": {"equals": "b"}})), &none), "flag/nothing-examined");
}

#[test]
fn another_version_or_none_fails() {
    for version in [Some("v1.130.0"), None] {
        let seen = Observation { instances: vec![instance(version, &[("a", "b")])] };
        fails(&judge::judge(&spec(json!({"a": {"equals": "b"}})), &seen), "flag/other-version");
    }
}

#[tokio::test]
async fn a_look_keeps_the_named_flags_alone() {
    let page = "flag{name=\"retentionPeriod\", value=\"90d\", is_set=\"true\"} 1\nflag{name=\"x\",value=\"y\"} 1\n\
        vm_app_version{version=\"x\", short_version=\"v1.131.0\"} 1\nvm_data_size_bytes{type=\"indexdb/file\"} 0\n";
    let url = serve(move |_| (200, "text/plain", page.to_owned())).await;
    let connections = given("vmsingle-main", &url).await;
    let look = Look { connections: &connections, run: "test" };
    let spec = spec(json!({"retentionPeriod": {"equals": "90d"}}));
    let seen = Flag::observe(&spec, &mut (), &look).await.unwrap();
    assert_eq!((seen.instances[0].shown, seen.instances[0].flags.len()), (2, 1));
    let saved: Observation = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
    assert!(judge::judge(&spec, &saved).is_pass());
}
