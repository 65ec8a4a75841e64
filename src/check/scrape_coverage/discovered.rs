//! One candidate for a target, with the labels that discovery would give it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::expected::add_meta;
use super::job::Job;
use super::picture::{Node, Pod, Service};
use crate::check::labels::Labels;

/// What computing the targets of a job gave.
#[derive(Clone, Debug, PartialEq)]
pub enum Discovery {
    /// Exactly these URLs, without parameters other than a probe's target.
    Exact(BTreeSet<String>),
    /// At most so many: the job's relabelling is not evaluated here.
    UpperBound(usize),
    /// None, because of this.
    Lost(Stage),
    /// The cluster's objects cannot tell.
    NotComputable,
}

/// Where all targets of a job were lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// No Service matches the selector in the namespaces looked into.
    NoService,
    /// The Services have no endpoints.
    NoEndpoint,
    /// No running pod with an address and a port matches the selector.
    NoPod,
    /// No node matches the selector.
    NoNode,
    /// The wanted port is not among those that exist.
    WrongPort {
        /// The port that the CR names.
        wanted: String,
        /// The ports that are there.
        seen: Vec<String>,
    },
    /// The job's own relabelling drops all of so many.
    Dropped(usize),
}

/// A candidate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Discovered {
    address: String,
    /// Name of the Service's or endpoint's port.
    pub(super) endpoint_port: Option<String>,
    container_port: Option<(String, String)>,
    target: Option<String>,
    labels: Labels,
}

impl Discovered {
    /// A candidate at a written address.
    pub fn at(address: &str) -> Self {
        Self { address: address.to_owned(), ..Self::default() }
    }

    /// A candidate behind a Service.
    pub fn of_service(service: &Service) -> Self {
        let mut here = Self::default();
        let metadata = &service.metadata;
        here.set("__meta_kubernetes_namespace", &metadata.namespace);
        here.set("__meta_kubernetes_service_name", &metadata.name);
        here.meta("service", &metadata.labels, &metadata.annotations);
        here
    }

    /// Adds what discovery tells of the pod.
    pub fn of_pod(mut self, pod: Option<&Pod>) -> Self {
        let Some(pod) = pod else { return self };
        self.set("__meta_kubernetes_namespace", &pod.metadata.namespace);
        self.set("__meta_kubernetes_pod_name", &pod.metadata.name);
        self.set("__meta_kubernetes_pod_ip", &pod.status.pod_ip);
        self.set("__meta_kubernetes_pod_phase", &pod.status.phase);
        self.set("__meta_kubernetes_pod_node_name", &pod.spec.node_name);
        self.meta("pod", &pod.metadata.labels, &pod.metadata.annotations);
        self
    }

    /// Adds what discovery tells of the node.
    pub fn of_node(mut self, node: &Node) -> Self {
        self.set("__meta_kubernetes_node_name", &node.metadata.name);
        self.meta("node", &node.metadata.labels, &node.metadata.annotations);
        self
    }

    /// Adds the node that an endpoint is on.
    pub fn on_node(mut self, node: &str) -> Self {
        self.set("__meta_kubernetes_endpoint_node_name", node);
        self
    }

    /// Sets its address.
    pub fn port(mut self, host: &str, port: u16) -> Self {
        self.address = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        self
    }

    /// Names the Service's port; the only port of a Service may have no name.
    pub fn endpoint_port(mut self, name: &str) -> Self {
        self.set("__meta_kubernetes_endpoint_port_name", name);
        self.endpoint_port = Some(name.to_owned());
        self
    }

    /// Names the container and its port.
    pub fn container_port(mut self, port: Option<(&str, &str)>) -> Self {
        let Some((container, name)) = port else { return self };
        self.set("__meta_kubernetes_pod_container_name", container);
        self.set("__meta_kubernetes_pod_container_port_name", name);
        self.set("__meta_kubernetes_pod_container_port_number", self.port_number().to_owned().as_str());
        self.container_port = Some((container.to_owned(), name.to_owned()));
        self
    }

    /// Makes it a question to a prober.
    pub fn asking(mut self, target: &str) -> Self {
        self.set("__param_target", target);
        self.target = Some(target.to_owned());
        self
    }

    fn set(&mut self, name: &str, value: &str) {
        self.labels.insert(name.to_owned(), value.to_owned());
    }

    fn meta(&mut self, of: &str, labels: &Labels, annotations: &Labels) {
        for (what, from) in [("label", labels), ("annotation", annotations)] {
            let prefix = format!("__meta_kubernetes_{of}_{what}");
            add_meta(&mut self.labels, &prefix, &format!("{prefix}present"), from);
        }
    }

    fn port_number(&self) -> &str {
        self.address.rsplit_once(':').map_or("", |(_, port)| port)
    }

    /// Name of the container's port, or nothing.
    pub fn container_port_name(&self) -> &str {
        self.container_port.as_ref().map_or("", |(_, name)| name)
    }

    /// Whether the container's port has this name or number.
    pub fn is_container_port(&self, port: &str) -> bool {
        self.container_port.as_ref().is_some_and(|(_, name)| name == port || self.port_number() == port)
    }

    /// Its port as a finding names it: `http (8429)`.
    pub fn port_title(&self) -> String {
        let name = self.endpoint_port.as_deref().unwrap_or_else(|| self.container_port_name());
        if name.is_empty() { self.port_number().to_owned() } else { format!("{name} ({})", self.port_number()) }
    }

    /// Its labels as relabelling sees them first.
    pub fn before_relabelling(&self, job: &Job) -> Labels {
        let mut labels = self.labels.clone();
        labels.insert("__address__".to_owned(), self.address.clone());
        labels.insert("__scheme__".to_owned(), job.scheme.clone());
        labels.insert("__metrics_path__".to_owned(), job.path.clone());
        labels
    }

    /// The URL that is scraped after relabelling, without parameters other than a probe's target.
    pub fn url(&self, labels: &Labels) -> String {
        let part = |name: &str| labels.get(name).map_or("", String::as_str);
        let (scheme, address, path) = (part("__scheme__"), part("__address__"), part("__metrics_path__"));
        let address = match address.rsplit_once(':') {
            Some((_, port)) if port.chars().all(|c| c.is_ascii_digit()) => address.to_owned(),
            _ => format!("{address}:{}", if scheme == "https" { 443 } else { 80 }),
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        let path = path.split('?').next().unwrap_or_default();
        match &self.target {
            Some(target) => format!("{scheme}://{address}{slash}{path}?target={target}"),
            None => format!("{scheme}://{address}{slash}{path}"),
        }
    }
}
