//! Deployments, StatefulSets and DaemonSets as series.

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use kube::ResourceExt;

use super::super::page::Page;
use super::condition;

/// `kube_deployment_*` of one Deployment.
pub fn deployment(page: &mut Page, deployment: &Deployment) {
    let (namespace, name) = (deployment.namespace().unwrap_or_default(), deployment.name_any());
    let labels = [("namespace", namespace.as_str()), ("deployment", name.as_str())];
    let status = deployment.status.clone().unwrap_or_default();
    let replicas = deployment.spec.as_ref().and_then(|spec| spec.replicas);
    numbers(
        page,
        &labels,
        &[
            ("kube_deployment_spec_replicas", replicas.or(Some(1))),
            ("kube_deployment_status_replicas", status.replicas),
            ("kube_deployment_status_replicas_ready", status.ready_replicas),
            ("kube_deployment_status_replicas_available", status.available_replicas),
            ("kube_deployment_status_replicas_unavailable", status.unavailable_replicas),
            ("kube_deployment_status_replicas_updated", status.updated_replicas),
        ],
    );
    generations(page, "kube_deployment", &labels, deployment.metadata.generation, status.observed_generation);
    for found in status.conditions.iter().flatten() {
        let reason = found.reason.as_deref().unwrap_or("");
        let labels = [labels[0], labels[1], ("reason", reason), ("condition", found.type_.as_str())];
        condition(page, "kube_deployment_status_condition", &labels, "status", &found.status);
    }
}

/// `kube_statefulset_*` of one StatefulSet.
pub fn stateful_set(page: &mut Page, set: &StatefulSet) {
    let (namespace, name) = (set.namespace().unwrap_or_default(), set.name_any());
    let labels = [("namespace", namespace.as_str()), ("statefulset", name.as_str())];
    let status = set.status.clone().unwrap_or_default();
    let replicas = set.spec.as_ref().and_then(|spec| spec.replicas);
    numbers(
        page,
        &labels,
        &[
            ("kube_statefulset_replicas", replicas.or(Some(1))),
            ("kube_statefulset_status_replicas", Some(status.replicas)),
            ("kube_statefulset_status_replicas_ready", status.ready_replicas),
            ("kube_statefulset_status_replicas_available", status.available_replicas),
            ("kube_statefulset_status_replicas_current", status.current_replicas),
            ("kube_statefulset_status_replicas_updated", status.updated_replicas),
        ],
    );
    generations(page, "kube_statefulset", &labels, set.metadata.generation, status.observed_generation);
}

/// `kube_daemonset_*` of one DaemonSet.
pub fn daemon_set(page: &mut Page, set: &DaemonSet) {
    let (namespace, name) = (set.namespace().unwrap_or_default(), set.name_any());
    let labels = [("namespace", namespace.as_str()), ("daemonset", name.as_str())];
    let status = set.status.clone().unwrap_or_default();
    numbers(
        page,
        &labels,
        &[
            ("kube_daemonset_status_current_number_scheduled", Some(status.current_number_scheduled)),
            ("kube_daemonset_status_desired_number_scheduled", Some(status.desired_number_scheduled)),
            ("kube_daemonset_status_number_available", status.number_available),
            ("kube_daemonset_status_number_misscheduled", Some(status.number_misscheduled)),
            ("kube_daemonset_status_number_ready", Some(status.number_ready)),
            ("kube_daemonset_status_number_unavailable", status.number_unavailable),
            ("kube_daemonset_status_updated_number_scheduled", status.updated_number_scheduled),
        ],
    );
    generations(page, "kube_daemonset", &labels, set.metadata.generation, status.observed_generation);
}

/// An absent number is 0, as Go's zero values are.
fn numbers(page: &mut Page, labels: &[(&str, &str)], series: &[(&str, Option<i32>)]) {
    for (name, value) in series {
        page.gauge(name, labels, f64::from(value.unwrap_or(0)));
    }
}

fn generations(page: &mut Page, prefix: &str, labels: &[(&str, &str)], wanted: Option<i64>, observed: Option<i64>) {
    let number = |value: Option<i64>| f64::from(i32::try_from(value.unwrap_or(0)).unwrap_or(i32::MAX));
    page.gauge(&format!("{prefix}_metadata_generation"), labels, number(wanted));
    page.gauge(&format!("{prefix}_status_observed_generation"), labels, number(observed));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_deployment_with_a_missing_pod_shows_it() {
        let value = json!({
            "metadata": {"namespace": "a", "name": "d", "generation": 4},
            "spec": {"replicas": 2, "selector": {}, "template": {}},
            "status": {"replicas": 2, "readyReplicas": 1, "availableReplicas": 1, "unavailableReplicas": 1, "observedGeneration": 3,
                "conditions": [{"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable"}]},
        });
        let mut page = Page::default();
        deployment(&mut page, &serde_json::from_value(value).unwrap());
        let text = page.text();
        for line in [
            "kube_deployment_spec_replicas{namespace=\"a\",deployment=\"d\"} 2",
            "kube_deployment_status_replicas_unavailable{namespace=\"a\",deployment=\"d\"} 1",
            "kube_deployment_status_replicas_updated{namespace=\"a\",deployment=\"d\"} 0",
            "kube_deployment_metadata_generation{namespace=\"a\",deployment=\"d\"} 4",
            "kube_deployment_status_observed_generation{namespace=\"a\",deployment=\"d\"} 3",
            "reason=\"MinimumReplicasUnavailable\",condition=\"Available\",status=\"false\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
    }
}
