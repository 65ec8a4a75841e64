//! From a Service's name and port to the addresses behind it, as cluster DNS and kube-proxy would find them.

use std::net::{IpAddr, SocketAddr};

use k8s_openapi::api::core::v1::{Service, ServicePort};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// A host name inside the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceName {
    /// Of a StatefulSet's pod, where one is named.
    pub(super) hostname: Option<String>,
    pub(super) service: String,
    pub(super) namespace: String,
}

impl ServiceName {
    /// `[POD.]SVC.NS.svc[.cluster.local]` or `SVC.NS`; `None` for any other name.
    pub(super) fn parse(host: &str) -> Option<Self> {
        let host = host.trim_end_matches('.');
        let host = host.strip_suffix(".cluster.local").unwrap_or(host);
        let parts: Vec<&str> = match host.strip_suffix(".svc") {
            Some(named) => named.split('.').collect(),
            None => host.split('.').collect(),
        };
        let (hostname, service, namespace) = match parts[..] {
            [service, namespace] => (None, service, namespace),
            [hostname, service, namespace] if host.ends_with(".svc") => (Some(hostname.to_owned()), service, namespace),
            _ => return None,
        };
        let all_there = !service.is_empty() && !namespace.is_empty();
        all_there.then(|| Self { hostname, service: service.to_owned(), namespace: namespace.to_owned() })
    }
}

/// Where a connection to `port` of the Service may go; empty if no endpoint is ready or the port is not served.
///
/// A headless Service has no ports of its own: its name stands for the pods, whose port is meant.
pub(super) fn behind(
    service: &Service,
    slices: &[&EndpointSlice],
    port: u16,
    hostname: Option<&str>,
) -> Vec<SocketAddr> {
    let spec = service.spec.clone().unwrap_or_default();
    let headless = spec.cluster_ip.as_deref() == Some("None");
    let not_ready_too = spec.publish_not_ready_addresses == Some(true);
    let service_port = spec.ports.iter().flatten().find(|one| one.port == i32::from(port));
    let mut found = Vec::new();
    for slice in slices {
        let target = match (headless || hostname.is_some(), service_port) {
            (true, _) => Some(port),
            (false, Some(wanted)) => target_port(slice, wanted),
            (false, None) => None,
        };
        let Some(target) = target else { continue };
        for endpoint in &slice.endpoints {
            let ready = endpoint.conditions.as_ref().and_then(|one| one.ready).unwrap_or(true);
            let named = hostname.is_none_or(|name| {
                let pod = endpoint.target_ref.as_ref().and_then(|pod| pod.name.as_deref());
                endpoint.hostname.as_deref() == Some(name) || pod == Some(name)
            });
            if named && (ready || not_ready_too) {
                let addresses = endpoint.addresses.iter().filter_map(|one| one.parse::<IpAddr>().ok());
                found.extend(addresses.map(|ip| SocketAddr::new(ip, target)));
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The slice's number for a Service port: ports are joined by name, a single unnamed one by itself.
fn target_port(slice: &EndpointSlice, wanted: &ServicePort) -> Option<u16> {
    let name = wanted.name.as_deref().unwrap_or_default();
    let by_name = slice
        .ports
        .iter()
        .flatten()
        .find(|one| one.name.as_deref().unwrap_or_default() == name)
        .and_then(|one| one.port);
    let by_number = match &wanted.target_port {
        Some(IntOrString::Int(number)) => Some(*number),
        _ => None,
    };
    by_name.or(by_number).and_then(|port| u16::try_from(port).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn service(cluster_ip: &str) -> Service {
        serde_json::from_value(json!({"spec": {"clusterIP": cluster_ip, "ports": [
            {"name": "http", "port": 8429, "targetPort": 8429},
            {"name": "http-alias", "port": 8428, "targetPort": 8429}]}}))
        .unwrap()
    }

    fn slice() -> EndpointSlice {
        serde_json::from_value(json!({"addressType": "IPv4",
            "ports": [{"name": "http", "port": 8429}, {"name": "http-alias", "port": 8429}],
            "endpoints": [
                {"addresses": ["127.20.1.1"], "conditions": {"ready": true}, "hostname": "am-0"},
                {"addresses": ["127.20.1.2"], "conditions": {"ready": false}}]}))
        .unwrap()
    }

    fn texts(found: &[SocketAddr]) -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn cluster_names_are_taken_apart() {
        let name = ServiceName::parse("vmsingle.observability.svc.cluster.local").unwrap();
        assert_eq!((name.service.as_str(), name.namespace.as_str()), ("vmsingle", "observability"));
        let pod = ServiceName::parse("am-0.am.observability.svc").unwrap();
        assert_eq!(pod.hostname.as_deref(), Some("am-0"));
        assert!(ServiceName::parse("vmsingle").is_none());
        assert!(ServiceName::parse("www.example.org").is_none());
    }

    #[test]
    fn an_alias_port_goes_to_its_target_on_ready_endpoints_only() {
        let found = behind(&service("127.20.96.1"), &[&slice()], 8428, None);
        assert_eq!(texts(&found), ["127.20.1.1:8429"]);
    }

    #[test]
    fn a_port_that_the_service_lacks_leads_nowhere() {
        assert!(behind(&service("127.20.96.1"), &[&slice()], 80, None).is_empty());
    }

    #[test]
    fn a_headless_name_stands_for_the_pods_own_port() {
        let found = behind(&service("None"), &[&slice()], 9094, Some("am-0"));
        assert_eq!(texts(&found), ["127.20.1.1:9094"]);
    }
}
