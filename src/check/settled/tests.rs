//! Literal objects.

mod applied;
mod running;

use serde_json::{Value, json};

use super::*;
use crate::check::verdict::Decision;
use crate::connect::testing::{cluster_at, serve};

fn spec() -> Spec {
    serde_json::from_value(json!({
        "namespaces": ["o"], "stable_for": "30s",
        "objects": [{"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMAgent"}],
        "flux": {"source": {"kind": "GitRepository", "namespace": "f", "name": "ops"}}
    }))
    .unwrap()
}

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// A pod whose container started at this time of 2026-03-01.
fn pod(started: &str) -> Value {
    json!({
        "metadata": {"namespace": "o", "name": "a-0", "creationTimestamp": "2026-03-01T11:00:00Z",
            "ownerReferences": [{"kind": "StatefulSet", "name": "a"}]},
        "status": {"phase": "Running",
            "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-03-01T11:00:10Z"}],
            "containerStatuses": [{"name": "main", "state": {"running": {"startedAt": format!("2026-03-01T{started}Z")}}}]}
    })
}

fn with(mut object: Value, at: &str, value: Value) -> Value {
    *object.pointer_mut(at).unwrap_or_else(|| panic!("nothing at {at}")) = value;
    object
}

fn kustomization(applied: &str) -> Value {
    json!({
        "metadata": {"namespace": "f", "name": "apps", "generation": 3},
        "spec": {"sourceRef": {"kind": "GitRepository", "name": "ops"}},
        "status": {"lastAppliedRevision": applied, "observedGeneration": 3,
            "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 3}]}
    })
}

fn source() -> Value {
    json!({"metadata": {"namespace": "f", "name": "ops", "generation": 1}, "spec": {},
        "status": {"artifact": {"revision": "main@sha1:4f2a00", "lastUpdateTime": "2026-03-01T11:30:00Z"},
            "conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]}})
}

fn seen(pods: &[Value], kustomizations: &[Value]) -> Observation {
    let agent = Object { generation: 2, observed_generation: Some(2), ..Object::default() };
    let (kustomizations, beside) = flux::kustomizations(&spec().flux.unwrap().source, kustomizations);
    let seen = Observation {
        objects: vec![Object { name: "VMAgent o/a".to_owned(), ..agent }],
        pods: pods.iter().filter_map(pods::pod).collect(),
        source: Some(flux::source(&source())),
        kustomizations,
        beside,
    };
    // Through its text, as it is judged.
    serde_json::from_str(&serde_json::to_string(&seen).unwrap()).unwrap()
}

fn good() -> Observation {
    seen(&[pod("11:59:30")], &[kustomization("main@sha1:4f2a00")])
}

fn judge(seen: &Observation) -> Verdict {
    judge::judge(&spec(), seen, now())
}

#[track_caller]
fn unclear(verdict: &Verdict, code: &str) {
    assert!(matches!(verdict.decision, Decision::Inconclusive(_)), "{verdict:?}");
    let codes: Vec<&str> = verdict.findings().iter().map(|one| &*one.code).collect();
    assert_eq!(codes, [code]);
}

#[test]
fn all_stands_still_at_the_bound() {
    let verdict = judge(&good());
    assert!(verdict.is_pass(), "{verdict:?}");
    assert_eq!(verdict.measured[0].value, 30.0);
    let Decision::Pass(examined) = verdict.decision else { unreachable!() };
    assert_eq!(examined.names, ["Kustomization f/apps", "VMAgent o/a", "Pod o/a-0"]);
}

#[test]
fn what_has_just_changed_moves() {
    let flux = [kustomization("main@sha1:4f2a00")];
    let moves = |pod: Value| judge(&seen(&[pod], &flux));
    let verdict = moves(pod("11:59:31"));
    unclear(&verdict, "settled/pod-moves");
    assert_eq!(verdict.findings()[0].actual, "main started, 29 s ago");
    let ready = "/status/conditions/0/lastTransitionTime";
    unclear(&moves(with(pod("11:00:01"), ready, json!("2026-03-01T11:59:50Z"))), "settled/pod-moves");
    unclear(
        &moves(with(pod("11:00:01"), "/metadata/creationTimestamp", json!("2026-03-01T11:59:59Z"))),
        "settled/pod-moves",
    );
    let mut leaving = pod("11:00:01");
    leaving["metadata"]["deletionTimestamp"] = json!("2026-03-01T11:59:59Z");
    unclear(&moves(leaving), "settled/pod-leaves");
    let state = "/status/containerStatuses/0/state";
    let ended = json!({"terminated": {"finishedAt": "2026-03-01T11:59:59Z"}});
    unclear(&moves(with(pod("11:00:01"), state, ended)), "settled/pod-moves");
}

#[test]
fn a_clock_that_is_ahead_is_no_stillness() {
    unclear(&judge(&seen(&[pod("12:00:05")], &[kustomization("main@sha1:4f2a00")])), "settled/pod-moves");
}

#[test]
fn a_crash_loop_is_no_movement() {
    let looping = json!({"waiting": {"reason": "CrashLoopBackOff"}});
    let looping = with(pod("11:59:59"), "/status/containerStatuses/0/state", looping);
    let looping = with(looping, "/status/conditions/0/lastTransitionTime", json!("2026-03-01T11:59:59Z"));
    assert!(judge(&seen(&[looping], &[kustomization("main@sha1:4f2a00")])).is_pass());
}

#[test]
fn pods_of_jobs_and_those_that_are_over_are_no_population() {
    let flux = [kustomization("main@sha1:4f2a00")];
    let of_job = with(pod("11:00:00"), "/metadata/ownerReferences/0/kind", json!("Job"));
    let over = with(pod("11:00:00"), "/status/phase", json!("Failed"));
    let bare = with(pod("11:00:00"), "/metadata/ownerReferences", json!([]));
    for pod in [of_job, over, bare] {
        unclear(&judge(&seen(&[pod], &flux)), "settled/no-pods");
    }
    let silent = json!({"metadata": {"namespace": "o", "name": "a", "ownerReferences": [{"kind": "DaemonSet"}]}});
    unclear(&judge(&seen(&[silent], &flux)), "settled/pod-silent");
}

#[test]
fn what_its_controller_has_not_acted_on_is_not_settled() {
    for (observed, actual) in [(Some(1), "only on generation 1"), (Some(-1), "on none yet"), (None, "on none yet")] {
        let mut seen = good();
        seen.objects[0].observed_generation = observed;
        let verdict = judge(&seen);
        unclear(&verdict, "settled/not-observed");
        assert_eq!(verdict.findings()[0].actual, actual);
    }
    let mut seen = good();
    seen.objects[0].under_way = true;
    let verdict = judge(&seen);
    unclear(&verdict, "settled/not-observed");
    assert_eq!(verdict.findings()[0].actual, "it is still at it");
}

#[tokio::test]
async fn a_look_asks_for_what_it_declares() {
    let url = serve(|request| {
        let list = |items: Value| (200, "application/json", json!({"kind": "List", "metadata": {}, "items": items}).to_string());
        match request {
            _ if request.contains("/gitrepositories/ops") => (200, "application/json", source().to_string()),
            _ if request.contains("/kustomizations") => list(json!([kustomization("main@sha1:4f2a00")])),
            _ if request.contains("/namespaces/o/pods") => list(json!([pod("11:00:00")])),
            _ if request.contains("/v1beta1/namespaces/o/vmagents") => {
                list(json!([{"metadata": {"namespace": "o", "name": "a", "generation": 2}, "status": {"observedGeneration": 2}}]))
            }
            _ if request.contains("/apis/apps/v1/namespaces/o/") => list(json!([])),
            _ => (404, "text/plain", "404 page not found".to_owned()),
        }
    })
    .await;
    let connections = cluster_at(&url).await;
    let seen = Settled::observe(&spec(), &mut (), &Look { connections: &connections, run: "test" }).await.unwrap();
    assert!(judge(&seen).is_pass(), "{seen:?}");
    let rules: Vec<String> = Settled::uses(&spec())
        .iter()
        .flat_map(|one| one.access(|_| crate::connect::Via::PortForward))
        .map(|access| access.to_string())
        .collect();
    let lists =
        ["deployments.apps", "statefulsets.apps", "daemonsets.apps", "vmagents.operator.victoriametrics.com", "pods"]
            .map(|kind| format!("list {kind} in namespace o"));
    assert_eq!(rules[..5], lists);
    assert_eq!(rules[5], "get gitrepositories.source.toolkit.fluxcd.io in namespace f named ops");
    assert_eq!(rules[6], "list kustomizations.kustomize.toolkit.fluxcd.io in namespace f");
}
