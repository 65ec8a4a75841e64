//! A Deployment's status and conditions
//! (Kubernetes v1.33, pkg/controller/deployment/sync.go and progress.go).

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::json;

use super::plan::Limits;

const DEADLINE_DEFAULT: i32 = 600;

/// The status that these ReplicaSets make; `current` is the one of today's template.
pub fn of(
    deployment: &Deployment,
    sets: &[Arc<ReplicaSet>],
    current: Option<&ReplicaSet>,
    limits: Limits,
    now: Timestamp,
) -> DeploymentStatus {
    let sum = |number: fn(&k8s_openapi::api::apps::v1::ReplicaSetStatus) -> i32| -> i32 {
        sets.iter().filter_map(|set| set.status.as_ref()).map(number).sum()
    };
    let some = |number: i32| (number > 0).then_some(number);
    let available = sum(|status| status.available_replicas.unwrap_or(0));
    let wanted: i32 = sets.iter().filter_map(|set| set.spec.as_ref()?.replicas).sum();
    let updated = current.and_then(|set| set.status.as_ref()).map_or(0, |status| status.replicas);
    let mut status = DeploymentStatus {
        replicas: some(sum(|status| status.replicas)),
        ready_replicas: some(sum(|status| status.ready_replicas.unwrap_or(0))),
        available_replicas: some(available),
        unavailable_replicas: some((wanted.max(limits.replicas) - available).max(0)),
        updated_replicas: some(updated),
        observed_generation: deployment.metadata.generation,
        ..Default::default()
    };
    let mut conditions = vec![available_condition(deployment, available >= limits.minimum(), now)];
    conditions.extend(progressing(deployment, &status, current, limits.replicas, now));
    conditions.extend(failure(sets, now));
    status.conditions = Some(conditions);
    status
}

fn available_condition(deployment: &Deployment, enough: bool, now: Timestamp) -> DeploymentCondition {
    let (status, reason, message) = if enough {
        ("True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
    } else {
        ("False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    };
    condition(deployment, "Available", status, reason, message.to_owned(), Renew::OnChange, now)
}

fn progressing(
    deployment: &Deployment,
    status: &DeploymentStatus,
    current: Option<&ReplicaSet>,
    replicas: i32,
    now: Timestamp,
) -> Option<DeploymentCondition> {
    let old = find(deployment, "Progressing");
    let Some(current) = current else {
        return old.cloned();
    };
    let name = current.name_any();
    let make =
        |status, reason, message, renew| condition(deployment, "Progressing", status, reason, message, renew, now);
    let count = |number: Option<i32>| number.unwrap_or(0);
    let complete = [status.updated_replicas, status.replicas, status.available_replicas].map(count) == [replicas; 3];
    let reason = old.and_then(|condition| condition.reason.as_deref());
    // A rollout that was complete stays so: a pod that becomes unready later is a matter of Available.
    let unchanged = status.replicas == status.updated_replicas && same_template(deployment, &name);
    if complete || (unchanged && reason == Some("NewReplicaSetAvailable")) {
        let message = format!("ReplicaSet \"{name}\" has successfully progressed.");
        return Some(make("True", "NewReplicaSetAvailable", message, Renew::OnChange));
    }
    if moved(deployment.status.as_ref(), status) || !same_template(deployment, &name) {
        return Some(make(
            "True",
            "ReplicaSetUpdated",
            format!("ReplicaSet \"{name}\" is progressing."),
            Renew::Always,
        ));
    }
    let deadline = deployment.spec.as_ref().and_then(|spec| spec.progress_deadline_seconds).unwrap_or(DEADLINE_DEFAULT);
    let since = old.and_then(|condition| condition.last_update_time.as_ref()).map_or(now, |time| time.0);
    let paused = deployment.spec.as_ref().and_then(|spec| spec.paused).unwrap_or(false);
    if !paused && now.duration_since(since) > SignedDuration::from_secs(deadline.into()) {
        let message = format!("ReplicaSet \"{name}\" has timed out progressing.");
        return Some(make("False", "ProgressDeadlineExceeded", message, Renew::OnChange));
    }
    old.cloned()
}

/// Whether the last Progressing condition spoke of the same ReplicaSet.
fn same_template(deployment: &Deployment, set: &str) -> bool {
    let message = find(deployment, "Progressing").and_then(|condition| condition.message.as_deref());
    message.is_some_and(|message| message.contains(&format!("\"{set}\"")))
}

/// Whether the rollout came further since the last status.
fn moved(old: Option<&DeploymentStatus>, new: &DeploymentStatus) -> bool {
    let Some(old) = old else { return true };
    let grew = |old: Option<i32>, new: Option<i32>| new.unwrap_or(0) > old.unwrap_or(0);
    let outdated = |status: &DeploymentStatus| status.replicas.unwrap_or(0) - status.updated_replicas.unwrap_or(0);
    grew(old.updated_replicas, new.updated_replicas)
        || grew(old.ready_replicas, new.ready_replicas)
        || grew(old.available_replicas, new.available_replicas)
        || outdated(new) < outdated(old)
}

/// Takes over a ReplicaSet's failure to make pods.
fn failure(sets: &[Arc<ReplicaSet>], now: Timestamp) -> Option<DeploymentCondition> {
    let conditions = sets.iter().filter_map(|set| set.status.as_ref()?.conditions.as_ref()).flatten();
    let found = conditions.into_iter().find(|condition| condition.type_ == "ReplicaFailure")?;
    let since = found.last_transition_time.clone().unwrap_or(Time(now));
    Some(DeploymentCondition {
        type_: "ReplicaFailure".into(),
        status: found.status.clone(),
        reason: found.reason.clone(),
        message: found.message.clone(),
        last_transition_time: Some(since.clone()),
        last_update_time: Some(since),
    })
}

/// When `lastUpdateTime` is set anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renew {
    OnChange,
    /// It is the clock of the progress deadline.
    Always,
}

fn condition(
    deployment: &Deployment,
    kind: &str,
    status: &str,
    reason: &str,
    message: String,
    renew: Renew,
    now: Timestamp,
) -> DeploymentCondition {
    let old = find(deployment, kind);
    let same_status = old.filter(|old| old.status == status);
    let same =
        same_status.filter(|old| old.reason.as_deref() == Some(reason) && old.message.as_deref() == Some(&message));
    let transition = same_status.and_then(|old| old.last_transition_time.clone());
    let update = same.filter(|_| renew == Renew::OnChange).and_then(|old| old.last_update_time.clone());
    DeploymentCondition {
        type_: kind.to_owned(),
        status: status.to_owned(),
        reason: Some(reason.to_owned()),
        message: Some(message),
        last_transition_time: Some(transition.unwrap_or(Time(now))),
        last_update_time: Some(update.unwrap_or(Time(now))),
    }
}

fn find<'a>(deployment: &'a Deployment, kind: &str) -> Option<&'a DeploymentCondition> {
    deployment.status.as_ref()?.conditions.as_ref()?.iter().find(|condition| condition.type_ == kind)
}

/// Absent numbers must be sent as null, or a merge patch would keep the old ones.
pub fn patch(status: &DeploymentStatus) -> serde_json::Value {
    json!({
        "replicas": status.replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
        "unavailableReplicas": status.unavailable_replicas,
        "updatedReplicas": status.updated_replicas,
        "observedGeneration": status.observed_generation,
        "conditions": status.conditions,
    })
}

#[cfg(test)]
mod tests;
