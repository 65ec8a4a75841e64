//! Which pods stand behind a Service port, and why none does.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::forward::PodPort;
use super::given::without_credentials;
use super::resource::{ENDPOINT_SLICES, PODS, SERVICES};
use super::{Connections, Endpoint, Port};
use crate::check::trouble::Trouble;

/// One place that answers for a Service: a pod's port, or the address given for the Service.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PodAddress {
    pub(super) place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Pod(PodPort),
    Given { url: String, shown: String },
}

impl PodAddress {
    /// Name of the pod; `None` where an address was given instead.
    pub fn pod(&self) -> Option<&str> {
        match &self.place {
            Place::Pod(pod) => Some(&pod.pod),
            Place::Given { .. } => None,
        }
    }
}

impl fmt::Display for PodAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Pod(pod) => f.write_str(&pod.shown()),
            Place::Given { shown, .. } => f.write_str(shown),
        }
    }
}

impl Connections {
    /// Every ready pod behind a Service port, in the order of their names; never empty. Where an address was given
    /// for the Service, it alone.
    pub async fn pods(&self, endpoint: &Endpoint) -> Result<Vec<PodAddress>, Trouble> {
        if let Some(url) = self.inner.given.url(endpoint) {
            let shown = without_credentials(url);
            return Ok(vec![PodAddress { place: Place::Given { url: url.to_string(), shown } }]);
        }
        if let Some(known) = self.inner.resolved.get(endpoint) {
            return Ok(known);
        }
        let pods = self.resolve(endpoint).await?;
        self.inner.resolved.put(endpoint.clone(), pods.clone());
        Ok(pods)
    }

    async fn resolve(&self, endpoint: &Endpoint) -> Result<Vec<PodAddress>, Trouble> {
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
        if ready.is_empty() { Err(none(self.why_none(endpoint, &service, &slices).await)) } else { Ok(ready) }
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

fn ready_pods(slices: &[Slice], namespace: &str, port_name: &str) -> Vec<PodAddress> {
    let mut pods: Vec<PodPort> = Vec::new();
    for slice in slices {
        let ports = slice.ports.iter().filter(|port| port.name.as_deref().unwrap_or("") == port_name);
        let Some(port) = ports.filter_map(|port| port.port).next() else { continue };
        let ready = slice.endpoints.iter().filter(|endpoint| endpoint.is_ready()).filter_map(SliceEndpoint::pod);
        pods.extend(ready.map(|pod| PodPort { namespace: namespace.to_owned(), pod: pod.to_owned(), port }));
    }
    pods.sort_by(|a, b| a.pod.cmp(&b.pod));
    // A pod with addresses of two families stands in two slices.
    pods.dedup_by(|a, b| a.pod == b.pod);
    pods.into_iter().map(|pod| PodAddress { place: Place::Pod(pod) }).collect()
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
