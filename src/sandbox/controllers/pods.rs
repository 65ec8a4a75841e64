//! What a workload controller wants to know about a pod.

use std::cmp::Reverse;
use std::sync::Arc;

use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;

use super::owner::ending;

/// Whether the pod's Ready condition is true.
pub fn ready(pod: &Pod) -> bool {
    ready_since(pod).is_some()
}

/// Whether the pod has been ready for `min_ready` (the workload's minReadySeconds).
pub fn available(pod: &Pod, min_ready: SignedDuration, now: Timestamp) -> bool {
    ready_since(pod).is_some_and(|since| min_ready.is_zero() || now.duration_since(since) >= min_ready)
}

/// Whether the pod counts for its workload: neither finished nor on its way out.
pub fn active(pod: &Pod) -> bool {
    !finished(pod) && !ending(pod)
}

/// Whether the pod has run to its end.
pub fn finished(pod: &Pod) -> bool {
    matches!(phase(pod), "Succeeded" | "Failed")
}

/// The pod's phase; one without a status is pending.
pub fn phase(pod: &Pod) -> &str {
    pod.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Pending")
}

/// The node that the pod is bound to.
pub fn node(pod: &Pod) -> Option<&str> {
    pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).filter(|name| !name.is_empty())
}

/// Sorts pods so that those that are missed least come first: unbound, pending, not ready, youngest
/// (Kubernetes v1.33, pkg/controller/controller_utils.go, ActivePodsWithRanks).
pub fn sort_by_loss(pods: &mut [Arc<Pod>]) {
    pods.sort_by_key(|pod| {
        let age = pod.creation_timestamp().map(|time| time.0).unwrap_or_default();
        (node(pod).is_some(), phase(pod) == "Running", ready(pod), Reverse(age))
    });
}

fn ready_since(pod: &Pod) -> Option<Timestamp> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let ready = conditions.iter().find(|condition| condition.type_ == "Ready" && condition.status == "True")?;
    Some(ready.last_transition_time.as_ref().map(|time| time.0).unwrap_or_default())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    /// A pod of node `n` with this phase, ready since the epoch plus so many seconds (or not ready).
    pub fn pod(name: &str, phase: &str, ready_at: Option<i64>) -> Pod {
        let ready = ready_at.map_or("False", |_| "True");
        let at = Timestamp::from_second(ready_at.unwrap_or(0)).unwrap().to_string();
        serde_json::from_value(json!({
            "metadata": {"name": name, "namespace": "a", "uid": name},
            "spec": {"nodeName": "n", "containers": []},
            "status": {"phase": phase, "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at}]},
        }))
        .unwrap()
    }

    #[test]
    fn a_pod_is_available_only_after_min_ready_seconds() {
        let pod = pod("x", "Running", Some(100));
        let min = SignedDuration::from_secs(10);
        assert!(!available(&pod, min, Timestamp::from_second(109).unwrap()));
        assert!(available(&pod, min, Timestamp::from_second(110).unwrap()));
        assert!(available(&pod, SignedDuration::ZERO, Timestamp::from_second(100).unwrap()));
    }

    #[test]
    fn a_pod_without_status_is_pending_and_not_ready() {
        let pod = Pod::default();
        assert_eq!(phase(&pod), "Pending");
        assert!(!ready(&pod) && active(&pod));
    }

    #[test]
    fn the_pod_that_is_not_ready_goes_before_the_ready_one() {
        let mut pods = vec![Arc::new(pod("up", "Running", Some(1))), Arc::new(pod("down", "Running", None))];
        sort_by_loss(&mut pods);
        assert_eq!(pods[0].name_any(), "down");
    }
}
