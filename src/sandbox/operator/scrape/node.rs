//! The job of a VMNodeScrape.

use anyhow::Result;
use serde_json::json;

use super::discovery::{self, Discovery};
use super::relabel::{assign, copied_labels, job_label, own, set};
use super::{Agent, Job, finish, params};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, given, map, scalar};

/// Job `nodeScrape/<namespace>/<name>`: every node that matches, at the kubelet's port or at `port`.
pub fn job(agent: &Agent, child: &Object, assets: &mut Assets) -> Result<Job> {
    let spec = &child.spec;
    let mut job = map([("job_name", format!("nodeScrape/{}", child.key()).into())]);
    let discovery = Discovery { role: "node", namespaces: Vec::new(), selector: given(spec, "selector"), attach: None };
    discovery::add(&mut job, agent, &discovery);
    params::add_common(&mut job, agent, spec);

    let mut rules = discovery::selector_rules(agent, "node", given(spec, "selector"));
    rules.push(assign("__meta_kubernetes_node_name", "node"));
    rules.extend(copied_labels("node", spec, "targetLabels"));
    rules.push(set("job", &child.key()));
    rules.extend(job_label("node", spec));
    let port = given(spec, "port").map(scalar).filter(|port| !port.is_empty());
    rules.extend(port.map(|port| {
        json!({"source_labels": ["__address__"], "target_label": "__address__", "regex": "^(.*):(.*)",
            "replacement": format!("${{1}}:{port}")})
    }));
    rules.extend(own(spec));
    finish(agent, child, spec, "nodeScrapeRelabelTemplate", rules, job, assets)
}
