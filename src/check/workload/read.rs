//! Reads workloads and pods of the Kubernetes API.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{self as core, ContainerState, ContainerStateTerminated, ContainerStatus};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};

use super::observation::{Condition, Container, Counts, Pod, State, Terminated, Workload};

/// The longest message that is kept of a container or condition.
const MESSAGE: usize = 400;

pub(super) fn deployment(object: Deployment, revision: Option<String>) -> Workload {
    let (spec, status) = (object.spec.unwrap_or_default(), object.status.unwrap_or_default());
    let conditions = status
        .conditions
        .unwrap_or_default()
        .into_iter()
        .map(|one| condition(one.type_, one.status, one.reason, one.message, one.last_transition_time));
    Workload {
        paused: spec.paused.unwrap_or(false),
        counts: Counts {
            wanted: spec.replicas.unwrap_or(1),
            replicas: status.replicas.unwrap_or(0),
            updated: status.updated_replicas.unwrap_or(0),
            ready: status.ready_replicas.unwrap_or(0),
            available: status.available_replicas.unwrap_or(0),
        },
        conditions: conditions.collect(),
        ..of(&object.metadata, status.observed_generation, revision)
    }
}

pub(super) fn stateful_set(object: StatefulSet) -> Workload {
    let (spec, status) = (object.spec.unwrap_or_default(), object.status.unwrap_or_default());
    Workload {
        counts: Counts {
            wanted: spec.replicas.unwrap_or(1),
            replicas: status.replicas,
            updated: status.updated_replicas.unwrap_or(0),
            ready: status.ready_replicas.unwrap_or(0),
            available: status.available_replicas.unwrap_or(0),
        },
        ..of(&object.metadata, status.observed_generation, status.update_revision)
    }
}

/// A DaemonSet does not say which revision is the current one; the number of updated pods does.
pub(super) fn daemon_set(object: DaemonSet) -> Workload {
    let status = object.status.unwrap_or_default();
    Workload {
        counts: Counts {
            wanted: status.desired_number_scheduled,
            replicas: status.current_number_scheduled,
            updated: status.updated_number_scheduled.unwrap_or(0),
            ready: status.number_ready,
            available: status.number_available.unwrap_or(0),
        },
        ..of(&object.metadata, status.observed_generation, None)
    }
}

fn of(metadata: &ObjectMeta, observed: Option<i64>, revision: Option<String>) -> Workload {
    Workload {
        resource_version: metadata.resource_version.clone(),
        generation: metadata.generation.unwrap_or(0),
        observed_generation: observed.unwrap_or(0),
        terminating: metadata.deletion_timestamp.is_some(),
        paused: false,
        revision,
        counts: Counts { wanted: 0, replicas: 0, updated: 0, ready: 0, available: 0 },
        conditions: Vec::new(),
    }
}

/// A pod, with the label that marks its template.
pub(super) fn pod(object: core::Pod, mark: &str) -> Pod {
    let (spec, status) = (object.spec.unwrap_or_default(), object.status.unwrap_or_default());
    let init = status.init_container_statuses.unwrap_or_default();
    let main = status.container_statuses.unwrap_or_default();
    let init = spec.init_containers.unwrap_or_default().into_iter().map(|one| container(one, true, &init));
    let main = spec.containers.into_iter().map(|one| container(one, false, &main));
    let claims = spec.volumes.unwrap_or_default().into_iter().filter_map(|volume| volume.persistent_volume_claim);
    let conditions = status
        .conditions
        .unwrap_or_default()
        .into_iter()
        .map(|one| condition(one.type_, one.status, one.reason, one.message, one.last_transition_time));
    Pod {
        name: object.metadata.name.unwrap_or_default(),
        resource_version: object.metadata.resource_version,
        revision: object.metadata.labels.unwrap_or_default().remove(mark),
        phase: status.phase.unwrap_or_default(),
        reason: status.reason.unwrap_or_default(),
        message: cut(status.message),
        terminating: object.metadata.deletion_timestamp.is_some(),
        conditions: conditions.collect(),
        containers: init.chain(main).collect(),
        claims: claims.map(|claim| claim.claim_name).collect(),
    }
}

fn container(spec: core::Container, init: bool, statuses: &[ContainerStatus]) -> Container {
    let status = statuses.iter().find(|status| status.name == spec.name).cloned().unwrap_or_default();
    let text = |text: String| (!text.is_empty()).then_some(text);
    Container {
        name: spec.name,
        init,
        image: spec.image.unwrap_or_default(),
        running_image: text(status.image),
        image_id: text(status.image_id),
        ready: status.ready,
        restarts: status.restart_count,
        state: state(status.state.unwrap_or_default()),
        last: status.last_state.and_then(|last| last.terminated).map(terminated),
    }
}

fn state(state: ContainerState) -> State {
    match (state.waiting, state.running, state.terminated) {
        (Some(waiting), _, _) => {
            State::Waiting { reason: waiting.reason.unwrap_or_default(), message: cut(waiting.message) }
        }
        (_, Some(running), _) => State::Running { since: running.started_at.map(|time| time.0) },
        (_, _, Some(ended)) => State::Terminated(terminated(ended)),
        (None, None, None) => State::Unknown,
    }
}

fn terminated(ended: ContainerStateTerminated) -> Terminated {
    Terminated {
        exit_code: ended.exit_code,
        reason: ended.reason.unwrap_or_default(),
        message: cut(ended.message),
        at: ended.finished_at.map(|time| time.0),
    }
}

fn condition(
    kind: String,
    status: String,
    reason: Option<String>,
    message: Option<String>,
    since: Option<Time>,
) -> Condition {
    let since = since.map(|time| time.0);
    Condition { kind, status, reason: reason.unwrap_or_default(), message: cut(message), since }
}

/// The end of a message: a log says last what went wrong. What is left out is marked.
fn cut(message: Option<String>) -> String {
    let message = message.unwrap_or_default();
    let message = message.trim();
    let skipped = message.chars().count().saturating_sub(MESSAGE);
    let end: String = message.chars().skip(skipped).collect();
    if skipped > 0 { format!("…{end}") } else { end }
}
