//! How far a workload's rollout is, as `kubectl rollout status` tells it.

use serde_json::Value;

use super::object::{list, number, text};

/// State of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollout {
    /// All replicas run the current template and are available.
    Done,
    /// Not yet.
    Waiting,
    /// The Deployment gave up; nothing will change by waiting.
    Exceeded,
}

/// The state of a live Deployment, StatefulSet or DaemonSet.
pub fn state(workload: &Value) -> Rollout {
    let status = &workload["status"];
    let count = |field: &str| number(status, field).unwrap_or(0);
    let generation = number(&workload["metadata"], "generation").unwrap_or(0);
    if count("observedGeneration") < generation {
        return Rollout::Waiting;
    }
    let replicas = number(&workload["spec"], "replicas").unwrap_or(1);
    let done = match text(workload, "kind") {
        "Deployment" => {
            let exceeded =
                |c: &Value| text(c, "type") == "Progressing" && text(c, "reason") == "ProgressDeadlineExceeded";
            if list(status, "conditions").iter().any(exceeded) {
                return Rollout::Exceeded;
            }
            let updated = count("updatedReplicas");
            updated >= replicas && count("replicas") <= updated && count("availableReplicas") >= updated
        }
        "DaemonSet" => {
            let desired = count("desiredNumberScheduled");
            count("updatedNumberScheduled") >= desired && count("numberAvailable") >= desired
        }
        _ => count("readyReplicas") >= replicas && count("updatedReplicas") >= replicas,
    };
    if done { Rollout::Done } else { Rollout::Waiting }
}

/// Pods of a StatefulSet that still run an old template. With `OnDelete` it is the operator that deletes them.
pub fn outdated<'a>(set: &Value, pods: &'a [Value]) -> Vec<&'a str> {
    let wanted = text(&set["status"], "updateRevision");
    let is_old = |pod: &&Value| {
        let revision = pod.pointer("/metadata/labels/controller-revision-hash").and_then(Value::as_str);
        !wanted.is_empty() && revision.is_some_and(|revision| revision != wanted)
    };
    pods.iter().filter(is_old).map(|pod| text(&pod["metadata"], "name")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(status: Value) -> Value {
        json!({"kind": "Deployment", "metadata": {"generation": 2}, "spec": {"replicas": 1}, "status": status})
    }

    #[test]
    fn a_new_generation_that_was_not_seen_is_not_done() {
        let status = json!({"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
        assert_eq!(state(&deployment(status)), Rollout::Waiting);
    }

    #[test]
    fn an_old_pod_beside_the_new_one_is_not_done() {
        let status = json!({"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1});
        assert_eq!(state(&deployment(status)), Rollout::Waiting);
        let status = json!({"observedGeneration": 2, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1});
        assert_eq!(state(&deployment(status)), Rollout::Done);
    }

    #[test]
    fn a_deadline_that_was_exceeded_is_told_apart() {
        let status = json!({"observedGeneration": 2, "conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded"}]});
        assert_eq!(state(&deployment(status)), Rollout::Exceeded);
    }

    #[test]
    fn pods_of_an_old_revision_are_outdated() {
        let set = json!({"kind": "StatefulSet", "status": {"updateRevision": "b"}});
        let pod = |name: &str, revision: &str| json!({"metadata": {"name": name, "labels": {"controller-revision-hash": revision}}});
        assert_eq!(outdated(&set, &[pod("x-0", "a"), pod("x-1", "b")]), ["x-0"]);
    }
}
