//! The job of a VMScrapeConfig: discovery is written out by its author.

use anyhow::Result;
use serde_json::{Map, Value};

use super::relabel::own;
use super::{Agent, Job, finish, params};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, given, list, map};

/// Fields of the spec that hold discovery, and what vmagent calls them.
const DISCOVERY: [(&str, &str); 6] = [
    ("staticConfigs", "static_configs"),
    ("fileSDConfigs", "file_sd_configs"),
    ("httpSDConfigs", "http_sd_configs"),
    ("kubernetesSDConfigs", "kubernetes_sd_configs"),
    ("dnsSDConfigs", "dns_sd_configs"),
    ("consulSDConfigs", "consul_sd_configs"),
];

/// Job `scrapeConfig/<namespace>/<name>`.
pub fn job(agent: &Agent, child: &Object, assets: &mut Assets) -> Result<Job> {
    let spec = &child.spec;
    let mut job = map([("job_name", format!("scrapeConfig/{}", child.key()).into())]);
    params::add_common(&mut job, agent, spec);
    let mut job = finish(agent, child, spec, "scrapeConfigRelabelTemplate", own(spec), job, assets)?;
    for (field, key) in DISCOVERY {
        let mut configs: Vec<Value> = list(spec, field).iter().map(snake).collect();
        if let Some(url) = agent.api_server.filter(|_| field == "kubernetesSDConfigs") {
            for config in configs.iter_mut().filter(|config| given(config, "api_server").is_none()) {
                config["api_server"] = url.into();
            }
        }
        if !configs.is_empty() {
            job.insert(key.into(), configs.into());
        }
    }
    Ok(job)
}

/// `camelCase` keys as `snake_case`; the values of `labels` are an author's own and stay as they are.
fn snake(value: &Value) -> Value {
    let Some(fields) = value.as_object() else { return value.clone() };
    let renamed: Map<String, Value> = fields
        .iter()
        .map(|(key, value)| {
            let value = match value {
                Value::Object(_) if key != "labels" => snake(value),
                Value::Array(items) => items.iter().map(snake).collect(),
                other => other.clone(),
            };
            (snake_key(key), value)
        })
        .collect();
    renamed.into()
}

fn snake_key(key: &str) -> String {
    if key == "apiServer" {
        return "api_server".into();
    }
    let mut out = String::new();
    for (position, letter) in key.char_indices() {
        let after_lower = key[..position].ends_with(|c: char| c.is_lowercase());
        if letter.is_uppercase() && after_lower {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
