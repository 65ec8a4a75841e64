//! Claims and Services as series.

use k8s_openapi::api::core::v1::{PersistentVolumeClaim, Service};
use kube::ResourceExt;

use super::super::page::Page;
use super::super::quantity;
use super::flag;

/// `kube_persistentvolumeclaim_*` of one claim.
pub fn claim(page: &mut Page, claim: &PersistentVolumeClaim) {
    let (namespace, name) = (claim.namespace().unwrap_or_default(), claim.name_any());
    let labels = [("namespace", namespace.as_str()), ("persistentvolumeclaim", name.as_str())];
    let spec = claim.spec.clone().unwrap_or_default();
    let info = [
        labels[0],
        labels[1],
        ("storageclass", spec.storage_class_name.as_deref().unwrap_or("<none>")),
        ("volumename", spec.volume_name.as_deref().unwrap_or("")),
        ("volumemode", spec.volume_mode.as_deref().unwrap_or("Filesystem")),
    ];
    page.gauge("kube_persistentvolumeclaim_info", &info, 1.0);
    let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref()).unwrap_or("Pending");
    for value in ["Lost", "Bound", "Pending"] {
        let labels = [labels[0], labels[1], ("phase", value)];
        page.gauge("kube_persistentvolumeclaim_status_phase", &labels, flag(phase == value));
    }
    let requests = spec.resources.and_then(|resources| resources.requests).unwrap_or_default();
    if let Some(bytes) = requests.get("storage").and_then(|size| quantity::value(&size.0)) {
        page.gauge("kube_persistentvolumeclaim_resource_requests_storage_bytes", &labels, bytes);
    }
}

/// `kube_service_*` of one Service.
pub fn service(page: &mut Page, service: &Service) {
    let (namespace, name) = (service.namespace().unwrap_or_default(), service.name_any());
    let uid = service.uid().unwrap_or_default();
    let labels = [("namespace", namespace.as_str()), ("service", name.as_str()), ("uid", uid.as_str())];
    let spec = service.spec.clone().unwrap_or_default();
    let info = [
        labels[0],
        labels[1],
        labels[2],
        ("cluster_ip", spec.cluster_ip.as_deref().unwrap_or("")),
        ("external_name", spec.external_name.as_deref().unwrap_or("")),
        ("load_balancer_ip", spec.load_balancer_ip.as_deref().unwrap_or("")),
    ];
    page.gauge("kube_service_info", &info, 1.0);
    let kind = spec.type_.as_deref().unwrap_or("ClusterIP");
    page.gauge("kube_service_spec_type", &[labels[0], labels[1], labels[2], ("type", kind)], 1.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pending_claim_has_its_class_and_its_size_in_bytes() {
        let value = json!({
            "metadata": {"namespace": "a", "name": "c"},
            "spec": {"storageClassName": "openebs-hostpath", "resources": {"requests": {"storage": "50Gi"}}},
        });
        let mut page = Page::default();
        claim(&mut page, &serde_json::from_value(value).unwrap());
        let text = page.text();
        let pvc = "namespace=\"a\",persistentvolumeclaim=\"c\"";
        assert!(text.contains(&format!("kube_persistentvolumeclaim_status_phase{{{pvc},phase=\"Pending\"}} 1")));
        assert!(text.contains(&format!("kube_persistentvolumeclaim_status_phase{{{pvc},phase=\"Bound\"}} 0")));
        assert!(
            text.contains(&format!("kube_persistentvolumeclaim_resource_requests_storage_bytes{{{pvc}}} 53687091200"))
        );
        assert!(text.contains("storageclass=\"openebs-hostpath\""));
    }
}
