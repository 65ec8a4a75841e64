//! The job of one endpoint of a VMStaticScrape.

use anyhow::Result;
use serde_json::{Value, json};

use super::relabel::{own, set};
use super::{Agent, Job, finish, params, with_limits};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, copy, given, map, text};

/// Job `staticScrape/<namespace>/<name>/<index of the endpoint>`.
pub fn job(agent: &Agent, child: &Object, endpoint: &Value, index: usize, assets: &mut Assets) -> Result<Job> {
    let mut endpoint = with_limits(endpoint, &child.spec);
    if given(&endpoint, "scrapeTimeout").is_none() {
        copy(&agent.object.spec, &mut endpoint, "scrapeTimeout");
    }
    let mut targets = json!({"targets": given(&endpoint, "targets")});
    copy(&endpoint, &mut targets, "labels");
    let mut job = map([
        ("job_name", format!("staticScrape/{}/{index}", child.key()).into()),
        ("static_configs", json!([targets])),
    ]);
    params::add_common(&mut job, agent, &endpoint);
    let name = text(&child.spec, "jobName");
    let mut rules = Vec::new();
    if !name.is_empty() {
        rules.push(set("job", name));
    }
    rules.extend(own(&endpoint));
    finish(agent, child, &endpoint, "staticScrapeRelabelTemplate", rules, job, assets)
}
