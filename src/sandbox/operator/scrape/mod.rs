//! The configuration that a VMAgent gets: one job for each endpoint of each selected scrape object.
//!
//! Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/vmagent. Scrape classes are left out.

mod auth;
mod discovery;
mod node;
mod params;
mod pod;
mod probe;
mod relabel;
mod scrape_config;
mod service;
mod static_targets;
#[cfg(test)]
mod tests;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

pub use relabel::rule as relabel_rule;

use super::assets::Assets;
use super::kinds::Scrape;
use super::object::{Object, copy, given, list, text, texts};

/// One entry of `scrape_configs`.
type Job = Map<String, Value>;

/// What all jobs of one agent share.
pub struct Agent<'a> {
    /// The VMAgent, with defaults filled in.
    pub object: &'a Object,
    /// Address of the Kubernetes API for service discovery; `None` means the pod's own service account.
    pub api_server: Option<&'a str>,
}

/// The configuration, and which objects were left out of it and why.
pub struct Rendered {
    /// The whole file.
    pub config: Value,
    /// For each child in the given order: the error that kept it out, if any.
    pub refused: Vec<Option<String>>,
}

/// Renders the configuration of `agent` from the selected `children`, each in the order of `Scrape::ALL`.
pub fn render(agent: &Agent, children: &[(Scrape, Object)], assets: &mut Assets) -> Result<Rendered> {
    let mut jobs: Vec<Value> = Vec::new();
    let mut refused = vec![None; children.len()];
    let mut probes = 0;
    for wanted in Scrape::ALL {
        let of_kind = children.iter().enumerate().filter(|(_, (kind, _))| *kind == wanted);
        for (position, (kind, child)) in of_kind {
            match jobs_of(agent, *kind, child, probes, assets) {
                Ok(made) => jobs.extend(made.into_iter().map(Value::Object)),
                Err(error) => refused[position] = Some(format!("{error:#}")),
            }
            probes += usize::from(*kind == Scrape::Probe);
        }
    }
    jobs.extend(additional(agent.object, assets)?);
    let config = json!({"global": global(agent.object), "scrape_configs": jobs});
    Ok(Rendered { config, refused })
}

/// All jobs of one object, or none of them: the first error refuses it as a whole.
fn jobs_of(agent: &Agent, kind: Scrape, child: &Object, probes: usize, assets: &mut Assets) -> Result<Vec<Job>> {
    let endpoints = |field: &str| list(&child.spec, field).iter().enumerate();
    match kind {
        Scrape::Service => {
            endpoints("endpoints").map(|(i, endpoint)| service::job(agent, child, endpoint, i, assets)).collect()
        }
        Scrape::Pod => {
            endpoints("podMetricsEndpoints").map(|(i, endpoint)| pod::job(agent, child, endpoint, i, assets)).collect()
        }
        Scrape::Static => endpoints("targetEndpoints")
            .map(|(i, endpoint)| static_targets::job(agent, child, endpoint, i, assets))
            .collect(),
        Scrape::Probe => Ok(vec![probe::job(agent, child, probes, assets)?]),
        Scrape::Node => Ok(vec![node::job(agent, child, assets)?]),
        Scrape::Config => Ok(vec![scrape_config::job(agent, child, assets)?]),
    }
}

fn global(agent: &Object) -> Value {
    let spec = &agent.spec;
    let interval = Some(text(spec, "scrapeInterval")).filter(|interval| !interval.is_empty());
    let mut labels = texts(spec, "externalLabels");
    let own_label = given(spec, "vmAgentExternalLabelName").map_or("prometheus", |v| v.as_str().unwrap_or_default());
    if !own_label.is_empty() {
        labels.entry(own_label.to_string()).or_insert_with(|| agent.key());
    }
    let mut global = json!({"scrape_interval": interval.unwrap_or("30s"), "external_labels": labels});
    if let Some(timeout) = given(spec, "scrapeTimeout") {
        global["scrape_timeout"] = timeout.clone();
    }
    for (field, key) in [
        ("globalScrapeMetricRelabelConfigs", "metric_relabel_configs"),
        ("globalScrapeRelabelConfigs", "relabel_configs"),
    ] {
        let rules = list(spec, field);
        if !rules.is_empty() {
            global[key] = rules.iter().map(relabel::rule).collect();
        }
    }
    global
}

/// Jobs that the VMAgent itself brings: `additionalScrapeConfigs` (a Secret) and `inlineScrapeConfig`.
fn additional(agent: &Object, assets: &Assets) -> Result<Vec<Value>> {
    let mut jobs = Vec::new();
    if let Some(selector) = given(&agent.spec, "additionalScrapeConfigs") {
        let source = assets.secret(&agent.namespace, selector);
        let source = source.context("loading additional scrape configs from Secret failed")?;
        jobs.extend(parse(&source).context("unmarshalling additional scrape configs failed")?);
    }
    let inline = text(&agent.spec, "inlineScrapeConfig");
    if !inline.is_empty() {
        jobs.extend(parse(inline).context("unmarshalling inline additional scrape configs failed")?);
    }
    Ok(jobs)
}

fn parse(yaml: &str) -> Result<Vec<Value>> {
    Ok(serde_saphyr::from_str::<Option<Vec<Value>>>(yaml)?.unwrap_or_default())
}

/// An endpoint with the limits that its object sets for all of its endpoints.
fn with_limits(endpoint: &Value, spec: &Value) -> Value {
    let mut endpoint = endpoint.clone();
    for limit in ["sampleLimit", "seriesLimit"] {
        if given(&endpoint, limit).is_none() {
            copy(spec, &mut endpoint, limit);
        }
    }
    endpoint
}

/// The end that all jobs have in common: relabelling, sample relabelling, VM parameters, credentials.
fn finish(
    agent: &Agent,
    child: &Object,
    endpoint: &Value,
    template: &str,
    mut rules: Vec<Value>,
    mut job: Job,
    assets: &mut Assets,
) -> Result<Job> {
    let spec = &agent.object.spec;
    rules.extend(list(spec, template).iter().map(relabel::rule));
    let enforced = text(spec, "enforcedNamespaceLabel");
    if !enforced.is_empty() {
        rules.push(json!({"target_label": enforced, "replacement": child.namespace}));
    }
    job.insert("relabel_configs".into(), rules.into());
    let metric: Vec<Value> = list(endpoint, "metricRelabelConfigs")
        .iter()
        .filter(|rule| enforced.is_empty() || text(rule, "targetLabel") != enforced)
        .map(relabel::rule)
        .collect();
    if !metric.is_empty() {
        job.insert("metric_relabel_configs".into(), metric.into());
    }
    params::add_vm(&mut job, endpoint);
    auth::add(&mut job, endpoint, &child.namespace, assets)?;
    Ok(job)
}
