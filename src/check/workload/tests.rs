use k8s_openapi::api::core::v1 as core;
use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;

const NOW: &str = "2026-11-23T10:00:00Z";

fn spec(more: Value) -> Spec {
    let mut spec = json!({"kind": "Deployment", "namespace": "observability", "name": "vmagent-vmagent"});
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(spec).unwrap()
}

fn rolled_out() -> Seen {
    Seen {
        resource_version: Some("41".to_owned()),
        generation: 3,
        observed_generation: 3,
        terminating: false,
        paused: false,
        revision: Some("new".to_owned()),
        counts: Counts { wanted: 1, replicas: 1, updated: 1, ready: 1, available: 1 },
        conditions: Vec::new(),
    }
}

/// A pod as the API gives it: ready since 09:30, one container, never restarted.
fn pod(template: &str) -> Value {
    json!({
        "metadata": {"name": format!("vmagent-{template}"), "labels": {"pod-template-hash": template}},
        "spec": {"containers": [{"name": "vmagent", "image": "victoriametrics/vmagent:v1.131.0"}],
            "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "vmsingle-vmsingle"}}]},
        "status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-23T09:30:00Z"}],
            "containerStatuses": [{"name": "vmagent", "ready": true, "restartCount": 0,
                "image": "docker.io/victoriametrics/vmagent:v1.131.0", "imageID": "docker.io/x@sha256:abc",
                "state": {"running": {"startedAt": "2026-11-23T09:29:50Z"}}, "lastState": {}}]}
    })
}

fn waiting(reason: &str, message: &str) -> Value {
    let mut pod = pod("new");
    pod["status"]["conditions"][0]["status"] = json!("False");
    pod["status"]["containerStatuses"][0]["ready"] = json!(false);
    pod["status"]["containerStatuses"][0]["state"] = json!({"waiting": {"reason": reason, "message": message}});
    pod
}

fn seen(workload: Seen, pods: &[Value]) -> Observation {
    let read = |pod: &Value| read::pod(serde_json::from_value::<core::Pod>(pod.clone()).unwrap(), "pod-template-hash");
    Observation { workload: Some(workload), pods: pods.iter().map(read).collect() }
}

fn verdict(more: Value, pods: &[Value]) -> Verdict {
    Workload::judge(&spec(more), &seen(rolled_out(), pods), NOW.parse().unwrap())
}

fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.findings().iter().map(|finding| finding.code.as_str()).collect()
}

#[track_caller]
fn fails(verdict: &Verdict, code: &str, terminal: bool) {
    assert!(matches!(verdict.decision, Decision::Fail(_)), "{verdict:?}");
    assert_eq!((codes(verdict), verdict.is_terminal()), (vec![code], terminal), "{verdict:?}");
}

#[test]
fn what_was_judged_is_named_with_its_generation_and_its_images() {
    let mut pod = pod("new");
    pod["metadata"]["resourceVersion"] = json!("42");
    let named = Workload::identities(&spec(json!({})), &seen(rolled_out(), &[pod]));
    let told: Vec<(&str, String)> = named.iter().map(|one| (one.object.as_str(), one.parts().join("; "))).collect();
    let image = "vmagent: victoriametrics/vmagent:v1.131.0 (docker.io/x@sha256:abc)";
    let expected = [
        ("Deployment observability/vmagent-vmagent", "generation 3; resourceVersion 41".to_owned()),
        ("Pod observability/vmagent-new", format!("resourceVersion 42; {image}")),
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_ready_pod_of_the_current_template_passes() {
    let verdict = verdict(
        json!({"images": {"vmagent": "v1.131.0"}, "replicas": {"exactly": 1}, "stable_for": "30m"}),
        &[pod("new")],
    );
    assert!(verdict.is_pass(), "{verdict:?}");
    assert_eq!(verdict.measured[0].value, 1.0);
}

#[test]
fn an_absent_workload_fails() {
    let nothing = Observation { workload: None, pods: Vec::new() };
    fails(&Workload::judge(&spec(json!({})), &nothing, NOW.parse().unwrap()), "workload/missing", false);
}

#[test]
fn what_the_workload_says_of_itself_counts() {
    let judge = |workload| Workload::judge(&spec(json!({})), &seen(workload, &[pod("new")]), NOW.parse().unwrap());
    fails(&judge(Seen { observed_generation: 2, ..rolled_out() }), "workload/stale-generation", false);
    fails(&judge(Seen { paused: true, ..rolled_out() }), "workload/paused", true);
    fails(&judge(Seen { terminating: true, ..rolled_out() }), "workload/terminating", true);
    let condition = |kind: &str, status: &str| Condition {
        kind: kind.to_owned(),
        status: status.to_owned(),
        reason: "R".to_owned(),
        message: "m".to_owned(),
        since: None,
    };
    let with = |kind, status| judge(Seen { conditions: vec![condition(kind, status)], ..rolled_out() });
    fails(&with("Progressing", "False"), "workload/deadline-exceeded", true);
    fails(&with("ReplicaFailure", "True"), "workload/replica-failure", false);
    assert!(with("Progressing", "True").is_pass());
}

#[test]
fn no_wanted_pods_are_never_a_pass() {
    let counts = Counts { wanted: 0, replicas: 0, updated: 0, ready: 0, available: 0 };
    let verdict = Workload::judge(&spec(json!({})), &seen(Seen { counts, ..rolled_out() }, &[]), NOW.parse().unwrap());
    fails(&verdict, "workload/no-replicas", false);
    // A status alone does not pass either when no pod was seen.
    let verdict = Workload::judge(&spec(json!({})), &seen(rolled_out(), &[]), NOW.parse().unwrap());
    fails(&verdict, "workload/not-rolled-out", false);
}

#[test]
fn missing_pods_that_nothing_explains_are_told_by_the_counts() {
    let counts = Counts { wanted: 2, replicas: 1, updated: 1, ready: 1, available: 1 };
    let seen = seen(Seen { counts, ..rolled_out() }, &[pod("new")]);
    fails(&Workload::judge(&spec(json!({})), &seen, NOW.parse().unwrap()), "workload/not-rolled-out", false);
    fails(&verdict(json!({"replicas": {"at_least": 2}}), &[pod("new")]), "workload/replicas-differ", false);
}

#[test]
fn an_image_that_cannot_be_pulled_is_terminal_once_the_kubelet_backs_off() {
    let pods = |reason| [pod("old"), waiting(reason, "rpc error: not found")];
    let first = verdict(json!({}), &pods("ErrImagePull"));
    assert_eq!((codes(&first), first.is_terminal()), (vec!["workload/image-pull", "workload/old-pods"], false));
    let backed_off = verdict(json!({}), &pods("ImagePullBackOff"));
    assert!(backed_off.is_terminal());
    assert_eq!(backed_off.findings()[0].object.as_deref(), Some("Pod observability/vmagent-new"));
}

#[test]
fn a_crash_loop_tells_the_last_exit_and_an_oom_kill_wins_over_it() {
    let mut pod = waiting("CrashLoopBackOff", "back-off 10s");
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(3);
    pod["status"]["containerStatuses"][0]["lastState"] =
        json!({"terminated": {"exitCode": 2, "reason": "Error", "message": "flag provided but not defined: -x"}});
    let crash = verdict(json!({}), &[pod.clone()]);
    fails(&crash, "workload/crash-loop", true);
    assert!(crash.findings()[0].actual.ends_with("exit code 2 (Error): flag provided but not defined: -x"));
    fails(&verdict(json!({"restarts": {"at_most": 3}}), &[pod.clone()]), "workload/crash-loop", false);
    pod["status"]["containerStatuses"][0]["lastState"] =
        json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}});
    fails(&verdict(json!({}), &[pod]), "workload/oom-killed", true);
}

#[test]
fn of_a_log_the_last_line_that_speaks_of_an_error_is_told() {
    let end = |message: &str| {
        let mut pod = waiting("CrashLoopBackOff", "back-off 10s");
        let last = json!({"terminated": {"exitCode": 1, "reason": "Error", "message": message}});
        pod["status"]["containerStatuses"][0]["lastState"] = last;
        verdict(json!({}), &[pod]).findings()[0].actual.rsplit_once("(Error)").unwrap().1.to_owned()
    };
    assert_eq!(
        end("2026\tinfo\tstarting\n2026\tfatal\tcannot open /x\nUsage:\n  -a int\n"),
        ": 2026\tfatal\tcannot open /x"
    );
    assert_eq!(end("a\nb\n\n"), ": b");
    assert_eq!(end(""), "");
}

#[test]
fn other_ways_of_not_starting_are_told_apart() {
    let message = "secret \"am\" not found";
    fails(&verdict(json!({}), &[waiting("CreateContainerConfigError", message)]), "workload/config-error", true);
    fails(&verdict(json!({}), &[waiting("ContainerCreating", "")]), "workload/not-ready", false);
    let mut unready = pod("new");
    unready["status"]["conditions"][0]["status"] = json!("False");
    unready["status"]["containerStatuses"][0]["ready"] = json!(false);
    let verdict = verdict(json!({}), &[unready]);
    fails(&verdict, "workload/not-ready", false);
    assert!(verdict.findings()[0].actual.contains("readiness probe"));
}

#[test]
fn an_unschedulable_pod_is_terminal_only_after_a_while() {
    let unscheduled = |message: &str, since: &str| {
        let mut pod = pod("new");
        pod["status"]["phase"] = json!("Pending");
        pod["status"]["conditions"] = json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": message, "lastTransitionTime": since}]);
        pod["status"]["containerStatuses"] = json!([]);
        verdict(json!({}), &[pod])
    };
    let cpu = "0/1 nodes are available: 1 Insufficient cpu.";
    fails(&unscheduled(cpu, "2026-11-23T09:59:31Z"), "workload/unschedulable", false);
    fails(&unscheduled(cpu, "2026-11-23T09:59:30Z"), "workload/unschedulable", true);
    let volume = unscheduled("pod has unbound immediate PersistentVolumeClaims.", "2026-11-23T09:00:00Z");
    fails(&volume, "workload/pvc-pending", true);
    assert!(volume.findings()[0].expected.contains("vmsingle-vmsingle"));
}

#[test]
fn a_restart_counts_until_the_window_is_over() {
    let mut pod = pod("new");
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(1);
    pod["status"]["containerStatuses"][0]["lastState"] =
        json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": "2026-11-23T09:00:00Z"}});
    let pods = [pod.clone()];
    fails(&verdict(json!({}), &pods), "workload/restarts", true);
    assert!(verdict(json!({"restarts": {"at_most": 1}}), &pods).is_pass());
    fails(&verdict(json!({"restarts": {"within": "60m"}}), &pods), "workload/restarts", false);
    assert!(verdict(json!({"restarts": {"within": "59m"}}), &pods).is_pass());
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] = json!("OOMKilled");
    fails(&verdict(json!({"restarts": {"at_most": 1}}), &[pod]), "workload/oom-killed", true);
}

/// As containerd tells after its node was stopped and started again.
#[test]
fn a_container_that_was_lost_with_its_node_is_told_apart_and_still_red() {
    let mut pod = pod("new");
    let lost = json!({"terminated": {"exitCode": 255, "reason": "Unknown", "finishedAt": "2026-11-23T09:00:00Z"}});
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(1);
    pod["status"]["containerStatuses"][0]["lastState"] = lost;
    let pods = [pod.clone()];
    fails(&verdict(json!({}), &pods), "workload/node-restarted", true);
    assert!(verdict(json!({"restarts": {"within": "59m"}}), &pods).is_pass());
    // An exit code alone says nothing: programs end with 255, too.
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] = json!("Error");
    fails(&verdict(json!({}), std::slice::from_ref(&pod)), "workload/restarts", true);
    pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] = json!("Unknown");
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(2);
    fails(&verdict(json!({}), &[pod]), "workload/restarts", true);
}

#[test]
fn pods_on_their_way_out_evicted_pods_and_old_pods_keep_it_from_passing() {
    let mut going = pod("old");
    going["metadata"]["deletionTimestamp"] = json!("2026-11-23T09:59:59Z");
    fails(&verdict(json!({}), &[pod("new"), going]), "workload/terminating", false);
    fails(&verdict(json!({}), &[pod("new"), pod("old")]), "workload/old-pods", false);
    let mut evicted = pod("new");
    evicted["status"] =
        json!({"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."});
    let verdict = verdict(json!({}), &[pod("new"), evicted]);
    fails(&verdict, "workload/evicted", false);
    assert!(verdict.findings()[0].actual.contains("low on resource"));
}

#[test]
fn the_image_that_runs_is_held_against_the_wanted_one() {
    let judge = |images: Value| verdict(json!({"images": images}), &[pod("new")]);
    for same in ["v1.131.0", "victoriametrics/vmagent:v1.131.0", "docker.io/x@sha256:abc"] {
        assert!(judge(json!({"vmagent": same})).is_pass(), "{same}");
    }
    for other in ["v1.130.0", "v1.131", "victoriametrics/vmsingle:v1.131.0", "x@sha256:abd"] {
        fails(&judge(json!({"vmagent": other})), "workload/image-differs", false);
    }
    fails(&judge(json!({"vmsingle": "v1.131.0"})), "workload/image-differs", false);
    let mut swapped = pod("new");
    swapped["status"]["containerStatuses"][0]["image"] = json!("victoriametrics/vmagent:v1.130.0");
    fails(&verdict(json!({"images": {"vmagent": "v1.131.0"}}), &[swapped.clone()]), "workload/image-differs", false);
    swapped["status"]["containerStatuses"][0]["image"] = json!("sha256:0011");
    assert!(verdict(json!({"images": {"vmagent": "v1.131.0"}}), &[swapped]).is_pass());
}

#[test]
fn a_pod_that_is_ready_for_too_short_is_not_stable_yet() {
    fails(&verdict(json!({"stable_for": "31m"}), &[pod("new")]), "workload/too-young", false);
}

#[test]
fn an_init_container_in_trouble_is_seen() {
    let mut pod = waiting("PodInitializing", "");
    pod["spec"]["initContainers"] = json!([{"name": "config-init", "image": "i"}]);
    pod["status"]["initContainerStatuses"] = json!([{"name": "config-init", "ready": false, "restartCount": 0,
        "image": "i", "imageID": "", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]);
    fails(&verdict(json!({}), &[pod]), "workload/image-pull", true);
}

#[test]
fn what_is_judged_is_what_was_saved() {
    let seen = seen(rolled_out(), &[waiting("CrashLoopBackOff", "m"), pod("old")]);
    let saved: Observation = serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap();
    let judge = |seen| Workload::judge(&spec(json!({})), seen, NOW.parse().unwrap());
    assert_eq!(judge(&saved), judge(&seen));
}
