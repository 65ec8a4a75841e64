//! The job of one endpoint of a VMPodScrape.

use anyhow::Result;
use serde_json::Value;

use super::discovery::{self, Discovery};
use super::relabel::{assign, copied_labels, drop, job_label, keep, own, set};
use super::service::target_port_rule;
use super::{Agent, Job, finish, params, with_limits};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, given, map, number, scalar, text};

/// Job `podScrape/<namespace>/<name>/<index of the endpoint>`.
pub fn job(agent: &Agent, child: &Object, endpoint: &Value, index: usize, assets: &mut Assets) -> Result<Job> {
    let spec = &child.spec;
    let endpoint = with_limits(endpoint, spec);
    let mut job = map([("job_name", format!("podScrape/{}/{index}", child.key()).into())]);
    let attach = given(&endpoint, "attach_metadata").filter(|attach| given(attach, "node").is_some());
    let discovery = Discovery {
        role: "pod",
        namespaces: discovery::namespaces(agent, given(spec, "namespaceSelector"), &child.namespace),
        selector: given(spec, "selector"),
        attach: attach.or(given(spec, "attach_metadata")),
    };
    discovery::add(&mut job, agent, &discovery);
    params::add_common(&mut job, agent, &endpoint);

    let mut rules = Vec::new();
    if given(&endpoint, "filterRunning") != Some(&Value::Bool(false)) {
        rules.push(drop("__meta_kubernetes_pod_phase", "(Failed|Succeeded)"));
    }
    rules.extend(discovery::selector_rules(agent, "pod", given(spec, "selector")));
    rules.extend(port_rule(&endpoint));
    rules.push(assign("__meta_kubernetes_namespace", "namespace"));
    rules.push(assign("__meta_kubernetes_pod_container_name", "container"));
    rules.push(assign("__meta_kubernetes_pod_name", "pod"));
    rules.extend(copied_labels("pod", spec, "podTargetLabels"));
    rules.push(set("job", &child.key()));
    rules.extend(job_label("pod", spec));
    rules.extend(endpoint_label(&endpoint));
    rules.extend(own(&endpoint));
    finish(agent, child, &endpoint, "podScrapeRelabelTemplate", rules, job, assets)
}

fn port_rule(endpoint: &Value) -> Option<Value> {
    let name = text(endpoint, "port");
    if !name.is_empty() {
        return Some(keep("__meta_kubernetes_pod_container_port_name", name));
    }
    match number(endpoint, "portNumber").filter(|number| *number != 0) {
        Some(number) => Some(keep("__meta_kubernetes_pod_container_port_number", &number.to_string())),
        None => given(endpoint, "targetPort").and_then(target_port_rule),
    }
}

fn endpoint_label(endpoint: &Value) -> Option<Value> {
    let name = |key: &str| given(endpoint, key).map(scalar).filter(|name| !name.is_empty());
    Some(set("endpoint", &name("port").or_else(|| name("targetPort"))?))
}
