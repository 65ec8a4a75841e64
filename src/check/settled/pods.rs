//! When a pod last changed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A pod of a workload.
#[derive(Debug, Serialize, Deserialize)]
pub struct Pod {
    /// `observability/vmagent-vmagent-5d8f`.
    pub name: String,
    /// Whether its deletion has been asked for.
    pub leaving: bool,
    /// Its last change; absent where it tells none.
    pub change: Option<Change>,
}

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
    owners.iter().find(keeps)?;
    if matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed")) {
        return None;
    }
    Some(Pod {
        name: super::observe::path(object),
        leaving: object["metadata"]["deletionTimestamp"].is_string(),
        change: changes(object).max(),
    })
}

/// A container in a crash loop changes for ever. That is a state of its own, which checks of workloads judge: only when it
/// was made, and changes of other containers, count then.
fn changes(object: &Value) -> impl Iterator<Item = Change> {
    let status = &object["status"];
    let all = |key: &str| status[key].as_array().map_or(&[][..], Vec::as_slice);
    let crashing = |one: &&Value| one["state"]["waiting"]["reason"] == "CrashLoopBackOff";
    let containers = || all("containerStatuses").iter().chain(all("initContainerStatuses"));
    let loops = containers().any(|one| crashing(&one));
    let starts = containers().filter(move |one| !crashing(one)).flat_map(|one| {
        let name = one["name"].as_str().unwrap_or("a container");
        let started = change(&one["state"]["running"]["startedAt"], || format!("{name} started"));
        let ended = change(&one["state"]["terminated"]["finishedAt"], || format!("{name} ended"));
        started.into_iter().chain(ended)
    });
    let ready = all("conditions").iter().filter(move |one| one["type"] == "Ready" && !loops);
    let ready = ready.filter_map(|one| {
        let status = one["status"].as_str().unwrap_or("?");
        change(&one["lastTransitionTime"], || format!("Ready became {status}"))
    });
    change(&object["metadata"]["creationTimestamp"], || "it was made".to_owned()).into_iter().chain(starts).chain(ready)
}

fn change(time: &Value, what: impl Fn() -> String) -> Option<Change> {
    Some(Change { at: time.as_str()?.parse().ok()?, what: what() })
}
