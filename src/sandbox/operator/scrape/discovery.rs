//! `kubernetes_sd_configs` of a job.

use serde_json::{Value, json};

use super::{Agent, Job, relabel};
use crate::sandbox::operator::object::{flag, given, list, scalar, text, texts};

/// What a job discovers.
pub struct Discovery<'a> {
    /// `endpoints`, `service`, `endpointslices`, `pod`, `node` or `ingress`.
    pub role: &'a str,
    /// Namespaces to look in; empty means all.
    pub namespaces: Vec<String>,
    /// The object's label selector.
    pub selector: Option<&'a Value>,
    /// `attach_metadata` of the endpoint or of its object.
    pub attach: Option<&'a Value>,
}

/// Adds the discovery to a job.
pub fn add(job: &mut Job, agent: &Agent, discovery: &Discovery) {
    let mut config = json!({"role": discovery.role});
    let attach = discovery.attach.filter(|attach| given(attach, "node").is_some());
    if let Some(attach) = attach.filter(|_| !matches!(discovery.role, "node" | "service" | "ingress")) {
        config["attach_metadata"] = json!({"node": flag(attach, "node")});
    }
    if !discovery.namespaces.is_empty() {
        config["namespaces"] = json!({"names": discovery.namespaces});
    }
    add_api_server(&mut config, agent);
    let label = label_selector(discovery.selector);
    if flag(&agent.object.spec, "enableKubernetesAPISelectors") && !label.is_empty() {
        let mut roles = vec![discovery.role];
        if discovery.role.starts_with("endpoint") {
            roles.extend(["pod", "service"]);
        }
        config["selectors"] = roles.into_iter().map(|role| json!({"role": role, "label": label})).collect();
    }
    job.insert("kubernetes_sd_configs".into(), json!([config]));
}

fn add_api_server(config: &mut Value, agent: &Agent) {
    let own = given(&agent.object.spec, "apiServerConfig");
    if let Some(host) = own.and_then(|own| given(own, "host")) {
        config["api_server"] = host.clone();
    } else if let Some(url) = agent.api_server {
        config["api_server"] = url.into();
    }
    if let Some(file) = own.and_then(|own| given(own, "bearerTokenFile")) {
        config["bearer_token_file"] = file.clone();
    }
}

/// Rules that repeat the selector, unless the API itself is asked to filter.
pub fn selector_rules(agent: &Agent, role: &str, selector: Option<&Value>) -> Vec<Value> {
    if flag(&agent.object.spec, "enableKubernetesAPISelectors") {
        return Vec::new();
    }
    relabel::selector(role, selector)
}

/// Namespaces of a `namespaceSelector` (`any`, `matchNames`): empty means all, nothing given means `own`.
pub fn namespaces(agent: &Agent, selector: Option<&Value>, own: &str) -> Vec<String> {
    let names = selector.map(|s| list(s, "matchNames")).unwrap_or_default();
    if flag(&agent.object.spec, "ignoreNamespaceSelectors") {
        return vec![own.to_string()];
    }
    if selector.is_some_and(|s| flag(s, "any")) {
        return Vec::new();
    }
    if names.is_empty() {
        return vec![own.to_string()];
    }
    names.iter().map(scalar).collect()
}

/// A label selector in the text form of the API's `labelSelector`.
fn label_selector(selector: Option<&Value>) -> String {
    let Some(selector) = selector else { return String::new() };
    let equal = texts(selector, "matchLabels");
    let mut parts: Vec<String> = equal.iter().map(|(key, value)| format!("{key}={value}")).collect();
    for expression in list(selector, "matchExpressions") {
        let key = text(expression, "key");
        let values: Vec<String> = list(expression, "values").iter().map(scalar).collect();
        parts.push(match text(expression, "operator") {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "DoesNotExist" => format!("!{key}"),
            _ => key.to_string(),
        });
    }
    parts.sort();
    parts.join(",")
}
