//! What a look at a workload sees, cut down to what is judged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A workload and every pod that belongs to it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// `None` when it is absent.
    pub workload: Option<Workload>,
    /// Its pods by selector and owner, sorted by name.
    pub pods: Vec<Pod>,
}

/// Desired and reported state.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Workload {
    /// Its resourceVersion, where it was kept.
    #[serde(default)]
    pub resource_version: Option<String>,
    /// Generation of the spec.
    pub generation: i64,
    /// Generation that its controller has acted on.
    pub observed_generation: i64,
    /// Whether its deletion has been asked for.
    pub terminating: bool,
    /// Whether rollouts are paused.
    pub paused: bool,
    /// Mark of the current pod template: `pod-template-hash` or `controller-revision-hash`, where it can be told.
    pub revision: Option<String>,
    /// Numbers of pods.
    pub counts: Counts,
    /// Its conditions.
    pub conditions: Vec<Condition>,
}

/// Numbers of pods, as the status has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Wanted by the spec, or by the nodes that fit.
    pub wanted: i32,
    /// There, of any template.
    pub replicas: i32,
    /// Made from the current template.
    pub updated: i32,
    /// Ready.
    pub ready: i32,
    /// Ready for long enough.
    pub available: i32,
}

/// A condition of a workload or pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// `Ready`, `PodScheduled`, `Progressing`.
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// For machines.
    pub reason: String,
    /// For people.
    pub message: String,
    /// When the status last changed.
    pub since: Option<Timestamp>,
}

/// One pod.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pod {
    /// Its name.
    pub name: String,
    /// Its resourceVersion, where it was kept.
    #[serde(default)]
    pub resource_version: Option<String>,
    /// Mark of the template that it was made from.
    pub revision: Option<String>,
    /// `Pending`, `Running`, `Succeeded`, `Failed`.
    pub phase: String,
    /// Why it is in that phase, for example `Evicted`.
    pub reason: String,
    /// The same for people.
    pub message: String,
    /// Whether its deletion has been asked for.
    pub terminating: bool,
    /// Its conditions.
    pub conditions: Vec<Condition>,
    /// Its containers, init containers first.
    pub containers: Vec<Container>,
    /// PersistentVolumeClaims that it mounts.
    pub claims: Vec<String>,
}

/// One container of a pod.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Whether it runs before the others, to its end.
    pub init: bool,
    /// Image that the pod asks for.
    pub image: String,
    /// Image that the container runtime reports; may be a bare digest.
    pub running_image: Option<String>,
    /// Digest of the image that runs.
    pub image_id: Option<String>,
    /// Whether its readiness probe passes.
    pub ready: bool,
    /// Restarts since the pod was made.
    pub restarts: i32,
    /// What it does now.
    pub state: State,
    /// How it ended the last time.
    pub last: Option<Terminated>,
}

/// What a container does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It does not run, and why.
    Waiting {
        /// `ContainerCreating`, `ImagePullBackOff`, `CrashLoopBackOff`.
        reason: String,
        /// For people.
        message: String,
    },
    /// It runs.
    Running {
        /// Since then.
        since: Option<Timestamp>,
    },
    /// It has ended.
    Terminated(Terminated),
    /// Nothing is reported yet.
    Unknown,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Terminated {
    /// Exit code of its process.
    pub exit_code: i32,
    /// `Error`, `Completed`, `OOMKilled`.
    pub reason: String,
    /// Its termination message, or the end of its log.
    pub message: String,
    /// When.
    pub at: Option<Timestamp>,
}

impl Pod {
    /// A condition by its name.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Whether it has ended and will not run again: its controller has replaced it.
    pub fn is_over(&self) -> bool {
        matches!(self.phase.as_str(), "Failed" | "Succeeded")
    }
}
