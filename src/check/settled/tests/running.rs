//! Workloads, their pods, and custom objects of Flux.

use super::*;
use crate::connect::resource::{DAEMON_SETS, DEPLOYMENTS, STATEFUL_SETS};
use crate::connect::{Resource, Scope};

/// The verdict with these objects and pods beside what stands still.
fn beside(objects: &[(&Resource, Value)], pods: &[Value]) -> Verdict {
    let mut all = seen(&[&[pod("11:00:00")], pods].concat(), &[kustomization("main@sha1:4f2a00")]);
    all.objects.extend(objects.iter().map(|(kind, object)| observe::object(kind, object)));
    judge(&all)
}

/// What a pass says of what it lets through.
#[track_caller]
fn let_through(verdict: Verdict) -> Vec<String> {
    let Decision::Pass(examined) = verdict.decision else { panic!("{verdict:?}") };
    let names: Vec<String> = examined.names.into_iter().filter(|name| name.contains("left to other checks")).collect();
    assert_eq!(examined.what, format!("objects, {} of them left to other checks", names.len()));
    names
}

fn workload(spec: Value, mut status: Value) -> Value {
    status["observedGeneration"] = json!(1);
    json!({"metadata": {"namespace": "o", "name": "b", "generation": 1}, "spec": spec, "status": status})
}

/// A Deployment of two with so many: all, of the present template, available.
fn deployment([all, updated, available]: [i64; 3]) -> Value {
    let status = json!({"replicas": all, "updatedReplicas": updated, "availableReplicas": available});
    workload(json!({"replicas": 2}), status)
}

#[test]
fn a_deployment_is_done_when_all_of_its_pods_are_of_the_present_template_and_ready() {
    let of = |counts: [i64; 3]| beside(&[(&DEPLOYMENTS, deployment(counts))], &[]);
    assert!(of([2, 2, 2]).is_pass());
    for counts in [[2, 2, 1], [2, 1, 2], [3, 2, 2], [0, 0, 0]] {
        let verdict = of(counts);
        unclear(&verdict, "settled/rolling-out");
        assert_eq!(verdict.findings()[0].object.as_deref(), Some("Deployment o/b"));
        assert!(!verdict.is_terminal());
    }
    assert!(beside(&[(&DEPLOYMENTS, workload(json!({"replicas": 0}), json!({})))], &[]).is_pass());
    unclear(&beside(&[(&DEPLOYMENTS, workload(json!({}), json!({})))], &[]), "settled/rolling-out");
    let mut paused = deployment([2, 1, 2]);
    paused["spec"]["paused"] = json!(true);
    assert!(beside(&[(&DEPLOYMENTS, paused)], &[]).is_terminal());
}

#[test]
fn sets_are_done_when_what_they_may_replace_is_replaced() {
    let set = |strategy: Value, updated: i64, ready: i64| {
        let status = json!({"replicas": 2, "updatedReplicas": updated, "readyReplicas": ready});
        beside(&[(&STATEFUL_SETS, workload(json!({"replicas": 2, "updateStrategy": strategy}), status))], &[])
    };
    assert!(set(json!({}), 2, 2).is_pass());
    unclear(&set(json!({}), 1, 2), "settled/rolling-out");
    unclear(&set(json!({}), 2, 1), "settled/rolling-out");
    assert!(set(json!({"type": "OnDelete"}), 0, 2).is_pass());
    assert!(set(json!({"rollingUpdate": {"partition": 1}}), 1, 2).is_pass());
    unclear(&set(json!({"rollingUpdate": {"partition": 1}}), 0, 2), "settled/rolling-out");
    let daemons = |updated: i64, ready: i64| {
        let status = json!({"desiredNumberScheduled": 3, "updatedNumberScheduled": updated, "numberReady": ready});
        beside(&[(&DAEMON_SETS, workload(json!({}), status))], &[])
    };
    assert!(daemons(3, 3).is_pass());
    unclear(&daemons(2, 3), "settled/rolling-out");
    unclear(&daemons(3, 2), "settled/rolling-out");
}

/// A pod of the Deployment `b` that has been waiting for this since then.
fn waiting(reason: &str, since: &str) -> Value {
    json!({
        "metadata": {"namespace": "o", "name": "b-5d8f-x", "creationTimestamp": "2026-03-01T11:00:00Z",
            "labels": {"pod-template-hash": "5d8f"}, "ownerReferences": [{"kind": "ReplicaSet", "name": "b-5d8f"}]},
        "status": {"phase": "Pending",
            "conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": format!("2026-03-01T{since}Z")}],
            "containerStatuses": [{"name": "main", "state": {"waiting": {"reason": reason}}}]}
    })
}

#[test]
fn a_pod_that_is_not_ready_is_on_its_way() {
    let verdict = beside(&[], &[waiting("ContainerCreating", "11:59:00")]);
    unclear(&verdict, "settled/rolling-out");
    assert_eq!(verdict.findings()[0].actual, "it is not; Ready became False, 60 s ago");
    unclear(&beside(&[], &[waiting("ContainerCreating", "11:59:45")]), "settled/pod-moves");
    // For as long as a Deployment is given.
    unclear(&beside(&[], &[waiting("ContainerCreating", "11:50:01")]), "settled/rolling-out");
    let stuck = let_through(beside(&[], &[waiting("ContainerCreating", "11:50:00")]));
    assert_eq!(stuck, ["Pod o/b-5d8f-x (left to other checks: it is not ready, and Ready became False, 600 s ago)"]);
}

#[test]
fn what_has_failed_for_good_is_left_to_the_checks_behind() {
    for reason in ["ImagePullBackOff", "ErrImagePull", "CrashLoopBackOff", "CreateContainerConfigError"] {
        let pods = [waiting(reason, "11:59:00")];
        let told = let_through(beside(&[(&DEPLOYMENTS, deployment([2, 1, 1]))], &pods));
        let workload = "Deployment o/b (left to other checks: a pod of it has failed: of 2 pods 1 of the present template, \
                        1 ready, 2 in all)";
        assert_eq!(told, [workload.to_owned(), format!("Pod o/b-5d8f-x (left to other checks: main: {reason})")]);
    }
    let mut initial = waiting("PodInitializing", "11:59:00");
    initial["status"]["initContainerStatuses"] =
        json!([{"name": "init", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}]);
    assert_eq!(let_through(beside(&[], &[initial])), ["Pod o/b-5d8f-x (left to other checks: init: CrashLoopBackOff)"]);
    // That of one is no excuse for another.
    let mut other = deployment([2, 2, 1]);
    other["metadata"]["name"] = json!("c");
    unclear(&beside(&[(&DEPLOYMENTS, other)], &[waiting("ImagePullBackOff", "11:59:00")]), "settled/rolling-out");
    let mut given_up = deployment([2, 1, 1]);
    given_up["status"]["conditions"] =
        json!([{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}]);
    assert!(let_through(beside(&[(&DEPLOYMENTS, given_up)], &[]))[0].contains("ProgressDeadlineExceeded"));
}

/// A HelmRelease whose Ready is this since then, of its generation 2; the status is of none yet.
fn release(status: &str, reason: &str, since: &str) -> Verdict {
    let kind = Resource::named("helm.toolkit.fluxcd.io/v2", "HelmRelease", None, Scope::Namespaced);
    let ready = json!({"type": "Ready", "status": status, "reason": reason, "message": "why", "observedGeneration": 2,
        "lastTransitionTime": format!("2026-03-01T{since}Z")});
    let object = json!({"metadata": {"namespace": "o", "name": "r", "generation": 2}, "spec": {},
        "status": {"observedGeneration": -1, "conditions": [ready]}});
    beside(&[(&kind, object)], &[])
}

#[test]
fn a_release_is_told_by_its_conditions() {
    assert!(release("True", "InstallSucceeded", "11:59:59").is_pass());
    unclear(&release("Unknown", "Progressing", "11:00:00"), "settled/reconciling");
    assert_eq!(
        let_through(release("False", "InstallFailed", "11:59:59")),
        ["HelmRelease o/r (left to other checks: InstallFailed)"]
    );
    // What waits for others is waited for, but not for ever.
    unclear(&release("False", "SourceNotReady", "11:50:01"), "settled/reconciling");
    assert_eq!(let_through(release("False", "SourceNotReady", "11:50:00")).len(), 1);
    let kind = Resource::named("helm.toolkit.fluxcd.io/v2", "HelmRelease", None, Scope::Namespaced);
    let object = json!({"metadata": {"namespace": "o", "name": "r", "generation": 3}, "spec": {"suspend": true}});
    let verdict = beside(&[(&kind, object.clone())], &[]);
    unclear(&verdict, "settled/suspended");
    assert!(verdict.is_terminal());
    unclear(&beside(&[(&kind, with(object, "/spec", json!({})))], &[]), "settled/not-observed");
}
