//! Choices and refusals of the scheduler.

use serde_json::json;

use super::*;

fn node(name: &str, memory: &str, unschedulable: bool) -> Node {
    serde_json::from_value(json!({
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name}},
        "spec": {"unschedulable": unschedulable},
        "status": {"allocatable": {"memory": memory}}
    }))
    .unwrap()
}

fn pod(spec: serde_json::Value) -> Pod {
    let mut spec = spec;
    spec["containers"] = json!([{"name": "a", "resources": {"requests": {"memory": "512Mi"}}}]);
    serde_json::from_value(json!({"metadata": {"name": "p"}, "spec": spec})).unwrap()
}

#[test]
fn the_node_with_the_least_memory_asked_for_is_chosen() {
    let (a, b) = (node("a", "8Gi", false), node("b", "8Gi", false));
    let chosen = choose(&pod(json!({})), &[(&a, 100), (&b, 50)], &[]);
    assert_eq!(chosen.as_deref(), Ok("b"));
}

#[test]
fn too_little_memory_is_told_per_node_with_the_preemption_note() {
    let (a, b) = (node("a", "256Mi", false), node("b", "8Gi", true));
    assert_eq!(
        choose(&pod(json!({})), &[(&a, 0), (&b, 0)], &[]).unwrap_err(),
        "0/2 nodes are available: 1 Insufficient memory, 1 node(s) were unschedulable. \
         no new claims to deallocate, preemption: 0/2 nodes are available: \
         1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling."
    );
}

#[test]
fn an_unbound_claim_keeps_the_pod_pending() {
    let a = node("a", "8Gi", false);
    let claims = [("data".to_owned(), Some(Claim::Unbound))];
    assert_eq!(
        choose(&pod(json!({})), &[(&a, 0)], &claims).unwrap_err(),
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"
    );
    let waits = [("data".to_owned(), Some(Claim::WaitsForNode))];
    assert_eq!(choose(&pod(json!({})), &[(&a, 0)], &waits).as_deref(), Ok("a"));
}

#[test]
fn a_missing_claim_is_named() {
    let a = node("a", "8Gi", false);
    let error = choose(&pod(json!({})), &[(&a, 0)], &[("data".to_owned(), None)]).unwrap_err();
    assert!(error.contains("persistentvolumeclaim \"data\" not found"), "{error}");
}

#[test]
fn a_daemon_pod_goes_to_its_node_even_if_it_is_cordoned() {
    let (a, b) = (node("a", "8Gi", false), node("b", "8Gi", true));
    let daemon = pod(json!({
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["b"]}]}]}}},
        "tolerations": [{"key": "node.kubernetes.io/unschedulable", "operator": "Exists", "effect": "NoSchedule"}]
    }));
    assert_eq!(choose(&daemon, &[(&a, 0), (&b, 0)], &[]).as_deref(), Ok("b"));
}

#[test]
fn a_node_selector_that_matches_nothing_is_told() {
    let a = node("a", "8Gi", false);
    let error = choose(&pod(json!({"nodeSelector": {"disk": "ssd"}})), &[(&a, 0)], &[]).unwrap_err();
    assert!(error.starts_with("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."));
}
