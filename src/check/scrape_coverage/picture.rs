//! The objects of the cluster that say what should be scraped, as slim as the question needs them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::identity::Identity;
use crate::check::labels::{LabelSelector, Labels};

/// Everything that the expected targets are computed from. Nothing in it comes from an agent.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// All namespaces.
    pub namespaces: Vec<Object>,
    /// All VMAgents: what another one selects is not lost.
    pub agents: Vec<Agent>,
    /// All scrape CRs, with their kind.
    pub scrapes: Vec<Scrape>,
    /// All Services.
    pub services: Vec<Service>,
    /// All EndpointSlices.
    pub slices: Vec<Slice>,
    /// All pods.
    pub pods: Vec<Pod>,
    /// All nodes.
    pub nodes: Vec<Node>,
}

/// `metadata`, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metadata {
    /// Name.
    pub name: String,
    /// Namespace; empty for cluster-scoped objects.
    pub namespace: String,
    /// Labels.
    pub labels: Labels,
    /// Annotations.
    pub annotations: Labels,
    /// Generation of the spec; 0 where the kind has none.
    pub generation: i64,
    /// Its resourceVersion; empty where it is not told.
    pub resource_version: String,
    /// Set while the object is going away.
    pub deletion_timestamp: Option<String>,
}

/// An object of which only the metadata matters.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Object {
    /// Its metadata.
    pub metadata: Metadata,
}

/// A VMAgent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Agent {
    /// Its metadata.
    pub metadata: Metadata,
    /// Its whole spec: selectors are looked up by name.
    pub spec: Value,
}

/// A scrape CR of any kind.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Scrape {
    /// `VMServiceScrape` and so on.
    pub kind: String,
    /// Its metadata.
    pub metadata: Metadata,
    /// Its whole spec.
    pub spec: Value,
    /// What the operator says of it.
    pub status: ScrapeStatus,
}

/// Status of a scrape CR (operator v0.66.1, api/operator/v1beta1/vmextra_types.go).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScrapeStatus {
    /// `operational`, `failed`; empty when no agent ever selected it.
    pub update_status: String,
    /// Why it failed.
    pub reason: String,
}

/// A Service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Its metadata.
    pub metadata: Metadata,
    /// Its spec.
    pub spec: ServiceSpec,
}

/// The ports of a Service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ServiceSpec {
    /// Its ports.
    pub ports: Vec<Port>,
}

/// A port of a Service or of an EndpointSlice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Port {
    /// Its name; empty for the only port of a Service.
    pub name: String,
    /// Its number.
    pub port: u16,
}

/// An EndpointSlice; its label `kubernetes.io/service-name` names the Service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Slice {
    /// Its metadata.
    pub metadata: Metadata,
    /// `IPv4`, `IPv6` or `FQDN`.
    pub address_type: String,
    /// Its endpoints, the ones that are not ready among them.
    pub endpoints: Vec<Endpoint>,
    /// Ports that every endpoint has.
    pub ports: Vec<Port>,
}

/// One endpoint of a slice.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// Its addresses; consumers use the first.
    pub addresses: Vec<String>,
    /// The object behind it.
    pub target_ref: TargetRef,
    /// The node it runs on.
    pub node_name: String,
}

/// The object behind an endpoint.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct TargetRef {
    /// `Pod`, or empty.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// A pod.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Pod {
    /// Its metadata.
    pub metadata: Metadata,
    /// Its spec.
    pub spec: PodSpec,
    /// Its status.
    pub status: PodStatus,
}

/// The containers of a pod.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// Its containers.
    pub containers: Vec<Container>,
    /// Its init containers; those with `restartPolicy: Always` go on running.
    pub init_containers: Vec<Container>,
    /// The node it is bound to.
    pub node_name: String,
}

/// A container and its ports.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its declared ports.
    pub ports: Vec<ContainerPort>,
    /// `Always` for a sidecar among the init containers.
    pub restart_policy: String,
}

/// A declared port of a container.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerPort {
    /// Its name; may be empty.
    pub name: String,
    /// Its number.
    pub container_port: u16,
}

/// Where a pod is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `Pending`, `Running`, `Succeeded`, `Failed`.
    pub phase: String,
    /// Its address; empty until it has one.
    #[serde(rename = "podIP")]
    pub pod_ip: String,
}

/// A node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    /// Its metadata.
    pub metadata: Metadata,
    /// Its status.
    pub status: NodeStatus,
}

/// The addresses of a node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NodeStatus {
    /// Its addresses.
    pub addresses: Vec<NodeAddress>,
    /// Where its kubelet listens.
    pub daemon_endpoints: Value,
}

/// One address of a node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct NodeAddress {
    /// `InternalIP`, `Hostname`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The address.
    pub address: String,
}

impl Picture {
    /// Labels of a namespace, if it exists.
    pub fn namespace_labels(&self, name: &str) -> Option<&Labels> {
        self.namespaces.iter().find(|namespace| namespace.metadata.name == name).map(|found| &found.metadata.labels)
    }
}

impl Metadata {
    /// Which object it is of.
    pub fn identity(&self, kind: &str) -> Identity {
        Identity {
            generation: Some(self.generation).filter(|generation| *generation > 0),
            resource_version: Some(self.resource_version.clone()).filter(|version| !version.is_empty()),
            ..Identity::of(format!("{kind} {}/{}", self.namespace, self.name))
        }
    }
}

impl Scrape {
    /// `VMServiceScrape flux-system/controllers`.
    pub fn title(&self) -> String {
        format!("{} {}/{}", self.kind, self.metadata.namespace, self.metadata.name)
    }

    /// A part of the spec as a typed value; what is absent or of another type is the default.
    pub fn part<T: serde::de::DeserializeOwned + Default>(&self, name: &str) -> T {
        self.spec.get(name).and_then(|value| T::deserialize(value).ok()).unwrap_or_default()
    }

    /// Its `selector`.
    pub fn selector(&self) -> LabelSelector {
        self.part("selector")
    }
}
