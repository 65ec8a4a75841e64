//! Who is not ready yet, and why: pure functions of objects.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{ContainerStatus, Pod};
use kube::ResourceExt;
use kube::api::DynamicObject;
use serde_json::Value;

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// `namespace/name` of a workload or VM object, with its kind before it.
    pub name: String,
    /// What is missing, in a few words.
    pub reason: String,
    /// Whether its operator has given it up as it is.
    pub failed: bool,
}

/// A Deployment that is not fully rolled out.
pub fn deployment(object: &Deployment) -> Option<Pending> {
    let status = object.status.clone().unwrap_or_default();
    let wanted = object.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let counts =
        [status.replicas, status.updated_replicas, status.available_replicas].map(|number| number.unwrap_or(0));
    rollout("Deployment", object, status.observed_generation, wanted, counts)
}

/// A StatefulSet that is not fully rolled out.
pub fn stateful_set(object: &StatefulSet) -> Option<Pending> {
    let status = object.status.clone().unwrap_or_default();
    let wanted = object.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1);
    let counts = [status.replicas, status.updated_replicas.unwrap_or(0), status.available_replicas.unwrap_or(0)];
    rollout("StatefulSet", object, status.observed_generation, wanted, counts)
}

/// A DaemonSet that does not run on each of its nodes.
pub fn daemon_set(object: &DaemonSet) -> Option<Pending> {
    let status = object.status.clone().unwrap_or_default();
    let counts = [
        status.current_number_scheduled,
        status.updated_number_scheduled.unwrap_or(0),
        status.number_available.unwrap_or(0),
    ];
    rollout("DaemonSet", object, status.observed_generation, status.desired_number_scheduled, counts)
}

fn rollout<K>(kind: &str, object: &K, observed: Option<i64>, wanted: i32, counts: [i32; 3]) -> Option<Pending>
where
    K: ResourceExt,
{
    let [replicas, updated, available] = counts;
    let reason = if observed < object.meta().generation {
        "its latest change is not yet seen by its controller".to_owned()
    } else if counts == [wanted; 3] {
        return None;
    } else {
        format!("wants {wanted}, has {replicas}, {updated} up to date, {available} available")
    };
    Some(Pending { name: full_name(kind, object), reason, failed: false })
}

/// A VM object that its operator does not call operational at the current generation.
pub fn vm_object(kind: &str, object: &DynamicObject) -> Option<Pending> {
    let text = |path: &str| object.data.pointer(path).and_then(Value::as_str).unwrap_or("");
    let observed = object.data.pointer("/status/observedGeneration").and_then(Value::as_i64);
    let status = text("/status/updateStatus");
    let reason = match status {
        "operational" if observed >= object.metadata.generation => return None,
        "operational" => "its latest change is not yet seen by the operator".to_owned(),
        "" => "has no status yet".to_owned(),
        other => format!("is {other} {}", text("/status/reason")).trim_end().to_owned(),
    };
    Some(Pending { name: full_name(kind, object), reason, failed: status == "failed" })
}

fn full_name<K: ResourceExt>(kind: &str, object: &K) -> String {
    format!("{kind} {}/{}", object.namespace().unwrap_or_default(), object.name_any())
}

/// What a pod that is not ready says about itself; `None` for a ready one.
pub fn pod(pod: &Pod) -> Option<String> {
    let status = pod.status.clone().unwrap_or_default();
    let conditions = status.conditions.unwrap_or_default();
    if conditions.iter().any(|condition| condition.type_ == "Ready" && condition.status == "True") {
        return None;
    }
    let containers = [status.init_container_statuses, status.container_statuses].into_iter().flatten().flatten();
    let mut parts: Vec<_> = containers.filter_map(|status| container(&status)).collect();
    let unscheduled =
        conditions.iter().find(|condition| condition.type_ == "PodScheduled" && condition.status == "False");
    parts.extend(unscheduled.and_then(|condition| condition.message.clone()));
    let phase = status.phase.unwrap_or_else(|| "Pending".into());
    Some(format!("{phase} {}", parts.join("; ")).trim_end().to_owned())
}

/// Container and `address:port` of the first TCP port of each container that runs.
pub fn addresses(pod: &Pod) -> Vec<(String, String)> {
    let status = pod.status.clone().unwrap_or_default();
    let Some(ip) = status.pod_ip else {
        return Vec::new();
    };
    let statuses = status.container_statuses.unwrap_or_default();
    let runs = |name: &str| {
        statuses
            .iter()
            .any(|status| status.name == name && status.state.as_ref().is_some_and(|state| state.running.is_some()))
    };
    let containers = pod.spec.iter().flat_map(|spec| &spec.containers).filter(|container| runs(&container.name));
    containers
        .filter_map(|container| {
            let mut ports = container.ports.iter().flatten();
            let port = ports.find(|port| port.protocol.as_deref().unwrap_or("TCP") == "TCP")?;
            Some((container.name.clone(), format!("{ip}:{}", port.container_port)))
        })
        .collect()
}

fn container(status: &ContainerStatus) -> Option<String> {
    if status.ready {
        return None;
    }
    let state = status.state.clone().unwrap_or_default();
    let last = status.last_state.clone().unwrap_or_default().terminated;
    let mut text = match (state.waiting, state.terminated) {
        (Some(waiting), _) => [waiting.reason, waiting.message].into_iter().flatten().collect::<Vec<_>>().join(": "),
        (_, Some(end)) => format!("ended with exit code {}", end.exit_code),
        _ => "runs, but is not ready".to_owned(),
    };
    if let Some(end) = last {
        text.push_str(&format!(", last exit code {}", end.exit_code));
    }
    Some(format!("container {} {text} ({} restarts)", status.name, status.restart_count))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_rolled_out_deployment_is_not_pending() {
        let make = |available: i32, observed: i64| {
            serde_json::from_value(json!({
                "metadata": {"namespace": "a", "name": "d", "generation": 2},
                "spec": {"replicas": 1, "selector": {}, "template": {}},
                "status": {"replicas": 1, "updatedReplicas": 1, "availableReplicas": available, "observedGeneration": observed},
            }))
            .unwrap()
        };
        assert_eq!(deployment(&make(1, 2)), None);
        let waiting = deployment(&make(0, 2)).unwrap();
        assert_eq!(waiting.name, "Deployment a/d");
        assert_eq!(waiting.reason, "wants 1, has 1, 1 up to date, 0 available");
        assert!(deployment(&make(1, 1)).unwrap().reason.contains("not yet seen"));
    }

    #[test]
    fn a_vm_object_must_be_operational_at_its_generation() {
        let make = |status: Value| {
            serde_json::from_value::<DynamicObject>(json!({
                "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMSingle",
                "metadata": {"namespace": "a", "name": "x", "generation": 2}, "status": status,
            }))
            .unwrap()
        };
        assert_eq!(vm_object("VMSingle", &make(json!({"updateStatus": "operational", "observedGeneration": 2}))), None);
        let old =
            vm_object("VMSingle", &make(json!({"updateStatus": "operational", "observedGeneration": 1}))).unwrap();
        assert!(old.reason.contains("not yet seen"));
        let failed = vm_object("VMSingle", &make(json!({"updateStatus": "failed", "reason": "no"}))).unwrap();
        assert_eq!((failed.reason.as_str(), failed.failed, old.failed), ("is failed no", true, false));
    }

    #[test]
    fn a_crashing_pod_says_why() {
        let object = serde_json::from_value(json!({"status": {"phase": "Running", "containerStatuses": [{
            "name": "c", "image": "", "imageID": "", "ready": false, "restartCount": 2,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 20s"}},
            "lastState": {"terminated": {"exitCode": 255}}}]}}))
        .unwrap();
        let expected = "Running container c CrashLoopBackOff: back-off 20s, last exit code 255 (2 restarts)";
        assert_eq!(pod(&object).as_deref(), Some(expected));
    }
}
