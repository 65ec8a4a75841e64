//! Pods and their containers as series.

use k8s_openapi::api::core::v1::{Container, ContainerStatus, Pod};
use kube::ResourceExt;

use super::super::page::Page;
use super::super::quantity;
use super::node::unit;
use super::{condition, flag};

const PHASES: [&str; 5] = ["Pending", "Succeeded", "Failed", "Unknown", "Running"];

/// `kube_pod_*` of one pod.
pub fn add(page: &mut Page, pod: &Pod) {
    let (namespace, name, uid) = (pod.namespace().unwrap_or_default(), pod.name_any(), pod.uid().unwrap_or_default());
    let labels = [("namespace", namespace.as_str()), ("pod", name.as_str()), ("uid", uid.as_str())];
    info(page, pod, &labels);
    let status = pod.status.clone().unwrap_or_default();
    let phase = status.phase.as_deref().unwrap_or("Pending");
    for value in PHASES {
        page.gauge("kube_pod_status_phase", &with(&labels, &[("phase", value)]), flag(phase == value));
    }
    for (kind, series) in [("Ready", "kube_pod_status_ready"), ("PodScheduled", "kube_pod_status_scheduled")] {
        if let Some(found) = status.conditions.iter().flatten().find(|condition| condition.type_ == kind) {
            condition(page, series, &labels, "condition", &found.status);
        }
    }
    for container in status.container_statuses.iter().flatten() {
        container_status(page, pod, container, &labels);
    }
    let node = pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()).unwrap_or("");
    for container in pod.spec.iter().flat_map(|spec| &spec.containers) {
        resources(page, container, node, &labels);
    }
}

fn with<'a>(labels: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [labels, more].concat()
}

fn info(page: &mut Page, pod: &Pod, labels: &[(&str, &str)]) {
    let spec = pod.spec.clone().unwrap_or_default();
    let status = pod.status.clone().unwrap_or_default();
    let owners = pod.owner_references();
    let owner = owners.iter().find(|owner| owner.controller == Some(true));
    let more = [
        ("host_ip", status.host_ip.as_deref().unwrap_or("")),
        ("pod_ip", status.pod_ip.as_deref().unwrap_or("")),
        ("node", spec.node_name.as_deref().unwrap_or("")),
        ("created_by_kind", owner.map_or("", |owner| owner.kind.as_str())),
        ("created_by_name", owner.map_or("", |owner| owner.name.as_str())),
        ("priority_class", spec.priority_class_name.as_deref().unwrap_or("")),
        ("host_network", if spec.host_network == Some(true) { "true" } else { "false" }),
    ];
    page.gauge("kube_pod_info", &with(labels, &more), 1.0);
    for owner in owners {
        let is_controller = if owner.controller == Some(true) { "true" } else { "false" };
        let more =
            [("owner_kind", owner.kind.as_str()), ("owner_name", &owner.name), ("owner_is_controller", is_controller)];
        page.gauge("kube_pod_owner", &with(labels, &more), 1.0);
    }
}

fn container_status(page: &mut Page, pod: &Pod, status: &ContainerStatus, pod_labels: &[(&str, &str)]) {
    let labels = with(pod_labels, &[("container", &status.name)]);
    let containers = pod.spec.as_ref().map(|spec| spec.containers.as_slice()).unwrap_or_default();
    let wanted = containers.iter().find(|container| container.name == status.name);
    let more = [
        ("image_spec", wanted.and_then(|container| container.image.as_deref()).unwrap_or("")),
        ("image", &status.image),
        ("image_id", &status.image_id),
        ("container_id", status.container_id.as_deref().unwrap_or("")),
    ];
    page.gauge("kube_pod_container_info", &with(&labels, &more), 1.0);
    page.counter("kube_pod_container_status_restarts_total", &labels, f64::from(status.restart_count));
    page.gauge("kube_pod_container_status_ready", &labels, flag(status.ready));
    let state = status.state.clone().unwrap_or_default();
    page.gauge("kube_pod_container_status_running", &labels, flag(state.running.is_some()));
    page.gauge("kube_pod_container_status_waiting", &labels, flag(state.waiting.is_some()));
    page.gauge("kube_pod_container_status_terminated", &labels, flag(state.terminated.is_some()));
    let last = status.last_state.as_ref().and_then(|state| state.terminated.as_ref());
    let reasons = [
        ("kube_pod_container_status_waiting_reason", state.waiting.and_then(|waiting| waiting.reason)),
        ("kube_pod_container_status_terminated_reason", state.terminated.and_then(|end| end.reason)),
        ("kube_pod_container_status_last_terminated_reason", last.and_then(|end| end.reason.clone())),
    ];
    for (series, reason) in reasons {
        if let Some(reason) = reason {
            page.gauge(series, &with(&labels, &[("reason", &reason)]), 1.0);
        }
    }
    if let Some(end) = last {
        page.gauge("kube_pod_container_status_last_terminated_exitcode", &labels, f64::from(end.exit_code));
    }
}

fn resources(page: &mut Page, container: &Container, node: &str, pod_labels: &[(&str, &str)]) {
    let resources = container.resources.clone().unwrap_or_default();
    let both = [
        ("kube_pod_container_resource_limits", resources.limits),
        ("kube_pod_container_resource_requests", resources.requests),
    ];
    for (series, amounts) in both {
        for (resource, amount) in amounts.unwrap_or_default() {
            let Some(value) = quantity::value(&amount.0) else {
                continue;
            };
            let (resource, unit) = unit(&resource);
            let more =
                [("container", container.name.as_str()), ("node", node), ("resource", &resource), ("unit", unit)];
            page.gauge(series, &with(pod_labels, &more), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_crash_looping_pod_says_so_in_its_series() {
        let value = json!({
            "metadata": {"namespace": "a", "name": "p", "uid": "u",
                "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "r", "controller": true}]},
            "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "x:v1", "resources": {"limits": {"memory": "1Gi"}}}]},
            "status": {"phase": "Running", "podIP": "127.20.1.1",
                "conditions": [{"type": "Ready", "status": "False"}],
                "containerStatuses": [{"name": "c", "image": "x:v1", "imageID": "", "ready": false, "restartCount": 3,
                    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                    "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}]},
        });
        let mut page = Page::default();
        add(&mut page, &serde_json::from_value(value).unwrap());
        let text = page.text();
        let pod = "namespace=\"a\",pod=\"p\",uid=\"u\"";
        for line in [
            format!("kube_pod_status_phase{{{pod},phase=\"Running\"}} 1"),
            format!("kube_pod_status_phase{{{pod},phase=\"Pending\"}} 0"),
            format!("kube_pod_status_ready{{{pod},condition=\"false\"}} 1"),
            format!("kube_pod_container_status_restarts_total{{{pod},container=\"c\"}} 3"),
            format!("kube_pod_container_status_waiting_reason{{{pod},container=\"c\",reason=\"CrashLoopBackOff\"}} 1"),
            format!("kube_pod_container_status_last_terminated_reason{{{pod},container=\"c\",reason=\"OOMKilled\"}} 1"),
            format!(
                "kube_pod_container_resource_limits{{{pod},container=\"c\",node=\"n\",resource=\"memory\",unit=\"byte\"}} 1073741824"
            ),
        ] {
            assert!(text.contains(&line), "{line} is not in\n{text}");
        }
        assert!(text.contains("created_by_kind=\"ReplicaSet\",created_by_name=\"rs\""));
    }
}
