//! The job of one endpoint of a VMServiceScrape.

use anyhow::Result;
use serde_json::{Value, json};

use super::discovery::{self, Discovery};
use super::relabel::{assign, copied_labels, job_label, keep, own, set};
use super::{Agent, Job, finish, params, with_limits};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, given, map, scalar, text};

/// Job `serviceScrape/<namespace>/<name>/<index of the endpoint>`.
pub fn job(agent: &Agent, child: &Object, endpoint: &Value, index: usize, assets: &mut Assets) -> Result<Job> {
    let spec = &child.spec;
    let endpoint = with_limits(endpoint, spec);
    let role = Some(text(spec, "discoveryRole")).filter(|role| !role.is_empty()).unwrap_or("endpoints");
    let mut job = map([("job_name", format!("serviceScrape/{}/{index}", child.key()).into())]);
    let attach = given(&endpoint, "attach_metadata").filter(|attach| given(attach, "node").is_some());
    let discovery = Discovery {
        role,
        namespaces: discovery::namespaces(agent, given(spec, "namespaceSelector"), &child.namespace),
        selector: given(spec, "selector"),
        attach: attach.or(given(spec, "attach_metadata")),
    };
    discovery::add(&mut job, agent, &discovery);
    params::add_common(&mut job, agent, &endpoint);

    let mut rules = discovery::selector_rules(agent, "service", given(spec, "selector"));
    rules.extend(port_rule(role, &endpoint));
    rules.extend(address_rules(role));
    rules.push(assign("__meta_kubernetes_namespace", "namespace"));
    rules.push(assign("__meta_kubernetes_service_name", "service"));
    rules.extend(copied_labels("service", spec, "targetLabels"));
    if role != "service" {
        rules.extend(copied_labels("pod", spec, "podTargetLabels"));
    }
    rules.push(
        json!({"source_labels": ["__meta_kubernetes_service_name"], "target_label": "job", "replacement": "${1}"}),
    );
    rules.extend(job_label("service", spec));
    rules.extend(endpoint_label(role, &endpoint));
    rules.extend(own(&endpoint));
    finish(agent, child, &endpoint, "serviceScrapeRelabelTemplate", rules, job, assets)
}

/// `port` is the name of the endpoint's or Service's port, `targetPort` that of the container's, or its number.
fn port_rule(role: &str, endpoint: &Value) -> Option<Value> {
    let port = text(endpoint, "port");
    if !port.is_empty() {
        let label = match role {
            "endpoints" => "__meta_kubernetes_endpoint_port_name",
            "endpointslices" | "endpointslice" => "__meta_kubernetes_endpointslice_port_name",
            _ => "__meta_kubernetes_service_port_name",
        };
        return Some(keep(label, port));
    }
    target_port_rule(given(endpoint, "targetPort").filter(|_| role != "service")?)
}

/// Keeps the container port of that name or number.
pub fn target_port_rule(port: &Value) -> Option<Value> {
    match port {
        Value::String(name) if name.is_empty() => None,
        Value::String(name) => Some(keep("__meta_kubernetes_pod_container_port_name", name)),
        number => Some(keep("__meta_kubernetes_pod_container_port_number", &scalar(number))),
    }
}

/// Labels `node`, `pod` and `container` from what stands behind the address.
fn address_rules(role: &str) -> Vec<Value> {
    let prefix = match role {
        "service" => return Vec::new(),
        "endpoints" => "__meta_kubernetes_endpoint_address_target",
        _ => "__meta_kubernetes_endpointslice_address_target",
    };
    let from_target = |kind: &str, label: &str| {
        json!({"source_labels": [format!("{prefix}_kind"), format!("{prefix}_name")], "separator": ";",
            "regex": format!("{kind};(.*)"), "replacement": "${1}", "target_label": label})
    };
    vec![
        from_target("Node", "node"),
        from_target("Pod", "pod"),
        assign("__meta_kubernetes_pod_name", "pod"),
        assign("__meta_kubernetes_pod_container_name", "container"),
    ]
}

fn endpoint_label(role: &str, endpoint: &Value) -> Option<Value> {
    let port = given(endpoint, "port").map(scalar).filter(|port| !port.is_empty());
    let target = || given(endpoint, "targetPort").filter(|_| role != "service").map(scalar);
    let name = port.or_else(target).filter(|name| !name.is_empty())?;
    Some(set("endpoint", &name))
}
