//! How Jobs go on and end.

use super::super::pods::tests::pod;
use super::*;

fn decide(spec: Value, own: &[Pod]) -> State {
    let mut spec = spec;
    spec["template"] = json!({});
    let own: Vec<_> = own.iter().cloned().map(Arc::new).collect();
    state(&serde_json::from_value(spec).unwrap(), &own, &Tally::of(&own))
}

fn failed(code: i32) -> Pod {
    let mut pod = pod("x", "Failed", None);
    let statuses = json!([{"name": "c", "image": "", "imageID": "", "ready": false, "restartCount": 0,
        "state": {"terminated": {"exitCode": code}}}]);
    pod.status.as_mut().unwrap().container_statuses = serde_json::from_value(statuses).unwrap();
    pod
}

#[test]
fn one_success_completes_a_job() {
    assert_eq!(decide(json!({}), &[]), State::Start);
    assert_eq!(decide(json!({}), &[pod("x", "Running", None)]), State::Wait);
    assert_eq!(decide(json!({}), &[failed(1), pod("y", "Succeeded", None)]), State::Complete);
}

#[test]
fn failures_up_to_the_backoff_limit_are_tried_again() {
    assert_eq!(decide(json!({"backoffLimit": 1}), &[failed(1)]), State::Start);
    let ended = decide(json!({"backoffLimit": 1}), &[failed(1), failed(1)]);
    assert!(matches!(ended, State::Failed { reason: "BackoffLimitExceeded", .. }));
}

#[test]
fn an_exit_code_of_a_fail_rule_ends_the_job_at_once() {
    let policy = json!({"backoffLimit": 5, "podFailurePolicy": {"rules": [
        {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [2]}}]}});
    assert_eq!(decide(policy.clone(), &[failed(1)]), State::Start);
    let State::Failed { reason, message } = decide(policy, &[failed(2)]) else { panic!() };
    assert_eq!(reason, "PodFailurePolicy");
    assert_eq!(message, "Container c for pod a/x failed with exit code 2 matching FailJob rule at index 0");
}
