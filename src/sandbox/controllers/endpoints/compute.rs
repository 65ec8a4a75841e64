//! Which addresses and ports stand behind a Service: pure
//! (Kubernetes v1.33, staging/src/k8s.io/endpointslice/utils.go).

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ObjectReference, Pod, Service, ServicePort};
use k8s_openapi::api::discovery::v1::{Endpoint, EndpointConditions, EndpointPort, EndpointSlice};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use kube::ResourceExt;

use super::super::{owner, pods, template};

/// A resolved port of one pod: name, protocol, number, application protocol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    pub name: Option<String>,
    pub protocol: String,
    pub number: i32,
    pub app: Option<String>,
}

/// Pods of a Service whose ports have resolved to the same numbers.
#[derive(Clone, Debug)]
pub struct Group {
    pub ports: Vec<Port>,
    pub backends: Vec<Backend>,
}

/// One pod behind a Service.
#[derive(Clone, Debug)]
pub struct Backend {
    pub address: String,
    pub pod: Arc<Pod>,
    /// The pod itself is ready.
    pub serving: bool,
    pub terminating: bool,
    /// Clients should be sent there: what `ready` says in the API.
    pub usable: bool,
}

/// Groups the selected pods by resolved ports. A Service without pods still has one, empty, group.
pub fn groups(service: &Service, selected: &[Arc<Pod>]) -> Vec<Group> {
    let spec = service.spec.as_ref();
    let publish_all = spec.and_then(|spec| spec.publish_not_ready_addresses).unwrap_or(false);
    let wanted = spec.and_then(|spec| spec.ports.as_deref()).unwrap_or_default();
    let mut groups: BTreeMap<Vec<Port>, Vec<Backend>> = BTreeMap::new();
    for pod in selected {
        let Some(backend) = backend(pod, publish_all) else {
            continue;
        };
        let mut ports: Vec<_> = wanted.iter().filter_map(|port| resolve(port, pod)).collect();
        ports.sort();
        groups.entry(ports).or_default().push(backend);
    }
    if groups.is_empty() {
        groups.insert(Vec::new(), Vec::new());
    }
    groups.into_iter().map(|(ports, backends)| Group { ports, backends }).collect()
}

fn backend(pod: &Arc<Pod>, publish_all: bool) -> Option<Backend> {
    if pods::finished(pod) {
        return None;
    }
    let address = pod.status.as_ref()?.pod_ip.clone().filter(|address| !address.is_empty())?;
    let (serving, terminating) = (pods::ready(pod), owner::ending(pod.as_ref()));
    Some(Backend { address, pod: pod.clone(), serving, terminating, usable: publish_all || (serving && !terminating) })
}

/// A named target port is looked up in the pod; a pod without it lacks the port.
fn resolve(port: &ServicePort, pod: &Pod) -> Option<Port> {
    let protocol = port.protocol.clone().unwrap_or_else(|| "TCP".into());
    let number = match &port.target_port {
        None | Some(IntOrString::Int(0)) => port.port,
        Some(IntOrString::Int(number)) => *number,
        Some(IntOrString::String(name)) => container_port(pod, name, &protocol)?,
    };
    Some(Port { name: port.name.clone(), protocol, number, app: port.app_protocol.clone() })
}

fn container_port(pod: &Pod, name: &str, protocol: &str) -> Option<i32> {
    let containers = &pod.spec.as_ref()?.containers;
    let mut ports = containers.iter().flat_map(|container| container.ports.iter().flatten());
    let same = |port: &&k8s_openapi::api::core::v1::ContainerPort| {
        port.name.as_deref() == Some(name) && port.protocol.as_deref().unwrap_or("TCP") == protocol
    };
    ports.find(same).map(|port| port.container_port)
}

impl Group {
    /// The slice of this group; its name follows from its ports, so that it stays the same while pods come and go.
    pub fn slice(&self, service: &Service, labels: BTreeMap<String, String>) -> EndpointSlice {
        let name = service.name_any();
        let ports = self.ports.iter().map(|port| (&port.name, &port.protocol, port.number)).collect::<Vec<_>>();
        let hash = template::hash(&(service.uid(), ports));
        EndpointSlice {
            metadata: ObjectMeta {
                name: Some(format!("{name}-{}", &hash[..5])),
                generate_name: Some(format!("{name}-")),
                namespace: service.namespace(),
                labels: Some(labels),
                owner_references: Some(vec![owner::reference(service)]),
                ..Default::default()
            },
            address_type: "IPv4".into(),
            endpoints: self.backends.iter().map(|backend| backend.endpoint(&name)).collect(),
            ports: Some(self.ports.iter().map(Port::endpoint).collect()),
        }
    }
}

impl Port {
    fn endpoint(&self) -> EndpointPort {
        EndpointPort {
            name: Some(self.name.clone().unwrap_or_default()),
            port: Some(self.number),
            protocol: Some(self.protocol.clone()),
            app_protocol: self.app.clone(),
        }
    }
}

impl Backend {
    /// What the API calls the target of an address.
    pub fn target(&self) -> ObjectReference {
        ObjectReference {
            kind: Some("Pod".into()),
            name: Some(self.pod.name_any()),
            namespace: self.pod.namespace(),
            uid: self.pod.uid(),
            ..Default::default()
        }
    }

    /// The name under which a headless Service publishes this pod alone.
    pub fn hostname(&self, service: &str) -> Option<String> {
        let spec = self.pod.spec.as_ref()?;
        spec.hostname.clone().filter(|_| spec.subdomain.as_deref() == Some(service))
    }

    fn endpoint(&self, service: &str) -> Endpoint {
        Endpoint {
            addresses: vec![self.address.clone()],
            conditions: Some(EndpointConditions {
                ready: Some(self.usable),
                serving: Some(self.serving),
                terminating: Some(self.terminating),
            }),
            hostname: self.hostname(service),
            node_name: pods::node(&self.pod).map(str::to_owned),
            target_ref: Some(self.target()),
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests;
