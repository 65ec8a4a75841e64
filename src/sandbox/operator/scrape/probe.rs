//! The job of a VMProbe: targets are asked about through a prober.

use anyhow::Result;
use serde_json::{Value, json};

use super::discovery::{self, Discovery};
use super::relabel::{assign, rule, set};
use super::{Agent, Job, finish, params};
use crate::sandbox::operator::assets::Assets;
use crate::sandbox::operator::object::{Object, copy, given, list, map, text};

/// Job `probe/<namespace>/<name>/<index over all selected probes>`.
pub fn job(agent: &Agent, child: &Object, index: usize, assets: &mut Assets) -> Result<Job> {
    let mut spec = child.spec.clone();
    let prober = given(&spec, "vmProberSpec").cloned().unwrap_or_default();
    spec["path"] = given(&prober, "path").cloned().unwrap_or(json!("/probe"));
    copy(&prober, &mut spec, "scheme");
    if let Some(module) = given(&spec, "module").cloned().filter(|module| *module != json!("")) {
        spec["params"]["module"] = json!([module]);
    }
    let mut job = map([("job_name", format!("probe/{}/{index}", child.key()).into())]);
    params::add_common(&mut job, agent, &spec);

    let mut rules = Vec::new();
    let targets = given(&spec, "targets").cloned().unwrap_or_default();
    if let Some(fixed) = given(&targets, "staticConfig") {
        rules.extend(static_rules(fixed, &mut job));
    }
    if let Some(ingress) = given(&targets, "ingress") {
        rules.extend(ingress_rules(agent, child, ingress, &mut job));
    }
    let name = text(&spec, "jobName");
    if !name.is_empty() {
        rules.push(set("job", name));
    }
    rules.push(assign("__param_target", "instance"));
    rules.push(set("__address__", text(&prober, "url")));
    finish(agent, child, &spec, "probeScrapeRelabelTemplate", rules, job, assets)
}

fn static_rules(fixed: &Value, job: &mut Job) -> Vec<Value> {
    let mut targets = json!({"targets": given(fixed, "targets")});
    copy(fixed, &mut targets, "labels");
    job.insert("static_configs".into(), json!([targets]));
    let mut rules = vec![assign("__address__", "__param_target")];
    rules.extend(list(fixed, "relabelingConfigs").iter().map(rule));
    rules
}

fn ingress_rules(agent: &Agent, child: &Object, ingress: &Value, job: &mut Job) -> Vec<Value> {
    let selector = given(ingress, "selector");
    let namespaces = discovery::namespaces(agent, given(ingress, "namespaceSelector"), &child.namespace);
    let discovery = Discovery { role: "ingress", namespaces, selector, attach: None };
    discovery::add(job, agent, &discovery);
    let mut rules = discovery::selector_rules(agent, "ingress", selector);
    rules.push(json!({"source_labels": ["__address__"], "separator": ";", "regex": "(.*)",
        "target_label": "__tmp_ingress_address", "replacement": "$1", "action": "replace"}));
    rules.push(
        json!({"source_labels": ["__meta_kubernetes_ingress_scheme", "__address__", "__meta_kubernetes_ingress_path"],
        "separator": ";", "regex": "(.+);(.+);(.+)", "target_label": "__param_target", "replacement": "${1}://${2}${3}",
        "action": "replace"}),
    );
    rules.push(assign("__meta_kubernetes_namespace", "namespace"));
    rules.push(assign("__meta_kubernetes_ingress_name", "ingress"));
    rules.extend(list(ingress, "relabelingConfigs").iter().map(rule));
    rules
}
