//! Which pods stand behind a Service port, and why none does.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;
use serde_json::Value;

use super::forward::PodPort;
use super::given::without_credentials;
use super::resource::{ENDPOINT_SLICES, PODS, SERVICES};
use super::{Connections, Endpoint, Port, Via};
use crate::check::trouble::Trouble;

/// One place that answers for a Service: a pod's port, or an address that stands for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PodAddress {
    pub(super) place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    /// By port-forward.
    Forward(PodPort),
    /// By the API server's proxy.
    Proxy(PodPort),
    /// Straight to a URL; `pod` is its pod's name where it is of one only.
    Address { url: String, shown: String, pod: Option<String>, via: Via },
}

/// What stands behind a Service port.
#[derive(Clone)]
pub(super) struct Behind {
    /// Where to ask when any pod will do.
    pub(super) any: PodAddress,
    /// Every ready pod, in the order of their names; never empty.
    pub(super) each: Vec<PodAddress>,
}

impl PodAddress {
    /// Name of the pod; `None` where an address stands for any of them.
    pub fn pod(&self) -> Option<&str> {
        match &self.place {
            Place::Forward(pod) | Place::Proxy(pod) => Some(&pod.pod),
            Place::Address { pod, .. } => pod.as_deref(),
        }
    }
}

impl fmt::Display for PodAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Forward(pod) | Place::Proxy(pod) => f.write_str(&pod.shown()),
            Place::Address { shown, .. } => f.write_str(shown),
        }
    }
}

impl Connections {
    /// Every ready pod behind a Service port, in the order of their names; never empty. Where an address was given
    /// for the Service, it alone.
    pub async fn pods(&self, endpoint: &Endpoint) -> Result<Vec<PodAddress>, Trouble> {
        Ok(self.behind(endpoint).await?.each)
    }

    pub(super) async fn behind(&self, endpoint: &Endpoint) -> Result<Behind, Trouble> {
        if let Some(known) = self.inner.resolved.get(endpoint) {
            return Ok(known);
        }
        let behind = match self.inner.given.url(endpoint) {
            Some(url) => {
                let shown = without_credentials(url);
                self.inner.ways.note(endpoint, Via::Url, format!("since {shown} was given for it"));
                let place = Place::Address { url: url.to_string(), shown, pod: None, via: Via::Url };
                Behind { any: PodAddress { place: place.clone() }, each: vec![PodAddress { place }] }
            }
            None => self.resolve(endpoint).await?,
        };
        self.inner.resolved.put(endpoint.clone(), behind.clone());
        Ok(behind)
    }

    async fn resolve(&self, endpoint: &Endpoint) -> Result<Behind, Trouble> {
        let namespace = Some(endpoint.namespace.as_str());
        let service = self
            .get(&SERVICES, namespace, &endpoint.service)
            .await?
            .ok_or_else(|| Trouble::NotDeployed { service: endpoint.to_string() })?;
        let none = |message| Trouble::NoReadyEndpoint { service: endpoint.to_string(), message };
        let service: Service = read(service, endpoint)?;
        let port = service.port(&endpoint.port).map_err(none)?;
        let selector = format!("kubernetes.io/service-name={}", endpoint.service);
        let slices = self.list(&ENDPOINT_SLICES, namespace, &selector).await?;
        let slices: Vec<Slice> = slices.into_iter().map(|slice| read(slice, endpoint)).collect::<Result<_, _>>()?;
        let ready = ready_pods(&slices, &endpoint.namespace, &port.name);
        let Some((first, _)) = ready.first() else {
            return Err(none(self.why_none(endpoint, &service, &slices).await));
        };
        let via = self.choose(endpoint, first).await?;
        let each: Vec<PodAddress> =
            ready.into_iter().map(|(pod, ip)| address(via, pod, ip)).collect::<Result<_, _>>()?;
        let is_named = via == Via::Dns && self.cluster()?.inside && !service.is_headless();
        let any = if is_named { named(endpoint, port.port) } else { each[0].clone() };
        Ok(Behind { any, each })
    }

    /// Best effort: the pods may not be readable, and the verdict does not depend on them.
    async fn why_none(&self, endpoint: &Endpoint, service: &Service, slices: &[Slice]) -> String {
        if slices.iter().flat_map(|slice| &slice.endpoints).any(|one| one.is_ready() && one.pod().is_none()) {
            return "its endpoints are no pods, so there is nothing to forward to; give its address with --url"
                .to_owned();
        }
        let Some(selector) = service.selector() else { return "it selects no pods".to_owned() };
        match self.list(&PODS, Some(&endpoint.namespace), &selector).await {
            Ok(pods) if pods.is_empty() => format!("no pod matches its selector {selector}"),
            Ok(pods) => pods.iter().map(describe).collect::<Vec<_>>().join("; "),
            Err(trouble) => format!("its pods cannot be looked at ({trouble})"),
        }
    }
}

fn read<T: for<'de> Deserialize<'de>>(object: Value, endpoint: &Endpoint) -> Result<T, Trouble> {
    serde_json::from_value(object)
        .map_err(|error| Trouble::Malformed { url: endpoint.to_string(), message: error.to_string() })
}

#[derive(Deserialize)]
struct Service {
    spec: ServiceSpec,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServiceSpec {
    #[serde(default)]
    ports: Vec<ServicePort>,
    #[serde(default)]
    selector: serde_json::Map<String, Value>,
    external_name: Option<String>,
    #[serde(rename = "clusterIP")]
    cluster_ip: Option<String>,
}

#[derive(Deserialize)]
struct ServicePort {
    #[serde(default)]
    name: String,
    port: u16,
}

impl Service {
    fn port(&self, wanted: &Port) -> Result<&ServicePort, String> {
        if let Some(name) = &self.spec.external_name {
            return Err(format!("it only points to {name}; give its address with --url"));
        }
        let number = wanted.0.parse::<u16>().ok();
        let fits = |port: &&ServicePort| port.name == wanted.0 || Some(port.port) == number;
        self.spec.ports.iter().find(fits).ok_or_else(|| {
            let ports: Vec<String> = self.spec.ports.iter().map(|p| format!("{}:{}", p.name, p.port)).collect();
            format!("it has no port {}; it has {}", wanted.0, ports.join(", "))
        })
    }

    /// Its name leads to pods, whose ports may have other numbers than its own.
    fn is_headless(&self) -> bool {
        self.spec.cluster_ip.as_deref() == Some("None")
    }

    fn selector(&self) -> Option<String> {
        let pairs = self.spec.selector.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or("")));
        let pairs: Vec<String> = pairs.collect();
        (!pairs.is_empty()).then(|| pairs.join(","))
    }
}

/// An EndpointSlice: its port numbers are those of the pods, with named target ports already resolved.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Slice {
    #[serde(default)]
    endpoints: Vec<SliceEndpoint>,
    #[serde(default)]
    ports: Vec<SlicePort>,
}

#[derive(Deserialize)]
struct SlicePort {
    #[serde(default)]
    name: Option<String>,
    port: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SliceEndpoint {
    #[serde(default)]
    addresses: Vec<String>,
    #[serde(default)]
    conditions: Conditions,
    target_ref: Option<TargetRef>,
}

#[derive(Default, Deserialize)]
struct Conditions {
    ready: Option<bool>,
}

#[derive(Deserialize)]
struct TargetRef {
    kind: String,
    name: String,
}

impl SliceEndpoint {
    /// An unset condition means ready (discovery.k8s.io/v1).
    fn is_ready(&self) -> bool {
        self.conditions.ready.unwrap_or(true)
    }

    fn pod(&self) -> Option<&str> {
        self.target_ref.as_ref().filter(|target| target.kind == "Pod").map(|target| target.name.as_str())
    }
}

/// The ready pods, each with its address inside the cluster.
fn ready_pods(slices: &[Slice], namespace: &str, port_name: &str) -> Vec<(PodPort, Option<IpAddr>)> {
    let mut pods: Vec<(PodPort, Option<IpAddr>)> = Vec::new();
    for slice in slices {
        let ports = slice.ports.iter().filter(|port| port.name.as_deref().unwrap_or("") == port_name);
        let Some(port) = ports.filter_map(|port| port.port).next() else { continue };
        let ready = slice.endpoints.iter().filter(|endpoint| endpoint.is_ready());
        pods.extend(ready.filter_map(|endpoint| {
            let ip = endpoint.addresses.first().and_then(|address| address.parse().ok());
            let pod = endpoint.pod()?.to_owned();
            Some((PodPort { namespace: namespace.to_owned(), pod, port }, ip))
        }));
    }
    pods.sort_by(|(a, _), (b, _)| a.pod.cmp(&b.pod));
    // A pod with addresses of two families stands in two slices.
    pods.dedup_by(|(a, _), (b, _)| a.pod == b.pod);
    pods
}

/// Where to reach one pod on the way that was chosen.
fn address(via: Via, pod: PodPort, ip: Option<IpAddr>) -> Result<PodAddress, Trouble> {
    let place = match (via, ip) {
        (Via::Proxy, _) => Place::Proxy(pod),
        (Via::PortForward | Via::Url, _) => Place::Forward(pod),
        (Via::Dns, Some(ip)) => {
            let at = SocketAddr::new(ip, pod.port);
            let shown = format!("{} at {at}", pod.shown());
            Place::Address { url: format!("http://{at}"), shown, pod: Some(pod.pod), via }
        }
        (Via::Dns, None) => return Err(pod.broken("its EndpointSlice has no IP address for it".to_owned())),
    };
    Ok(PodAddress { place })
}

/// The Service by its name, as its other clients in the cluster ask it. Single pods have no such names (only those of a
/// StatefulSet do), so they are asked by their addresses.
fn named(endpoint: &Endpoint, port: u16) -> PodAddress {
    let host = format!("{}.{}.svc:{port}", endpoint.service, endpoint.namespace);
    let (url, shown) = (format!("http://{host}"), format!("{endpoint} at {host}"));
    PodAddress { place: Place::Address { url, shown, pod: None, via: Via::Dns } }
}

/// A pod in a few words: its phase, and what its containers wait for.
fn describe(pod: &Value) -> String {
    let name = pod["metadata"]["name"].as_str().unwrap_or("?");
    if pod["metadata"]["deletionTimestamp"].is_string() {
        return format!("pod {name} is terminating");
    }
    let phase = pod["status"]["phase"].as_str().unwrap_or("of unknown phase");
    let containers = pod["status"]["containerStatuses"].as_array().into_iter().flatten();
    let waiting = containers.filter(|status| status["ready"] != Value::Bool(true)).map(|status| {
        let reason = status["state"].as_object().and_then(|state| state.values().next());
        let reason = reason.and_then(|reason| reason["reason"].as_str()).unwrap_or("not ready");
        format!(", container {}: {reason}", status["name"].as_str().unwrap_or("?"))
    });
    let unscheduled = pod["status"]["conditions"].as_array().into_iter().flatten();
    let unscheduled =
        unscheduled.filter(|condition| condition["type"] == "PodScheduled" && condition["status"] == "False");
    let unscheduled =
        unscheduled.map(|condition| format!(", {}", condition["message"].as_str().unwrap_or("not scheduled")));
    format!("pod {name} is {phase}{}", waiting.chain(unscheduled).collect::<String>())
}

#[cfg(test)]
mod tests;
