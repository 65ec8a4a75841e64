//! Defaults of pods and of the templates that make them.

use serde_json::{Map, Value, json};

use super::{default, start_status};
use crate::sandbox::api::object;

pub(super) fn pod(object: &mut Value, creating: bool) {
    if let Some(spec) = object.get_mut("spec") {
        pod_spec(spec);
        default(spec, "enableServiceLinks", json!(true));
        if object::text(spec, "/serviceAccountName").is_empty() {
            object::set_at(spec, "serviceAccountName", json!("default"));
        }
    }
    for list in ["initContainers", "containers"] {
        let containers = object.pointer_mut(&format!("/spec/{list}")).and_then(Value::as_array_mut);
        containers.into_iter().flatten().for_each(requests);
    }
    let class = quality(object);
    start_status(object, creating, &json!({"phase": "Pending", "qosClass": class}));
}

/// A limit is a request where there is none; only in pods, not in the templates that make them.
fn requests(container: &mut Value) {
    let limits = container.pointer("/resources/limits").and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, limit) in limits {
        object::section(&mut container["resources"], "requests").entry(name).or_insert(limit);
    }
}

/// The quality-of-service class, from requests and limits of all containers.
fn quality(pod: &Value) -> &'static str {
    let containers = object::items(pod, "/spec/containers");
    let part = |c: &Value, what: &str| c.pointer(&format!("/resources/{what}")).cloned().unwrap_or(json!({}));
    let empty = |v: &Value| v.as_object().is_none_or(Map::is_empty);
    if containers.iter().all(|c| empty(&part(c, "limits")) && empty(&part(c, "requests"))) {
        return "BestEffort";
    }
    let guaranteed = containers.iter().all(|c| {
        let (limits, requests) = (part(c, "limits"), part(c, "requests"));
        ["cpu", "memory"]
            .iter()
            .all(|r| limits.get(r).is_some() && requests.get(r).is_none_or(|request| Some(request) == limits.get(r)))
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

pub(super) fn template(object: &mut Value) {
    if let Some(spec) = object.pointer_mut("/spec/template/spec") {
        pod_spec(spec);
    }
}

fn pod_spec(spec: &mut Value) {
    default(spec, "restartPolicy", json!("Always"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "securityContext", json!({}));
    default(spec, "schedulerName", json!("default-scheduler"));
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            container_defaults(container);
        }
    }
}

fn container_defaults(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = object::text(container, "/image").to_owned();
    let tag = image.rsplit('/').next().and_then(|last| last.split_once(':')).map(|(_, tag)| tag);
    let policy = if tag.is_none_or(|t| t == "latest") && !image.contains('@') { "Always" } else { "IfNotPresent" };
    default(container, "imagePullPolicy", json!(policy));
    default(container, "terminationMessagePath", json!("/dev/termination-log"));
    default(container, "terminationMessagePolicy", json!("File"));
    default(container, "resources", json!({}));
    for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe).filter(|p| p.is_object()) {
            default(probe, "timeoutSeconds", json!(1));
            default(probe, "periodSeconds", json!(10));
            default(probe, "successThreshold", json!(1));
            default(probe, "failureThreshold", json!(3));
            if probe.get("httpGet").is_some() {
                default(probe, "httpGet.scheme", json!("HTTP"));
                default(probe, "httpGet.path", json!("/"));
            }
        }
    }
}
