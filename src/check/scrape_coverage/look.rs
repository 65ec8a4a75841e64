//! Looks at scrape coverage: the cluster first, then the agents, then the storage, then the cluster again.

use std::collections::BTreeSet;

use serde_json::Value;

use super::ask;
use super::discovered::Discovery;
use super::expected::discover;
use super::job::jobs;
use super::join::Join;
use super::monitors;
use super::picture::{Agent, Picture};
use super::seen::{Observation, Refusal};
use super::selection::Selection;
use super::spec::Spec;
use crate::check::access::Access;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::check::uses::Use;
use crate::check::yaml;
use crate::connect::{Application, Connections, Endpoint, Port, Resource, Scope, resource};

const OPERATOR: &str = "operator.victoriametrics.com";

/// The scrape CRs of operator v0.66.1.
const SCRAPES: [Resource; 6] = [
    scrape("VMServiceScrape", "vmservicescrapes"),
    scrape("VMPodScrape", "vmpodscrapes"),
    scrape("VMNodeScrape", "vmnodescrapes"),
    scrape("VMStaticScrape", "vmstaticscrapes"),
    scrape("VMProbe", "vmprobes"),
    scrape("VMScrapeConfig", "vmscrapeconfigs"),
];

const fn scrape(kind: &'static str, plural: &'static str) -> Resource {
    Resource::of(OPERATOR, "v1beta1", kind, plural, Scope::Namespaced)
}

const VMAGENTS: Resource = scrape("VMAgent", "vmagents");

/// Everything that a look uses.
pub fn uses(spec: &Spec) -> Vec<Use> {
    let mut rules: Vec<Access> =
        ["namespaces", "services", "pods", "nodes"].iter().map(|plural| Access::new("list", "", plural)).collect();
    rules.push(Access::new("list", "discovery.k8s.io", "endpointslices"));
    rules.extend(spec.monitors.then(monitors::rules).into_iter().flatten());
    rules.extend(SCRAPES.iter().chain([&VMAGENTS]).map(|known| Access::new("list", OPERATOR, &known.plural)));
    let agents = Use::reading(&agent_endpoint(spec), Some(Application::VmAgent));
    rules.into_iter().map(Use::Api).chain([agents, Use::reading(&spec.storage, None)]).collect()
}

/// One look.
pub async fn observe(spec: &Spec, look: &Look<'_>) -> Result<Observation, Trouble> {
    let before = picture(look.connections).await?;
    let named =
        |agent: &&Agent| agent.metadata.namespace == spec.vmagent.namespace && agent.metadata.name == spec.vmagent.name;
    let Some(agent) = before.agents.iter().find(named) else { return Ok(Observation::default()) };
    let mut seen = Observation { agent_exists: true, agents_wanted: wanted(agent, &before), ..Observation::default() };
    seen.judged.push(agent.metadata.identity("VMAgent"));
    let mut join = Join::new(spec.fresh, &other_jobs(spec, agent));
    let covered = expect(agent, &before, &mut join, &mut seen);
    seen.uncovered = uncovered(&before, &covered);
    if spec.monitors {
        seen.monitors = Some(monitors::observe(look.connections, &before).await?);
    }
    seen.agents = ask::agents(look.connections, &agent_endpoint(spec), &mut join).await?;
    seen.storage_trouble =
        ask::storage(look.connections, &spec.storage, &external_labels(agent), &mut join).await.err();
    (seen.pools, seen.unexplained) = join.finish();
    seen.changed = changed(&before, look.connections).await?;
    Ok(seen)
}

fn agent_endpoint(spec: &Spec) -> Endpoint {
    Endpoint {
        namespace: spec.vmagent.namespace.clone(),
        service: format!("vmagent-{}", spec.vmagent.name),
        port: Port("http".to_owned()),
    }
}

/// Fills the join with all pools that should be; gives every address that some pool covers.
fn expect(agent: &Agent, picture: &Picture, join: &mut Join, seen: &mut Observation) -> BTreeSet<String> {
    let mut covered = BTreeSet::new();
    for scrape in picture.scrapes.iter().filter(|scrape| scrape.metadata.deletion_timestamp.is_none()) {
        let title = scrape.title();
        if let Selection::Unselected(reason) = agent.selects(scrape, picture) {
            if !picture.agents.iter().any(|other| other.selects(scrape, picture) == Selection::Selected) {
                seen.unselected.push(Refusal { scrape: title, reason });
            }
            continue;
        }
        seen.judged.push(scrape.metadata.identity(&scrape.kind));
        if scrape.status.update_status == "failed" {
            seen.refused.push(Refusal { scrape: title, reason: scrape.status.reason.clone() });
            continue;
        }
        for job in jobs(scrape, agent) {
            let discovery = discover(&job, scrape, picture);
            if let Discovery::Exact(urls) = &discovery {
                covered.extend(urls.iter().filter_map(|url| url.split('/').nth(2)).map(str::to_owned));
            }
            join.expect(&title, job, discovery);
        }
    }
    covered
}

/// Ports of running pods that look like metrics and that no pool covers.
fn uncovered(picture: &Picture, covered: &BTreeSet<String>) -> Vec<String> {
    let running = picture.pods.iter().filter(|pod| pod.status.phase == "Running");
    let ports = running
        .flat_map(|pod| pod.spec.containers.iter().flat_map(|container| &container.ports).map(move |port| (pod, port)));
    ports
        .filter(|(_, port)| port.name.contains("metrics") || port.name.contains("prom"))
        .filter(|(pod, port)| !covered.contains(&format!("{}:{}", pod.status.pod_ip, port.container_port)))
        .map(|(pod, port)| {
            format!("Pod {}/{} {} ({})", pod.metadata.namespace, pod.metadata.name, port.name, port.container_port)
        })
        .collect()
}

/// How many vmagent pods the spec asks for: shards times replicas, or one a node.
fn wanted(agent: &Agent, picture: &Picture) -> usize {
    let number = |field: &str| agent.spec.get(field).and_then(Value::as_u64).unwrap_or(1).max(1) as usize;
    if agent.spec.get("daemonSetMode").and_then(Value::as_bool) == Some(true) {
        return picture.nodes.len();
    }
    number("shardCount") * number("replicaCount")
}

/// Labels that the agent adds on the way to the storage.
fn external_labels(agent: &Agent) -> Vec<String> {
    let own = agent.spec.get("externalLabels").and_then(Value::as_object);
    let name = agent.spec.get("vmAgentExternalLabelName").and_then(Value::as_str).unwrap_or("prometheus");
    own.into_iter().flat_map(|labels| labels.keys().cloned()).chain([name.to_owned()]).collect()
}

/// Jobs that no scrape CR makes: those that the suite names, and those of the agent's inline configuration.
fn other_jobs(spec: &Spec, agent: &Agent) -> Vec<String> {
    let inline = agent.spec.get("inlineScrapeConfig").and_then(Value::as_str).unwrap_or_default();
    let inline: Vec<Value> = yaml::parse(inline).unwrap_or_default();
    let inline = inline.iter().filter_map(|job| job.get("job_name")?.as_str().map(str::to_owned));
    spec.other_jobs.iter().cloned().chain(inline).collect()
}

async fn picture(connections: &Connections) -> Result<Picture, Trouble> {
    let mut picture = Picture {
        namespaces: list(connections, &resource::NAMESPACES).await?,
        agents: list(connections, &VMAGENTS).await?,
        services: list(connections, &resource::SERVICES).await?,
        slices: list(connections, &resource::ENDPOINT_SLICES).await?,
        pods: list(connections, &resource::PODS).await?,
        nodes: list(connections, &resource::NODES).await?,
        scrapes: Vec::new(),
    };
    for known in &SCRAPES {
        let found: Vec<super::picture::Scrape> = list(connections, known).await?;
        let kind = known.kind.to_string();
        picture.scrapes.extend(found.into_iter().map(|scrape| super::picture::Scrape { kind: kind.clone(), ..scrape }));
    }
    Ok(picture)
}

pub(super) async fn list<T: serde::de::DeserializeOwned>(
    connections: &Connections,
    known: &Resource,
) -> Result<Vec<T>, Trouble> {
    let objects = connections.list(known, None, "").await?;
    objects
        .into_iter()
        .map(serde_json::from_value)
        .collect::<Result<_, _>>()
        .map_err(|error| Trouble::Malformed { url: format!("list of {}", known.plural), message: error.to_string() })
}

/// Pods that came, went, or moved since the first picture: a rollout makes targets differ for honest reasons.
async fn changed(before: &Picture, connections: &Connections) -> Result<Vec<String>, Trouble> {
    let after: Vec<super::picture::Pod> = list(connections, &resource::PODS).await?;
    let key = |pod: &super::picture::Pod| {
        (format!("Pod {}/{}", pod.metadata.namespace, pod.metadata.name), pod.status.pod_ip.clone())
    };
    let before: BTreeSet<_> = before.pods.iter().map(key).collect();
    let after: BTreeSet<_> = after.iter().map(key).collect();
    let mut names: Vec<String> = before.symmetric_difference(&after).map(|(name, _)| name.clone()).collect();
    names.dedup();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn agent(spec: Value) -> Agent {
        Agent { spec, ..Agent::default() }
    }

    #[test]
    fn shards_times_replicas_are_wanted_or_one_a_node() {
        let picture = Picture { nodes: vec![Default::default(); 3], ..Picture::default() };
        assert_eq!(wanted(&agent(json!({})), &picture), 1);
        assert_eq!(wanted(&agent(json!({"shardCount": 2, "replicaCount": 2})), &picture), 4);
        assert_eq!(wanted(&agent(json!({"daemonSetMode": true})), &picture), 3);
    }

    #[test]
    fn the_agents_own_labels_are_not_the_targets() {
        assert_eq!(external_labels(&agent(json!({"externalLabels": {"cluster": "infra"}}))), ["cluster", "prometheus"]);
        assert_eq!(external_labels(&agent(json!({"vmAgentExternalLabelName": "agent"}))), ["agent"]);
    }

    #[test]
    fn jobs_of_the_inline_configuration_are_explained() {
        let spec: Spec =
            serde_json::from_value(json!({"vmagent": {"namespace": "n", "name": "a"}, "other_jobs": ["x"],
            "storage": {"namespace": "n", "service": "s", "port": "http"}}))
            .unwrap();
        let agent = agent(json!({"inlineScrapeConfig": "- job_name: y\n  static_configs: []\n"}));
        assert_eq!(other_jobs(&spec, &agent), ["x", "y"]);
    }

    #[test]
    fn a_metrics_port_that_no_pool_covers_is_told() {
        let pod = json!({"metadata": {"name": "p", "namespace": "n"}, "status": {"phase": "Running", "podIP": "10.0.0.1"},
            "spec": {"containers": [{"name": "c", "ports": [{"name": "http-prom", "containerPort": 8080},
                {"name": "metrics", "containerPort": 9090}, {"name": "web", "containerPort": 80}]}]}});
        let picture = Picture { pods: vec![serde_json::from_value(pod).unwrap()], ..Picture::default() };
        let covered = BTreeSet::from(["10.0.0.1:8080".to_owned()]);
        assert_eq!(uncovered(&picture, &covered), ["Pod n/p metrics (9090)"]);
    }
}
