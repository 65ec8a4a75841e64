//! Names, claims and status of a StatefulSet's pods.

use super::super::pods::tests::pod as a_pod;
use super::*;

fn set() -> StatefulSet {
    serde_json::from_value(json!({
        "metadata": {"name": "am", "namespace": "a", "uid": "u", "generation": 3},
        "spec": {
            "replicas": 1, "serviceName": "am-svc", "selector": {"matchLabels": {"app": "am"}},
            "template": {"metadata": {"labels": {"app": "am"}}, "spec": {"containers": []}},
            "volumeClaimTemplates": [{"metadata": {"name": "db"}, "spec": {"resources": {"requests": {"storage": "1Gi"}}}}],
        },
    }))
    .unwrap()
}

#[test]
fn a_pod_has_its_ordinal_in_name_hostname_labels_and_claim() {
    let set = set();
    let pod = pod(&set, set.spec.as_ref().unwrap(), "am-x", 0);
    assert_eq!(pod.name_any(), "am-0");
    assert_eq!(pod.labels()["statefulset.kubernetes.io/pod-name"], "am-0");
    assert_eq!(pod.labels()["apps.kubernetes.io/pod-index"], "0");
    let spec = pod.spec.unwrap();
    assert_eq!((spec.hostname.as_deref(), spec.subdomain.as_deref()), (Some("am-0"), Some("am-svc")));
    assert_eq!(spec.volumes.unwrap()[0].persistent_volume_claim.as_ref().unwrap().claim_name, "db-am-0");
}

#[test]
fn a_claim_carries_the_sets_labels_and_no_owner() {
    let set = set();
    let claims = claims(&set, set.spec.as_ref().unwrap(), 0);
    assert_eq!(claims[0].name_any(), "db-am-0");
    assert_eq!(claims[0].labels()["app"], "am");
    assert!(claims[0].owner_references().is_empty());
}

#[test]
fn the_current_revision_follows_only_when_every_pod_is_updated_and_ready() {
    let mut set = set();
    set.status = Some(StatefulSetStatus { current_revision: Some("am-old".into()), ..Default::default() });
    let labelled = |revision: &str, ready| {
        let mut pod = a_pod("am-0", "Running", ready);
        pod.labels_mut().insert(REVISION.into(), revision.into());
        Arc::new(pod)
    };
    let now = Timestamp::from_second(9).unwrap();
    let rolling = status(&set, &[labelled("am-new", None)], "am-new", now);
    assert_eq!((rolling.current_revision.as_deref(), rolling.updated_replicas), (Some("am-old"), Some(1)));
    assert_eq!((rolling.current_replicas, rolling.ready_replicas), (None, None));
    let done = status(&set, &[labelled("am-new", Some(1))], "am-new", now);
    assert_eq!(
        (done.current_revision.as_deref(), done.current_replicas, done.ready_replicas),
        (Some("am-new"), Some(1), Some(1))
    );
    assert_eq!(done.observed_generation, Some(3));
}
