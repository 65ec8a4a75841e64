//! A rollout's conditions, step by step.

use super::super::plan::Strategy;
use super::*;

fn deployment() -> Deployment {
    serde_json::from_value(json!({
        "metadata": {"name": "x", "namespace": "a", "generation": 2},
        "spec": {"replicas": 1, "progressDeadlineSeconds": 60, "selector": {}, "template": {}},
    }))
    .unwrap()
}

fn set(name: &str, replicas: i32, available: i32) -> Arc<ReplicaSet> {
    let value = json!({
        "metadata": {"name": name, "namespace": "a"},
        "spec": {"replicas": replicas, "selector": {}},
        "status": {"replicas": replicas, "readyReplicas": available, "availableReplicas": available},
    });
    Arc::new(serde_json::from_value(value).unwrap())
}

fn limits() -> Limits {
    Limits { replicas: 1, strategy: Strategy::Rolling { surge: 1, unavailable: 0 } }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

/// The (status, reason) of a condition after looking at these sets at that second; the status is kept for the next look.
fn look<'a>(deployment: &'a mut Deployment, sets: &[Arc<ReplicaSet>], kind: &str, second: i64) -> (&'a str, &'a str) {
    let status = of(deployment, sets, sets.last().map(AsRef::as_ref), limits(), at(second));
    deployment.status = Some(status);
    let condition = find(deployment, kind).unwrap();
    (condition.status.as_str(), condition.reason.as_deref().unwrap())
}

#[test]
fn a_rollout_progresses_and_then_is_available() {
    let mut deployment = deployment();
    assert_eq!(look(&mut deployment, &[set("x-1", 1, 0)], "Progressing", 1), ("True", "ReplicaSetUpdated"));
    assert_eq!(look(&mut deployment, &[set("x-1", 1, 0)], "Available", 2), ("False", "MinimumReplicasUnavailable"));
    assert_eq!(look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 3), ("True", "NewReplicaSetAvailable"));
    assert_eq!(look(&mut deployment, &[set("x-1", 1, 1)], "Available", 3), ("True", "MinimumReplicasAvailable"));
}

#[test]
fn a_rollout_that_stands_still_exceeds_its_deadline() {
    let mut deployment = deployment();
    let sets = [set("x-1", 1, 0)];
    look(&mut deployment, &sets, "Progressing", 1);
    assert_eq!(look(&mut deployment, &sets, "Progressing", 61), ("True", "ReplicaSetUpdated"));
    assert_eq!(look(&mut deployment, &sets, "Progressing", 62), ("False", "ProgressDeadlineExceeded"));
    assert_eq!(look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 63), ("True", "NewReplicaSetAvailable"));
}

#[test]
fn a_pod_that_is_lost_after_the_rollout_only_costs_availability() {
    let mut deployment = deployment();
    look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 1);
    let lost = [set("x-1", 1, 0)];
    assert_eq!(look(&mut deployment, &lost, "Available", 2), ("False", "MinimumReplicasUnavailable"));
    assert_eq!(look(&mut deployment, &lost, "Progressing", 500), ("True", "NewReplicaSetAvailable"));
}

#[test]
fn a_new_template_starts_a_new_progress() {
    let mut deployment = deployment();
    look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 1);
    let rolling = [set("x-1", 1, 1), set("x-2", 1, 0)];
    assert_eq!(look(&mut deployment, &rolling, "Progressing", 2), ("True", "ReplicaSetUpdated"));
    let status = deployment.status.as_ref().unwrap();
    assert_eq!((status.replicas, status.updated_replicas, status.unavailable_replicas), (Some(2), Some(1), Some(1)));
}

#[test]
fn a_status_that_says_the_same_is_the_same() {
    let mut deployment = deployment();
    look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 1);
    let before = deployment.status.clone();
    look(&mut deployment, &[set("x-1", 1, 1)], "Progressing", 9);
    assert_eq!(deployment.status, before);
}
