//! What is known of one container, and how its status object follows from it.

use k8s_openapi::api::core::v1::{
    Container, ContainerState, ContainerStateRunning, ContainerStateTerminated, ContainerStateWaiting, ContainerStatus,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

/// Why a container ended, and with what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ended {
    pub(super) exit_code: i32,
    /// `Completed`, `Error`, `OOMKilled` or `ContainerCannotRun`.
    pub(super) reason: &'static str,
    /// The end of its log, where the pod asked for it.
    pub(super) message: Option<String>,
    pub(super) started_at: Time,
    pub(super) finished_at: Time,
    pub(super) container_id: String,
}

/// Where a container is in its life.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stage {
    /// Not started, or waiting for its next start.
    Waiting { reason: String, message: Option<String> },
    /// A process runs.
    Running { started_at: Time, container_id: String, pid: u32 },
    /// Ended, and not (yet) to be started again.
    Terminated(Ended),
}

/// One container of a pod.
#[derive(Debug, Clone)]
pub(super) struct Tracked {
    pub(super) spec: Container,
    /// The image with its registry.
    pub(super) image: String,
    pub(super) stage: Stage,
    pub(super) last: Option<Ended>,
    pub(super) restarts: i32,
    /// The readiness probe's opinion, or true while it runs without one.
    pub(super) ready: bool,
    /// The startup probe's opinion.
    pub(super) started: bool,
    /// Set before the memory watcher kills, so that the end is told as `OOMKilled`.
    pub(super) over_limit: bool,
}

impl Tracked {
    /// A container that waits for its first start.
    pub(super) fn new(spec: &Container, reason: &str) -> Self {
        Self {
            image: super::images::full_name(spec.image.as_deref().unwrap_or_default()),
            spec: spec.clone(),
            stage: Stage::Waiting { reason: reason.to_owned(), message: None },
            last: None,
            restarts: 0,
            ready: false,
            started: false,
            over_limit: false,
        }
    }

    /// The running process.
    pub(super) const fn pid(&self) -> Option<u32> {
        match self.stage {
            Stage::Running { pid, .. } => Some(pid),
            _ => None,
        }
    }

    /// Its id, also after the end.
    pub(super) fn container_id(&self) -> Option<&str> {
        match &self.stage {
            Stage::Running { container_id, .. } => Some(container_id),
            Stage::Terminated(ended) => Some(&ended.container_id),
            Stage::Waiting { .. } => self.last.as_ref().map(|ended| ended.container_id.as_str()),
        }
    }

    /// Its status object.
    pub(super) fn status(&self, is_init: bool) -> ContainerStatus {
        let has_run = self.container_id().is_some();
        let done = matches!(&self.stage, Stage::Terminated(ended) if ended.exit_code == 0);
        ContainerStatus {
            name: self.spec.name.clone(),
            image: self.image.clone(),
            image_id: if has_run { image_id(&self.image) } else { String::new() },
            container_id: self.container_id().map(str::to_owned),
            ready: if is_init { done } else { self.ready },
            started: Some(self.started),
            restart_count: self.restarts,
            state: Some(self.stage.to_state()),
            last_state: Some(ContainerState {
                terminated: self.last.as_ref().map(Ended::to_state),
                ..ContainerState::default()
            }),
            allocated_resources: self.spec.resources.as_ref().and_then(|r| r.requests.clone()),
            resources: self.spec.resources.clone(),
            ..ContainerStatus::default()
        }
    }
}

impl Stage {
    fn to_state(&self) -> ContainerState {
        let mut state = ContainerState::default();
        match self {
            Self::Waiting { reason, message } => {
                state.waiting = Some(ContainerStateWaiting { reason: Some(reason.clone()), message: message.clone() });
            }
            Self::Running { started_at, .. } => {
                state.running = Some(ContainerStateRunning { started_at: Some(started_at.clone()) });
            }
            Self::Terminated(ended) => state.terminated = Some(ended.to_state()),
        }
        state
    }
}

impl Ended {
    fn to_state(&self) -> ContainerStateTerminated {
        ContainerStateTerminated {
            exit_code: self.exit_code,
            reason: Some(self.reason.to_owned()),
            message: self.message.clone(),
            started_at: Some(self.started_at.clone()),
            finished_at: Some(self.finished_at.clone()),
            container_id: Some(self.container_id.clone()),
            signal: None,
        }
    }
}

/// A digest that is stable per image, as a runtime would show.
fn image_id(image: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("sha256:{}", super::clock::hex(&Sha256::digest(image.as_bytes())))
}
