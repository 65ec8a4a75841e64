//! Where daemons fit, and how they are counted.

use super::super::pods::tests::pod;
use super::*;

fn spec(pod: serde_json::Value) -> DaemonSetSpec {
    serde_json::from_value(json!({"selector": {}, "template": {"spec": pod}})).unwrap()
}

fn node(taint: Option<serde_json::Value>) -> Node {
    let spec = json!({"unschedulable": true, "taints": taint.into_iter().collect::<Vec<_>>()});
    serde_json::from_value(json!({"metadata": {"name": "n", "labels": {"kubernetes.io/os": "linux"}}, "spec": spec}))
        .unwrap()
}

#[test]
fn a_cordoned_node_keeps_its_daemon() {
    let taint = json!({"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"});
    assert!(fits(&spec(json!({"containers": []})), &node(Some(taint))));
}

#[test]
fn a_taint_needs_a_toleration() {
    let taint = json!({"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"});
    assert!(!fits(&spec(json!({"containers": []})), &node(Some(taint.clone()))));
    let tolerations = json!([{"operator": "Exists"}]);
    assert!(fits(&spec(json!({"containers": [], "tolerations": tolerations})), &node(Some(taint.clone()))));
    let other = json!([{"key": "node-role.kubernetes.io/control-plane", "operator": "Exists", "effect": "NoExecute"}]);
    assert!(!fits(&spec(json!({"containers": [], "tolerations": other})), &node(Some(taint))));
}

#[test]
fn a_node_selector_must_match() {
    assert!(fits(&spec(json!({"containers": [], "nodeSelector": {"kubernetes.io/os": "linux"}})), &node(None)));
    assert!(!fits(&spec(json!({"containers": [], "nodeSelector": {"disk": "ssd"}})), &node(None)));
}

#[test]
fn a_missing_pod_is_unavailable_and_one_on_a_foreign_node_is_misscheduled() {
    let own = [Arc::new(pod("x", "Running", Some(1)))];
    let now = Timestamp::from_second(9).unwrap();
    let both = status(&DaemonSet::default(), &own, &["n".into(), "m".into()], "r", now);
    assert_eq!((both.desired_number_scheduled, both.current_number_scheduled, both.number_ready), (2, 1, 1));
    assert_eq!((both.number_unavailable, both.updated_number_scheduled, both.number_misscheduled), (Some(1), None, 0));
    assert_eq!(status(&DaemonSet::default(), &own, &["m".into()], "r", now).number_misscheduled, 1);
}

#[test]
fn a_percentage_of_nodes_is_rounded_up_and_never_zero() {
    assert_eq!(max_unavailable(Some(&IntOrString::String("34%".into())), 3), 2);
    assert_eq!(max_unavailable(Some(&IntOrString::String("0%".into())), 3), 1);
    assert_eq!(max_unavailable(None, 3), 1);
}
