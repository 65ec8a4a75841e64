//! The scrape jobs that a scrape CR becomes, under the names that the operator gives them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::picture::{Agent, Scrape};
use super::relabel::Rule;
use crate::units::Duration;

/// vmagent's default where neither the CR nor the VMAgent says an interval (operator v0.66.1).
const DEFAULT_INTERVAL: Duration = Duration::seconds(30);

/// One scrape job: a pool of targets.
#[derive(Clone, Debug)]
pub struct Job {
    /// Name of the pool, `serviceScrape/<namespace>/<name>/<index>`. For probes without the index, since the operator
    /// numbers them over all selected probes.
    pub pool: String,
    /// What it looks for.
    pub source: Source,
    /// `http` or `https`.
    pub scheme: String,
    /// Path of the metrics.
    pub path: String,
    /// Time between two scrapes.
    pub interval: Duration,
    /// Rules that may drop or move targets, the agent's own ones among them.
    pub rules: Vec<Rule>,
    /// Why vmagent would not run it.
    pub defect: Option<Defect>,
}

/// Where the targets of a job come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// Endpoints of Services, by the name of the Service's port or the container's port.
    Endpoints(Ports),
    /// Services themselves.
    Services(Ports),
    /// Pods, by the container's port.
    Pods(Ports),
    /// Nodes, on this port; the kubelet's own when absent.
    Nodes(Option<String>),
    /// Addresses that the CR lists.
    Static(Vec<String>),
    /// URLs that a prober is asked for: `target` parameters.
    Probe {
        /// Address of the prober.
        prober: String,
        /// What it probes.
        targets: Vec<String>,
    },
    /// Discovery that the cluster's objects cannot answer.
    Elsewhere,
}

/// Which ports of a Service or a pod are scraped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ports {
    /// Name of the port.
    pub name: Option<String>,
    /// Number of the container's port.
    pub number: Option<u16>,
    /// Name or number of the container's port.
    pub target: Option<String>,
}

/// Something that makes vmagent refuse a job, or the whole configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Defect {
    /// An interval that cannot be parsed: vmagent refuses the whole file and keeps the old one.
    Interval(String),
    /// An unknown relabelling action: vmagent leaves out the job and says so in its log only.
    Action(String),
}

/// Fields that endpoints of all kinds share.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Common {
    port: Option<String>,
    port_number: Option<u16>,
    target_port: Option<Value>,
    path: String,
    scheme: String,
    interval: String,
    #[serde(rename = "scrape_interval")]
    scrape_interval: String,
    relabel_configs: Vec<Rule>,
    metric_relabel_configs: Vec<Rule>,
    targets: Vec<String>,
}

/// All jobs of a scrape CR, as the operator would write them for this agent.
pub fn jobs(scrape: &Scrape, agent: &Agent) -> Vec<Job> {
    let place = format!("{}/{}", scrape.metadata.namespace, scrape.metadata.name);
    let whole = || Common::deserialize(&scrape.spec).unwrap_or_default();
    match scrape.kind.as_str() {
        "VMServiceScrape" => {
            let role: String = scrape.part("discoveryRole");
            listed(
                scrape,
                "endpoints",
                agent,
                &format!("serviceScrape/{place}"),
                "serviceScrapeRelabelTemplate",
                |one| {
                    if role == "service" { Source::Services(one.ports()) } else { Source::Endpoints(one.ports()) }
                },
            )
        }
        "VMPodScrape" => {
            let list = "podMetricsEndpoints";
            listed(scrape, list, agent, &format!("podScrape/{place}"), "podScrapeRelabelTemplate", |one| {
                Source::Pods(one.ports())
            })
        }
        "VMStaticScrape" => {
            let list = "targetEndpoints";
            listed(scrape, list, agent, &format!("staticScrape/{place}"), "staticScrapeRelabelTemplate", |one| {
                Source::Static(one.targets.clone())
            })
        }
        "VMNodeScrape" => {
            let one = whole();
            let source = Source::Nodes(one.port.clone());
            vec![one.job(format!("nodeScrape/{place}"), source, agent, "nodeScrapeRelabelTemplate")]
        }
        "VMProbe" => vec![probe(scrape, whole(), agent, &place)],
        "VMScrapeConfig" => {
            let source = static_only(scrape).map_or(Source::Elsewhere, Source::Static);
            vec![whole().job(format!("scrapeConfig/{place}"), source, agent, "scrapeConfigRelabelTemplate")]
        }
        _ => Vec::new(),
    }
}

/// Jobs of a kind that lists endpoints, one pool each.
fn listed(
    scrape: &Scrape,
    list: &str,
    agent: &Agent,
    pool: &str,
    template: &str,
    source: impl Fn(&Common) -> Source,
) -> Vec<Job> {
    let endpoints: Vec<Common> = scrape.part(list);
    endpoints
        .iter()
        .enumerate()
        .map(|(index, one)| one.job(format!("{pool}/{index}"), source(one), agent, template))
        .collect()
}

fn probe(scrape: &Scrape, one: Common, agent: &Agent, place: &str) -> Job {
    let text = |path: &str| scrape.spec.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let targets = scrape.spec.pointer("/targets/staticConfig/targets");
    let targets: Option<Vec<String>> = targets.and_then(|list| Vec::deserialize(list).ok());
    let source = match targets {
        Some(targets) => Source::Probe { prober: text("/vmProberSpec/url"), targets },
        None => Source::Elsewhere,
    };
    let mut job = one.job(format!("probe/{place}"), source, agent, "probeScrapeRelabelTemplate");
    let (path, scheme) = (text("/vmProberSpec/path"), text("/vmProberSpec/scheme"));
    job.path = if path.is_empty() { "/probe".to_owned() } else { path };
    job.scheme = if scheme.is_empty() { "http".to_owned() } else { scheme };
    job
}

/// Addresses of a VMScrapeConfig that uses nothing but static ones.
fn static_only(scrape: &Scrape) -> Option<Vec<String>> {
    let discovers = scrape.spec.as_object()?.keys().any(|key| key.ends_with("SDConfigs"));
    let configs: Vec<Common> = scrape.part("staticConfigs");
    if discovers || configs.is_empty() {
        return None;
    }
    Some(configs.into_iter().flat_map(|config| config.targets).collect())
}

impl Common {
    fn ports(&self) -> Ports {
        let target = match &self.target_port {
            Some(Value::String(name)) => Some(name.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        Ports { name: self.port.clone().filter(|name| !name.is_empty()), number: self.port_number, target }
    }

    fn job(&self, pool: String, source: Source, agent: &Agent, template: &str) -> Job {
        let part = |field: &str| -> Vec<Rule> {
            agent.spec.get(field).and_then(|value| Vec::deserialize(value).ok()).unwrap_or_default()
        };
        let mut rules = self.relabel_configs.clone();
        rules.extend(part(template));
        rules.extend(part("globalScrapeRelabelConfigs"));
        let or = |value: &str, default: &str| if value.is_empty() { default.to_owned() } else { value.to_owned() };
        let written = if self.interval.is_empty() { &self.scrape_interval } else { &self.interval };
        let defect = self.defect(written, &rules);
        Job {
            pool,
            source,
            scheme: or(&self.scheme, "http").to_lowercase(),
            path: or(&self.path, "/metrics"),
            interval: interval(written, agent),
            rules,
            defect,
        }
    }

    fn defect(&self, interval: &str, rules: &[Rule]) -> Option<Defect> {
        if !interval.is_empty() && interval.parse::<Duration>().is_err() {
            return Some(Defect::Interval(interval.to_owned()));
        }
        let unknown = rules.iter().chain(&self.metric_relabel_configs).find(|rule| !rule.is_known())?;
        Some(Defect::Action(unknown.action.clone()))
    }
}

fn interval(written: &str, agent: &Agent) -> Duration {
    let default = agent.spec.get("scrapeInterval").and_then(Value::as_str).unwrap_or_default();
    written.parse().or_else(|_| default.parse()).unwrap_or(DEFAULT_INTERVAL)
}

#[cfg(test)]
mod tests;
