//! When a claim is bound and what it says while it waits.

use super::*;

fn claim(class: Option<&str>, status: serde_json::Value) -> PersistentVolumeClaim {
    serde_json::from_value(json!({
        "metadata": {"name": "c", "namespace": "a", "uid": "u"},
        "spec": {"storageClassName": class, "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "50Gi"}}},
        "status": status,
    }))
    .unwrap()
}

fn class(name: &str, mode: &str) -> Arc<StorageClass> {
    let value =
        json!({"metadata": {"name": name}, "provisioner": "rook-ceph.rbd.csi.ceph.com", "volumeBindingMode": mode});
    Arc::new(serde_json::from_value(value).unwrap())
}

#[test]
fn an_immediate_class_binds_at_once() {
    assert!(matches!(next(&claim(Some("block"), json!({})), &[class("block", "Immediate")], &[]), Next::Bind(_)));
}

#[test]
fn a_missing_class_is_named_in_the_event() {
    let Next::Wait { reason, message, .. } = next(&claim(Some("nope"), json!({})), &[], &[]) else { panic!() };
    assert_eq!((reason, message.as_str()), ("ProvisioningFailed", "storageclass.storage.k8s.io \"nope\" not found"));
}

#[test]
fn a_late_binding_class_waits_for_a_pod_that_uses_the_claim() {
    let classes = [class("local", "WaitForFirstConsumer")];
    let claim = claim(Some("local"), json!({}));
    assert!(matches!(next(&claim, &classes, &[]), Next::Wait { reason: "WaitForFirstConsumer", .. }));
    let pod = json!({
        "metadata": {"name": "p", "namespace": "a"},
        "spec": {"containers": [], "volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "c"}}]},
    });
    let pod = Arc::new(serde_json::from_value(pod).unwrap());
    assert!(matches!(next(&claim, &classes, &[pod]), Next::Bind(_)));
}

#[test]
fn a_bound_claim_is_left_alone_until_it_asks_for_more() {
    let bound = |size: &str| claim(Some("block"), json!({"phase": "Bound", "capacity": {"storage": size}}));
    assert!(matches!(next(&bound("50Gi"), &[], &[]), Next::Nothing));
    assert!(matches!(next(&bound("10Gi"), &[], &[]), Next::Grow));
}

#[test]
fn the_volume_has_the_claims_size_and_points_back() {
    let volume = volume(&claim(Some("block"), json!({})), &class("block", "Immediate"));
    assert_eq!(volume.name_any(), "pvc-u");
    let spec = volume.spec.unwrap();
    assert_eq!(spec.capacity.unwrap()["storage"].0, "50Gi");
    assert_eq!(spec.claim_ref.unwrap().uid.as_deref(), Some("u"));
    assert_eq!(spec.persistent_volume_reclaim_policy.as_deref(), Some("Delete"));
}
