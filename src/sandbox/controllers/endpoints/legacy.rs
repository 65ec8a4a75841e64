//! The v1 Endpoints object, which older service discovery still reads.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{EndpointAddress, EndpointPort, EndpointSubset, Endpoints, Service};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::ResourceExt;

use super::super::pods;
use super::compute::{Backend, Group};

/// One subset per group of equal ports; pods on their way out are left out unless they are published all the same.
pub fn endpoints(service: &Service, groups: &[Group], labels: BTreeMap<String, String>) -> Endpoints {
    let name = service.name_any();
    let subsets: Vec<_> = groups.iter().filter_map(|group| subset(&name, group)).collect();
    Endpoints {
        metadata: ObjectMeta {
            name: Some(name),
            namespace: service.namespace(),
            labels: Some(labels),
            ..Default::default()
        },
        subsets: (!subsets.is_empty()).then_some(subsets),
    }
}

fn subset(service: &str, group: &Group) -> Option<EndpointSubset> {
    let list = |usable: bool| {
        let kept = group.backends.iter().filter(|backend| backend.usable == usable && (usable || !backend.terminating));
        let list: Vec<_> = kept.map(|backend| address(service, backend)).collect();
        (!list.is_empty()).then_some(list)
    };
    let (addresses, not_ready_addresses) = (list(true), list(false));
    if addresses.is_none() && not_ready_addresses.is_none() {
        return None;
    }
    let port = |port: &super::compute::Port| EndpointPort {
        name: port.name.clone(),
        port: port.number,
        protocol: Some(port.protocol.clone()),
        app_protocol: port.app.clone(),
    };
    let ports: Vec<_> = group.ports.iter().map(port).collect();
    Some(EndpointSubset { addresses, not_ready_addresses, ports: (!ports.is_empty()).then_some(ports) })
}

fn address(service: &str, backend: &Backend) -> EndpointAddress {
    EndpointAddress {
        ip: backend.address.clone(),
        hostname: backend.hostname(service),
        node_name: pods::node(&backend.pod).map(str::to_owned),
        target_ref: Some(backend.target()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn group(usable: bool, terminating: bool) -> Group {
        let pod = Arc::new(super::super::super::pods::tests::pod("p", "Running", None));
        let backend = Backend { address: "127.0.0.2".into(), pod, serving: usable, terminating, usable };
        Group { ports: Vec::new(), backends: vec![backend] }
    }

    #[test]
    fn unready_pods_are_listed_apart_and_ending_ones_not_at_all() {
        let unready = subset("s", &group(false, false)).unwrap();
        assert!(unready.addresses.is_none() && unready.not_ready_addresses.is_some());
        assert!(subset("s", &group(true, false)).unwrap().addresses.is_some());
        assert!(subset("s", &group(false, true)).is_none());
    }

    #[test]
    fn a_service_without_pods_has_endpoints_without_subsets() {
        let none = Group { ports: Vec::new(), backends: Vec::new() };
        assert!(endpoints(&Service::default(), &[none], BTreeMap::new()).subsets.is_none());
    }
}
