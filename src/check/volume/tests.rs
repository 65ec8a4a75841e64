//! Literal pods and claims.

use serde_json::{Value as Json, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::Application;
use crate::connect::testing::{cluster_at, serve};

fn demand(more: Json) -> Spec {
    let mut whole = json!({"namespace": "o", "workload": {"kind": "Deployment", "name": "single"}, "path": "/data"});
    whole.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap_or_else(|error| panic!("{error}"))
}

/// Everything that can be asked, all of which holds.
fn whole() -> Spec {
    demand(
        json!({"class": "fast", "provisioner": "fast.example.com", "size": "50Gi", "access_modes": ["ReadWriteOnce"],
        "written": {"namespace": "o", "service": "single", "port": "http"}}),
    )
}

fn sound() -> Json {
    json!({
        "workload": true,
        "pods": [{"name": "single-0", "resource_version": "1", "phase": "Running", "data_paths": {"main": "/data/"},
            "volume": {"name": "data", "source": "persistentVolumeClaim", "claim": "single",
                "mounts": [{"container": "main", "path": "/data", "read_only": false}]}}],
        "claims": [{"name": "single", "resource_version": "2", "phase": "Bound", "class": "fast", "requested": "50Gi",
            "capacity": "50Gi", "access_modes": ["ReadWriteOnce"]}],
        "class": {"name": "fast", "provisioner": "fast.example.com"},
        "writers": [{"place": "Pod o/single-0", "pod": "single-0", "component": "vmsingle v1.131.0",
            "shows": {"storage": {"data_bytes": 4096.0, "read_only": false}}}],
    })
}

fn judge(spec: &Spec, seen: &Json) -> Verdict {
    let seen: Observation = serde_json::from_value(seen.clone()).unwrap();
    Volume::judge(spec, &seen, Timestamp::UNIX_EPOCH)
}

/// With this at that place of the sound one.
#[track_caller]
fn with(place: &str, value: Json) -> Verdict {
    let mut seen = sound();
    *seen.pointer_mut(place).unwrap_or_else(|| panic!("no {place}")) = value;
    judge(&whole(), &seen)
}

#[track_caller]
fn fails(verdict: &Verdict, codes: &[&str]) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!(verdict.findings().iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), codes);
}

#[track_caller]
fn unclear(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    assert_eq!(verdict.findings()[0].code, code);
}

#[test]
fn what_is_sound_holds_and_is_counted() {
    let verdict = judge(&whole(), &sound());
    let Decision::Pass(examined) = &verdict.decision else { panic!("{verdict:?}") };
    assert_eq!((examined.count.get(), examined.names.as_slice()), (1, &["Pod o/single-0".to_owned()][..]));
    assert_eq!(verdict.measured[0].value, 50.0 * 1024.0 * 1024.0 * 1024.0);
}

#[test]
fn a_claim_that_nobody_uses_is_no_storage() {
    fails(&with("/pods", json!([])), &["volume/no-pod"]);
    fails(&with("/workload", json!(false)), &["volume/workload-missing"]);
    fails(&with("/pods/0/phase", json!("Pending")), &["volume/not-running"]);
}

#[test]
fn a_volume_of_the_pod_alone_is_not_persistent() {
    let volume = json!({"name": "data", "source": "emptyDir", "mounts": [{"container": "main", "path": "/data", "read_only": false}]});
    // The claim is there all the same.
    fails(&with("/pods/0/volume", volume), &["volume/not-persistent"]);
    let verdict = with("/pods/0/volume", Json::Null);
    fails(&verdict, &["volume/not-mounted"]);
}

#[test]
fn one_pod_of_two_without_the_volume_is_enough_to_fail() {
    let mut seen = sound();
    let other = json!({"name": "single-1", "resource_version": "3", "phase": "Running", "data_paths": {}});
    seen["pods"].as_array_mut().unwrap().push(other);
    let verdict = judge(&whole(), &seen);
    fails(&verdict, &["volume/not-mounted"]);
    assert_eq!(verdict.findings()[0].object.as_deref(), Some("Pod o/single-1"));
}

#[test]
fn a_mount_is_where_it_is_wanted_and_can_be_written() {
    fails(&with("/pods/0/volume/mounts/0/read_only", json!(true)), &["volume/read-only"]);
    let named = demand(json!({"volume": "data"}));
    let mut seen = sound();
    seen["pods"][0]["volume"]["mounts"][0]["path"] = json!("/elsewhere");
    fails(&judge(&named, &seen), &["volume/other-path"]);
    seen["pods"][0]["volume"]["mounts"] = json!([]);
    fails(&judge(&named, &seen), &["volume/other-path"]);
}

#[test]
fn a_claim_is_there_bound_and_stays() {
    fails(&with("/claims", json!([])), &["volume/claim-missing"]);
    // What is not bound has no size that could be too small.
    let pending =
        json!([{"name": "single", "phase": "Pending", "class": "fast", "requested": "50Gi", "access_modes": []}]);
    fails(&with("/claims", pending), &["volume/not-bound"]);
    fails(&with("/claims/0/phase", json!("Lost")), &["volume/not-bound"]);
    let mut seen = sound();
    seen["claims"][0]["deleting"] = json!("2026-11-29T12:00:00Z");
    fails(&judge(&whole(), &seen), &["volume/being-deleted"]);
}

#[test]
fn the_class_is_the_wanted_one_and_of_the_wanted_kind() {
    fails(&with("/claims/0/class", json!("slow")), &["volume/other-class"]);
    fails(&with("/claims/0/class", Json::Null), &["volume/other-class"]);
    fails(&with("/class", Json::Null), &["volume/class-missing"]);
    fails(&with("/class/provisioner", json!("local.example.com")), &["volume/other-provisioner"]);
}

#[test]
fn a_size_holds_at_its_bound_and_a_request_counts_too() {
    fails(&with("/claims/0/capacity", json!("53687091199")), &["volume/too-small"]);
    assert!(with("/claims/0/capacity", json!("53687091200")).is_pass());
    // 50G are less than 50Gi.
    fails(&with("/claims/0/capacity", json!("50G")), &["volume/too-small"]);
    fails(&with("/claims/0/requested", json!("60Gi")), &["volume/too-small"]);
    fails(&with("/claims/0/capacity", json!("much")), &["volume/too-small"]);
    fails(&with("/claims/0/capacity", Json::Null), &["volume/too-small"]);
    fails(&with("/claims/0/access_modes", json!(["ReadOnlyMany"])), &["volume/other-access"]);
}

#[test]
fn a_program_keeps_its_data_on_the_volume() {
    for path in ["/data", "/data/", "/data/db"] {
        assert!(with("/pods/0/data_paths", json!({"main": path})).is_pass(), "{path}");
    }
    for paths in [json!({"main": "/database"}), json!({"main": "data"}), json!({"sidecar": "/data"}), json!({})] {
        fails(&with("/pods/0/data_paths", paths), &["volume/other-data-path"]);
    }
}

#[test]
fn storage_has_data_and_takes_more() {
    let storage = |data: Json, read_only: Json| {
        with("/writers/0/shows", json!({"storage": {"data_bytes": data, "read_only": read_only}}))
    };
    fails(&storage(json!(1), json!(true)), &["volume/storage-read-only"]);
    unclear(&storage(json!(0), json!(false)), "volume/nothing-written");
    unclear(&storage(Json::Null, json!(false)), "volume/writing-unknown");
    unclear(&storage(json!(1), Json::Null), "volume/writing-unknown");
    unclear(&with("/writers/0/shows", Json::Null), "volume/writing-unknown");
}

#[test]
fn alertmanager_has_written_and_never_in_vain() {
    let snapshots = |written: Json, errors: Json| {
        with("/writers/0/shows", json!({"snapshots": {"written": written, "errors": errors}}))
    };
    assert!(snapshots(json!(1), json!(0)).is_pass());
    let verdict = snapshots(json!(2), json!(1));
    fails(&verdict, &["volume/write-errors"]);
    assert_eq!(verdict.findings()[0].actual, "1 attempts failed since it started");
    let since = json!({"snapshots": {"written": 2, "errors": 1, "since": 1_795_428_000.5}});
    let verdict = with("/writers/0/shows", since);
    assert_eq!(verdict.findings()[0].actual, "1 attempts failed since it started at 2026-11-23T10:00:00Z");
    unclear(&snapshots(json!(0), json!(0)), "volume/nothing-written");
    unclear(&snapshots(Json::Null, json!(0)), "volume/writing-unknown");
    unclear(&snapshots(json!(1), Json::Null), "volume/writing-unknown");
}

#[test]
fn a_program_of_another_pod_proves_nothing() {
    unclear(&with("/writers/0/pod", json!("single-1")), "volume/not-asked");
    unclear(&with("/writers", json!([])), "volume/not-asked");
    // An address that was given may be that of any pod.
    assert!(with("/writers/0/pod", Json::Null).is_pass());
}

#[test]
fn a_page_of_metrics_is_read_and_absent_series_are_no_zeros() {
    let page = "vm_data_size_bytes{type=\"storage/small\"} 100\nvm_data_size_bytes{type=\"indexdb/file\"} 20\n\
        vm_data_size_bytes{type=\"storage/inmemory\"} 5\n\
        vm_storage_is_read_only{path=\"/data\"} 0\n";
    let seen = |application, page| serde_json::to_value(observe::shows(application, page)).unwrap();
    let single = Application::VmSingle;
    assert_eq!(seen(single, page), json!({"storage": {"data_bytes": 120.0, "read_only": false}}));
    assert_eq!(seen(single, ""), json!({"storage": {"data_bytes": null, "read_only": null}}));
    let page = "alertmanager_nflog_maintenance_total 3\nalertmanager_nflog_maintenance_errors_total 1\n\
        alertmanager_silences_maintenance_total 2\nalertmanager_silences_maintenance_errors_total 0\n";
    let manager = Application::Alertmanager;
    assert_eq!(seen(manager, page), json!({"snapshots": {"written": 2.0, "errors": 1.0}}));
    let half = "alertmanager_nflog_maintenance_total 3\nalertmanager_nflog_maintenance_errors_total 0\n";
    assert_eq!(seen(manager, half), json!({"snapshots": {"written": null, "errors": null}}));
}

#[test]
fn demands_that_do_not_go_together_are_refused() {
    let refused = |spec: Json| serde_json::from_value::<Spec>(spec).unwrap_err().to_string();
    assert!(refused(json!({"namespace": "o", "path": "/data"})).contains("no pods are named"));
    assert!(refused(json!({"namespace": "o", "claim": "a", "selector": "a=b"})).contains("named twice"));
    assert!(refused(json!({"namespace": "o", "selector": "a=b"})).contains("no volume is named"));
    assert!(refused(json!({"namespace": "o", "claim": "a", "volume": "b"})).contains("named twice"));
    assert!(refused(json!({"namespace": "o", "claim": "a", "path": "data"})).contains("no mount path"));
    assert!(refused(json!({"namespace": "o", "claim": "a", "provisioner": "p"})).contains("expected `class`"));
}

/// A pod as the API has it.
fn pod(name: &str) -> Json {
    json!({
        "metadata": {"name": name, "resourceVersion": "1", "labels": {"app": "single"}},
        "spec": {
            "containers": [{"name": "main", "args": ["-a=/b", "--storageDataPath", "/data", "-password=canary"],
                "volumeMounts": [{"name": "data", "mountPath": "/data/"}, {"name": "other", "mountPath": "/o"}]}],
            "volumes": [{"name": "other", "emptyDir": {}}, {"name": "data", "persistentVolumeClaim": {"claimName": "single"}}],
        },
        "status": {"phase": "Running"},
    })
}

#[tokio::test]
async fn a_look_keeps_the_volume_of_running_pods_and_nothing_else() {
    let mut ended = pod("ended");
    ended["status"]["phase"] = json!("Failed");
    let mut going = pod("going");
    going["metadata"]["deletionTimestamp"] = json!("2026-11-29T12:00:00Z");
    let mut other = pod("other");
    other["metadata"]["labels"] = json!({"app": "other"});
    let pods = json!({"items": [ended, going, other, pod("single-0")]}).to_string();
    let claim = json!({"metadata": {"resourceVersion": "2"},
        "spec": {"storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}},
        "status": {"phase": "Bound", "capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}});
    let workload = json!({"spec": {"selector": {"matchLabels": {"app": "single"}}}}).to_string();
    let url = serve(move |request| {
        let path = request.trim_start_matches("GET ").split('?').next().unwrap();
        let body = match path {
            "/api/v1/namespaces/o/pods" => pods.clone(),
            "/api/v1/namespaces/o/persistentvolumeclaims/single" => claim.to_string(),
            "/apis/apps/v1/namespaces/o/deployments/single" => workload.clone(),
            _ => return (500, "text/plain", format!("not expected: {path}")),
        };
        (200, "application/json", body)
    })
    .await;
    let connections = cluster_at(&url).await;
    let look = Look { connections: &connections, run: "test" };
    let spec = demand(json!({"class": "fast", "size": "1Gi"}));
    let seen = Volume::observe(&spec, &mut (), &look).await.unwrap();
    let text = serde_json::to_string(&seen).unwrap();
    assert!(!text.contains("canary"), "{text}");
    assert_eq!(seen.pods.len(), 1, "{text}");
    assert_eq!(seen.pods[0].data_paths["main"], "/data");
    assert!(Volume::judge(&spec, &seen, Timestamp::UNIX_EPOCH).is_pass(), "{text}");
    let names: Vec<String> = Volume::identities(&spec, &seen).into_iter().map(|one| one.object).collect();
    assert_eq!(names, ["Pod o/single-0", "PersistentVolumeClaim o/single"]);
}
