//! Nodes and namespaces as series.

use k8s_openapi::api::core::v1::{Namespace, Node};
use kube::ResourceExt;

use super::super::page::Page;
use super::super::quantity;
use super::{condition, flag};

/// `kube_node_*` of one node.
pub fn node(page: &mut Page, node: &Node) {
    let name = node.name_any();
    let status = node.status.clone().unwrap_or_default();
    let info = status.node_info.clone().unwrap_or_default();
    let addresses = status.addresses.unwrap_or_default();
    let internal =
        addresses.iter().find(|address| address.type_ == "InternalIP").map_or("", |address| &address.address);
    let labels = [
        ("node", name.as_str()),
        ("kernel_version", &info.kernel_version),
        ("os_image", &info.os_image),
        ("container_runtime_version", &info.container_runtime_version),
        ("kubelet_version", &info.kubelet_version),
        ("kubeproxy_version", &info.kube_proxy_version),
        ("provider_id", ""),
        ("pod_cidr", ""),
        ("system_uuid", &info.system_uuid),
        ("internal_ip", internal),
    ];
    page.gauge("kube_node_info", &labels, 1.0);
    let unschedulable = node.spec.as_ref().and_then(|spec| spec.unschedulable).unwrap_or(false);
    page.gauge("kube_node_spec_unschedulable", &[("node", &name)], flag(unschedulable));
    for found in status.conditions.iter().flatten() {
        let labels = [("node", name.as_str()), ("condition", found.type_.as_str())];
        condition(page, "kube_node_status_condition", &labels, "status", &found.status);
    }
    resources(page, "kube_node_status_capacity", &name, status.capacity.as_ref());
    resources(page, "kube_node_status_allocatable", &name, status.allocatable.as_ref());
}

type Resources = std::collections::BTreeMap<String, k8s_openapi::apimachinery::pkg::api::resource::Quantity>;

fn resources(page: &mut Page, name: &str, node: &str, resources: Option<&Resources>) {
    for (resource, amount) in resources.into_iter().flatten() {
        let Some(value) = quantity::value(&amount.0) else {
            continue;
        };
        let (resource, unit) = unit(resource);
        page.gauge(name, &[("node", node), ("resource", &resource), ("unit", unit)], value);
    }
}

/// A resource's label value and unit, as kube-state-metrics spells them.
pub fn unit(resource: &str) -> (String, &'static str) {
    let unit = match resource {
        "cpu" => "core",
        "memory" | "storage" | "ephemeral-storage" => "byte",
        _ => "integer",
    };
    (resource.replace(['-', '.', '/'], "_"), unit)
}

/// `kube_namespace_*` of one namespace.
pub fn namespace(page: &mut Page, namespace: &Namespace) {
    let name = namespace.name_any();
    let phase = namespace.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Active");
    for value in ["Active", "Terminating"] {
        page.gauge("kube_namespace_status_phase", &[("namespace", &name), ("phase", value)], flag(phase == value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_nodes_ready_condition_is_three_series_of_which_one_is_set() {
        let value = json!({
            "metadata": {"name": "infra-cp-1"}, "spec": {"unschedulable": true},
            "status": {
                "conditions": [{"type": "Ready", "status": "Unknown"}],
                "addresses": [{"type": "InternalIP", "address": "127.20.0.11"}],
                "allocatable": {"memory": "1Ki", "cpu": "500m", "ephemeral-storage": "2"},
            },
        });
        let mut page = Page::default();
        node(&mut page, &serde_json::from_value(value).unwrap());
        let text = page.text();
        for line in [
            "kube_node_status_condition{node=\"infra-cp-1\",condition=\"Ready\",status=\"true\"} 0",
            "kube_node_status_condition{node=\"infra-cp-1\",condition=\"Ready\",status=\"unknown\"} 1",
            "kube_node_spec_unschedulable{node=\"infra-cp-1\"} 1",
            "kube_node_status_allocatable{node=\"infra-cp-1\",resource=\"memory\",unit=\"byte\"} 1024",
            "kube_node_status_allocatable{node=\"infra-cp-1\",resource=\"cpu\",unit=\"core\"} 0.5",
            "kube_node_status_allocatable{node=\"infra-cp-1\",resource=\"ephemeral_storage\",unit=\"byte\"} 2",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        assert!(text.contains("internal_ip=\"127.20.0.11\"} 1"));
    }
}
