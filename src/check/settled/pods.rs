//! When a pod last changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::pod;

/// A pod of a workload.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pod {
    /// `observability/vmagent-vmagent-5d8f`.
    pub name: String,
    /// Whether its deletion has been asked for.
    pub leaving: bool,
    /// Its last change; absent where it tells none.
    pub change: Option<Change>,
    /// Its resourceVersion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
    /// `Deployment observability/vmagent-vmagent`, whose pod it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether its condition Ready is true.
    #[serde(default)]
    pub ready: bool,
    /// Which container cannot run, and why: `main: ImagePullBackOff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Why a container waits that will not run by waiting: the kubelet's reasons (kubernetes 1.34, `pkg/kubelet/images`,
/// `pkg/kubelet/kuberuntime`). The first two take turns.
const FAILED: [&str; 8] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "InvalidImageName",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "CrashLoopBackOff",
];

/// Something that happened to a pod.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// When, by the clock of the cluster.
    pub at: Timestamp,
    /// What: `vmagent started`.
    pub what: String,
}

/// A pod that a controller keeps running; `None` for those of Jobs, and for those that are over.
pub(super) fn pod(object: &Value) -> Option<Pod> {
    let owners = object["metadata"]["ownerReferences"].as_array()?;
    let keeps = |owner: &&Value| matches!(owner["kind"].as_str(), Some("ReplicaSet" | "StatefulSet" | "DaemonSet"));
    let owner = owners.iter().find(keeps)?;
    if pod::is_done(object) {
        return None;
    }
    Some(Pod {
        name: super::observe::path(object),
        leaving: object["metadata"]["deletionTimestamp"].is_string(),
        change: changes(object).max(),
        resource_version: object["metadata"]["resourceVersion"].as_str().map(str::to_owned),
        owner: owned_by(object, owner),
        ready: all(object, "conditions").iter().any(|one| one["type"] == "Ready" && one["status"] == "True"),
        failed: containers(object).find_map(failed),
    })
}

/// The workload of a pod. A ReplicaSet is named after its Deployment, with the hash that its pods are labelled with.
fn owned_by(object: &Value, owner: &Value) -> Option<String> {
    let (kind, name) = (owner["kind"].as_str()?, owner["name"].as_str()?);
    let namespace = object["metadata"]["namespace"].as_str()?;
    if kind != "ReplicaSet" {
        return Some(format!("{kind} {namespace}/{name}"));
    }
    let hash = object["metadata"]["labels"]["pod-template-hash"].as_str()?;
    let deployment = name.strip_suffix(hash)?.strip_suffix('-')?;
    Some(format!("Deployment {namespace}/{deployment}"))
}

fn all<'a>(object: &'a Value, key: &str) -> &'a [Value] {
    object["status"][key].as_array().map_or(&[][..], Vec::as_slice)
}

fn containers(object: &Value) -> impl Iterator<Item = &Value> {
    all(object, "containerStatuses").iter().chain(all(object, "initContainerStatuses"))
}

fn failed(container: &Value) -> Option<String> {
    let reason = container["state"]["waiting"]["reason"].as_str().filter(|reason| FAILED.contains(reason))?;
    Some(format!("{}: {reason}", container["name"].as_str().unwrap_or("a container")))
}

/// A container in a crash loop changes for ever. That is a state of its own, which checks of workloads judge: only when it
/// was made, and changes of other containers, count then.
fn changes(object: &Value) -> impl Iterator<Item = Change> {
    let crashing = |one: &&Value| one["state"]["waiting"]["reason"] == "CrashLoopBackOff";
    let loops = containers(object).any(|one| crashing(&one));
    let starts = containers(object).filter(move |one| !crashing(one)).flat_map(|one| {
        let name = one["name"].as_str().unwrap_or("a container");
        let started = change(&one["state"]["running"]["startedAt"], || format!("{name} started"));
        let ended = change(&one["state"]["terminated"]["finishedAt"], || format!("{name} ended"));
        started.into_iter().chain(ended)
    });
    let ready = all(object, "conditions").iter().filter(move |one| one["type"] == "Ready" && !loops);
    let ready = ready.filter_map(|one| {
        let status = one["status"].as_str().unwrap_or("?");
        change(&one["lastTransitionTime"], || format!("Ready became {status}"))
    });
    change(&object["metadata"]["creationTimestamp"], || "it was made".to_owned()).into_iter().chain(starts).chain(ready)
}

fn change(time: &Value, what: impl Fn() -> String) -> Option<Change> {
    Some(Change { at: time.as_str()?.parse().ok()?, what: what() })
}
