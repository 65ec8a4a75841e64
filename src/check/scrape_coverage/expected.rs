//! The targets that a job should have, computed from the cluster's objects alone.
//!
//! The rules are those of VictoriaMetrics v1.131.0, lib/promscrape/discovery/kubernetes, together with the relabelling
//! that operator v0.66.1 writes around them.

use std::collections::BTreeSet;

use regex::Regex;
use serde::Deserialize;

use super::discovered::{Discovered, Discovery, Stage};
use super::job::{Job, Ports, Source};
use super::picture::{Container, Picture, Pod, Scrape, Service};
use super::relabel::{self, Relabelled};
use crate::check::labels::{LabelSelector, Labels};

/// Which namespaces a scrape CR looks into.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NamespaceSelector {
    any: bool,
    match_names: Vec<String>,
}

/// Computes the targets of a job of a selected scrape CR.
pub fn discover(job: &Job, scrape: &Scrape, picture: &Picture) -> Discovery {
    let namespaces: NamespaceSelector = scrape.part("namespaceSelector");
    let looks_into = |namespace: &str| {
        namespaces.any
            || namespaces.match_names.iter().any(|name| name == namespace)
            || (namespaces.match_names.is_empty() && namespace == scrape.metadata.namespace)
    };
    let selector = scrape.selector();
    let found = match &job.source {
        Source::Endpoints(ports) => endpoints(ports, &services(picture, &selector, looks_into), picture),
        Source::Services(ports) => of_services(ports, &services(picture, &selector, looks_into)),
        Source::Pods(ports) => pods(ports, picture, &selector, looks_into),
        Source::Nodes(port) => nodes(port.as_deref(), picture, &selector),
        Source::Static(targets) => Found::all(targets.iter().map(|target| Discovered::at(target)).collect()),
        Source::Probe { prober, targets } => {
            Found::all(targets.iter().map(|target| Discovered::at(prober).asking(target)).collect())
        }
        Source::Elsewhere => return Discovery::NotComputable,
    };
    found.relabelled(job)
}

/// Targets before relabelling, or the stage at which all were lost.
struct Found {
    targets: Vec<Discovered>,
    lost_at: Option<Stage>,
}

impl Found {
    fn all(targets: Vec<Discovered>) -> Self {
        Self { targets, lost_at: None }
    }

    fn or_lost(targets: Vec<Discovered>, stage: impl FnOnce() -> Stage) -> Self {
        let lost_at = targets.is_empty().then(stage);
        Self { targets, lost_at }
    }

    fn relabelled(self, job: &Job) -> Discovery {
        if let Some(stage) = self.lost_at {
            return Discovery::Lost(stage);
        }
        let (mut urls, mut dropped, mut sure) = (BTreeSet::new(), 0, true);
        for target in &self.targets {
            match relabel::apply(&job.rules, target.before_relabelling(job)) {
                Relabelled::Kept(labels) => {
                    urls.insert(target.url(&labels));
                }
                Relabelled::Dropped(_) => dropped += 1,
                Relabelled::Unknown(_) => sure = false,
            }
        }
        match (urls.is_empty(), sure) {
            (_, false) => Discovery::UpperBound(self.targets.len()),
            (true, _) if dropped > 0 => Discovery::Lost(Stage::Dropped(dropped)),
            _ => Discovery::Exact(urls),
        }
    }
}

fn services<'a>(picture: &'a Picture, selector: &LabelSelector, looks_into: impl Fn(&str) -> bool) -> Vec<&'a Service> {
    let matching = |service: &&Service| {
        let metadata = &service.metadata;
        looks_into(&metadata.namespace) && selector.matches(&metadata.labels)
    };
    picture.services.iter().filter(matching).collect()
}

/// Role `endpoints`: every address of the Services' endpoints, ready or not, times its ports.
fn endpoints(ports: &Ports, services: &[&Service], picture: &Picture) -> Found {
    if services.is_empty() {
        return Found { targets: Vec::new(), lost_at: Some(Stage::NoService) };
    }
    let mut candidates = Vec::new();
    for service in services {
        for slice in &picture.slices {
            let named = slice.metadata.labels.get("kubernetes.io/service-name");
            if named != Some(&service.metadata.name) || slice.metadata.namespace != service.metadata.namespace {
                continue;
            }
            for endpoint in &slice.endpoints {
                let Some(address) = endpoint.addresses.first() else { continue };
                let pod = picture.pods.iter().find(|pod| {
                    endpoint.target_ref.kind == "Pod"
                        && pod.metadata.name == endpoint.target_ref.name
                        && pod.metadata.namespace == service.metadata.namespace
                });
                let here = Discovered::of_service(service).on_node(&endpoint.node_name).of_pod(pod);
                candidates.extend(ports_of_endpoint(&here, address, &slice.ports, pod));
            }
        }
    }
    if candidates.is_empty() {
        return Found { targets: Vec::new(), lost_at: Some(Stage::NoEndpoint) };
    }
    filter_ports(ports, candidates)
}

/// The slice's ports, then the pod's other declared ports, which have no endpoint port name.
fn ports_of_endpoint(
    here: &Discovered,
    address: &str,
    ports: &[super::picture::Port],
    pod: Option<&Pod>,
) -> Vec<Discovered> {
    let mut found: Vec<Discovered> = ports
        .iter()
        .map(|port| {
            let container = pod.and_then(|pod| container_port(pod, port.port));
            here.clone().port(address, port.port).endpoint_port(&port.name).container_port(container)
        })
        .collect();
    let Some(pod) = pod else { return found };
    for (container, port) in
        running(pod).flat_map(|container| container.ports.iter().map(move |port| (container, port)))
    {
        if ports.iter().all(|known| known.port != port.container_port) {
            let extra = here.clone().port(&pod.status.pod_ip, port.container_port);
            found.push(extra.container_port(Some((container.name.as_str(), port.name.as_str()))));
        }
    }
    found
}

fn filter_ports(ports: &Ports, candidates: Vec<Discovered>) -> Found {
    let seen: BTreeSet<String> = candidates.iter().map(Discovered::port_title).collect();
    let wanted = ports.title();
    let kept = candidates.into_iter().filter(|candidate| ports.match_endpoint(candidate)).collect();
    Found::or_lost(kept, || Stage::WrongPort { wanted, seen: seen.into_iter().collect() })
}

fn of_services(ports: &Ports, services: &[&Service]) -> Found {
    if services.is_empty() {
        return Found { targets: Vec::new(), lost_at: Some(Stage::NoService) };
    }
    let candidates = services
        .iter()
        .flat_map(|service| {
            let host = format!("{}.{}.svc", service.metadata.name, service.metadata.namespace);
            service
                .spec
                .ports
                .iter()
                .map(move |port| Discovered::of_service(service).port(&host, port.port).endpoint_port(&port.name))
        })
        .collect();
    filter_ports(ports, candidates)
}

/// Role `pod`: pods with an address that still run, times the ports of their containers.
fn pods(ports: &Ports, picture: &Picture, selector: &LabelSelector, looks_into: impl Fn(&str) -> bool) -> Found {
    let alive =
        |pod: &&Pod| !pod.status.pod_ip.is_empty() && !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed");
    let matching = |pod: &&Pod| looks_into(&pod.metadata.namespace) && selector.matches(&pod.metadata.labels);
    let candidates: Vec<Discovered> = picture
        .pods
        .iter()
        .filter(matching)
        .filter(alive)
        .flat_map(|pod| {
            running(pod).flat_map(move |container| {
                container.ports.iter().map(move |port| {
                    let here = Discovered::default().on_node(&pod.spec.node_name).of_pod(Some(pod));
                    let here = here.port(&pod.status.pod_ip, port.container_port);
                    here.container_port(Some((container.name.as_str(), port.name.as_str())))
                })
            })
        })
        .collect();
    if candidates.is_empty() {
        return Found { targets: Vec::new(), lost_at: Some(Stage::NoPod) };
    }
    let seen: BTreeSet<String> = candidates.iter().map(Discovered::port_title).collect();
    let kept = candidates.into_iter().filter(|candidate| ports.match_container(candidate)).collect();
    Found::or_lost(kept, || Stage::WrongPort { wanted: ports.title(), seen: seen.into_iter().collect() })
}

fn nodes(port: Option<&str>, picture: &Picture, selector: &LabelSelector) -> Found {
    let targets: Vec<Discovered> = picture
        .nodes
        .iter()
        .filter(|node| selector.matches(&node.metadata.labels))
        .filter_map(|node| {
            let by = |kind: &str| node.status.addresses.iter().find(|address| address.kind == kind);
            let address = ["InternalIP", "InternalDNS", "ExternalIP", "ExternalDNS", "LegacyHostIP", "Hostname"]
                .iter()
                .find_map(|kind| by(kind))?;
            let own = node.status.daemon_endpoints.pointer("/kubeletEndpoint/Port").and_then(serde_json::Value::as_u64);
            let port = port.map_or_else(|| own.unwrap_or(10250).to_string(), str::to_owned);
            Some(Discovered::at(&format!("{}:{port}", address.address)).of_node(node))
        })
        .collect();
    Found::or_lost(targets, || Stage::NoNode)
}

/// Containers that go on running: all but plain init containers.
fn running(pod: &Pod) -> impl Iterator<Item = &Container> {
    let sidecars = pod.spec.init_containers.iter().filter(|container| container.restart_policy == "Always");
    pod.spec.containers.iter().chain(sidecars)
}

/// Container and port name behind a number.
fn container_port(pod: &Pod, number: u16) -> Option<(&str, &str)> {
    running(pod).find_map(|container| {
        let port = container.ports.iter().find(|port| port.container_port == number)?;
        Some((container.name.as_str(), port.name.as_str()))
    })
}

impl Ports {
    /// The port as a person would name it.
    fn title(&self) -> String {
        let number = self.number.map(|number| number.to_string());
        [&self.name, &number, &self.target]
            .into_iter()
            .flatten()
            .next()
            .map_or("any port".to_owned(), |port| format!("port {port}"))
    }

    /// `port` is a regular expression on the Service's port name; without it `targetPort` is the container's.
    fn match_endpoint(&self, candidate: &Discovered) -> bool {
        match (&self.name, &self.target) {
            (Some(name), _) => whole(name, candidate.endpoint_port.as_deref().unwrap_or_default()),
            (None, Some(target)) => candidate.is_container_port(target),
            (None, None) => true,
        }
    }

    fn match_container(&self, candidate: &Discovered) -> bool {
        match (&self.name, self.number, &self.target) {
            (Some(name), _, _) => whole(name, candidate.container_port_name()),
            (_, Some(number), _) => candidate.is_container_port(&number.to_string()),
            (_, _, Some(target)) => candidate.is_container_port(target),
            _ => true,
        }
    }
}

fn whole(pattern: &str, text: &str) -> bool {
    Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(text))
}

/// Labels as vmagent names them after discovery: dots, slashes and dashes become underscores.
pub(super) fn meta_name(prefix: &str, key: &str) -> String {
    let clean: String = key.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{prefix}_{clean}")
}

/// Adds an object's labels or annotations the way discovery does: the value, and that it is present.
pub(super) fn add_meta(into: &mut Labels, prefix: &str, present: &str, from: &Labels) {
    for (key, value) in from {
        into.insert(meta_name(prefix, key), value.clone());
        into.insert(meta_name(present, key), "true".to_owned());
    }
}

#[cfg(test)]
mod tests;
