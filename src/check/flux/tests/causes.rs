//! What is not ready, and why.

use super::*;

const NOT_FOUND: &str =
    r#"dependency 'flux-system/operator' not found: kustomizations.kustomize.toolkit.fluxcd.io "operator" not found"#;

fn not_ready(all: Vec<(Target, Value)>, name: &str, reason: &str, message: &str) -> Vec<(Target, Value)> {
    let generation = if name == "platform" { 1 } else { 2 };
    let all = with(all, name, "/status/conditions", json!([ready("False", reason, message, generation)]));
    with(all, name, "/status/observedGeneration", json!(-1))
}

#[test]
fn a_suspended_object_is_red_whatever_it_says() {
    let all = with(stack(), "vmsingle", "/spec/suspend", json!(true));
    let finding = fails(&of_stack(json!({}), &all), "flux/suspended").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/vmsingle"));
    // From the start on it has no condition at all.
    let all = with(all, "vmsingle", "/status", json!({"observedGeneration": -1}));
    fails(&of_stack(json!({}), &all), "flux/suspended");
    let leaving = with(stack(), "vmsingle", "/metadata/deletionTimestamp", json!("2026-11-29T11:59:00Z"));
    fails(&of_stack(json!({}), &leaving), "flux/being-deleted");
}

#[test]
fn ready_counts_for_its_generation_alone() {
    let changed = with(stack(), "vmsingle", "/metadata/generation", json!(3));
    let finding = unclear(&of_stack(json!({}), &changed), "flux/stale-generation").clone();
    assert_eq!(
        (finding.expected.as_str(), finding.actual.as_str()),
        ("condition Ready is of generation 3", "of generation 2")
    );
    let status = with(stack(), "vmsingle", "/status/observedGeneration", json!(1));
    unclear(&of_stack(json!({}), &status), "flux/stale-generation");
    let new = with(stack(), "vmsingle", "/status", json!({"observedGeneration": -1}));
    unclear(&of_stack(json!({}), &new), "flux/unobserved");
}

#[test]
fn what_is_on_its_way_is_not_judged() {
    let message = "Reconciliation in progress";
    let all = with(stack(), "vmsingle", "/status/conditions/0", ready("Unknown", "Progressing", message, 2));
    unclear(&of_stack(json!({}), &all), "flux/progressing");
    let both = json!([ready("True", "ReconciliationSucceeded", "Applied", 2),
        {"type": "Reconciling", "status": "True", "reason": "Progressing", "message": "Detecting drift"}]);
    unclear(&of_stack(json!({}), &with(stack(), "vmsingle", "/status/conditions", both)), "flux/progressing");
}

#[test]
fn a_failure_is_told_in_fluxs_own_words_although_the_status_is_of_no_generation() {
    for (reason, code) in [
        ("BuildFailed", "flux/build-failed"),
        ("HealthCheckFailed", "flux/unhealthy"),
        ("ReconciliationFailed", "flux/apply-failed"),
        ("ArtifactFailed", "flux/artifact-failed"),
        ("SomethingNew", "flux/not-ready"),
    ] {
        let all = not_ready(stack(), "vmsingle", reason, "kustomize build failed: no such file");
        let finding = fails(&of_stack(json!({}), &all), code).clone();
        assert_eq!(finding.actual, format!("Ready is False ({reason}): kustomize build failed: no such file"));
    }
    let long = not_ready(stack(), "vmsingle", "ReconciliationFailed", &format!("dry-run\n{}", "x".repeat(2000)));
    let finding = fails(&of_stack(json!({}), &long), "flux/apply-failed").clone();
    assert!(finding.actual.len() < 400 && finding.actual.contains("dry-run xxx"), "{finding:?}");
}

#[test]
fn the_first_cause_is_told_and_not_the_last_symptom() {
    let all = not_ready(stack(), "vmsingle", "DependencyNotReady", "dependency 'flux-system/operator' is not ready");
    // The dependency has become ready, and it has not asked again yet.
    fails(&of_stack(json!({}), &all), "flux/waits");
    let all = not_ready(all, "operator", "HealthCheckFailed", "timeout waiting for: [HelmRelease/o/operator]");
    let finding = fails(&of_stack(json!({}), &all), "flux/unhealthy").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/operator"));
    assert!(finding.actual.ends_with("; it holds up Kustomization flux-system/vmsingle"), "{finding:?}");
    // Judged together, it is told once.
    let both = spec(json!({"kind": "Kustomization"}));
    assert_eq!(fails(&judge(&both, &seen(&all)), "flux/unhealthy").object, finding.object);
    let suspended = with(all, "operator", "/spec/suspend", json!(true));
    fails(&of_stack(json!({}), &suspended), "flux/suspended");
}

/// It was begun, so that it waited for nothing.
#[test]
fn a_failure_of_its_own_is_told_whatever_it_depends_on() {
    let failed = not_ready(stack(), "vmsingle", "BuildFailed", "kustomize build failed");
    let suspended = with(failed.clone(), "operator", "/spec/suspend", json!(true));
    let finding = fails(&of_stack(json!({}), &suspended), "flux/build-failed").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/vmsingle"));
    let progressing = ready("Unknown", "Progressing", "Reconciliation in progress", 2);
    let progressing = with(failed.clone(), "operator", "/status/conditions/0", progressing);
    fails(&of_stack(json!({}), &progressing), "flux/build-failed");
    // A source that can fetch no more is another fault, and told beside it.
    let both = not_ready(failed, "platform", "GitOperationFailed", "no such host");
    let verdict = of_stack(json!({}), &both);
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["flux/fetch-failed", "flux/build-failed"]);
    // What waits is only as bad as what it waits for.
    let waits = not_ready(stack(), "vmsingle", "DependencyNotReady", "dependency 'flux-system/operator' is not ready");
    let progressing = ready("Unknown", "Progressing", "Reconciliation in progress", 2);
    unclear(&of_stack(json!({}), &with(waits, "operator", "/status/conditions/0", progressing)), "flux/progressing");
}

/// The folder is not in the artifact: nothing that it depends on is at fault.
#[test]
fn an_artifact_that_fails_follows_from_its_source_alone() {
    let failed = not_ready(stack(), "vmsingle", "ArtifactFailed", "kustomization path not found");
    let suspended = with(failed.clone(), "operator", "/spec/suspend", json!(true));
    fails(&of_stack(json!({}), &suspended), "flux/artifact-failed");
    fails(
        &of_stack(json!({}), &not_ready(failed, "platform", "GitOperationFailed", "no such host")),
        "flux/fetch-failed",
    );
}

#[test]
fn a_source_that_cannot_fetch_is_red_although_all_is_ready() {
    let message = "failed to checkout and determine revision: couldn't find remote ref";
    let all = not_ready(stack(), "platform", "GitOperationFailed", message);
    let finding = fails(&of_stack(json!({}), &all), "flux/fetch-failed").clone();
    assert_eq!(finding.object.as_deref(), Some("GitRepository flux-system/platform"));
    fails(&of_stack(json!({}), &stack()[1..]), "flux/source-missing");
    let elsewhere = json!({"kind": "GitRepository", "name": "platform", "namespace": "other"});
    fails(&of_stack(json!({}), &with(stack(), "vmsingle", "/spec/sourceRef", elsewhere)), "flux/source-missing");
    let external = json!({"kind": "ExternalArtifact", "name": "platform"});
    unclear(&of_stack(json!({}), &with(stack(), "vmsingle", "/spec/sourceRef", external)), "flux/source-not-read");
}

#[test]
fn a_dependency_that_does_not_exist_is_told_where_it_is_declared() {
    let without: Vec<_> = stack().into_iter().filter(|(_, object)| object["metadata"]["name"] != "operator").collect();
    // Its Ready stays true.
    fails(&of_stack(json!({}), &without), "flux/dependency-missing");
    let waiting = not_ready(without, "vmsingle", "DependencyNotReady", NOT_FOUND);
    fails(&of_stack(json!({}), &waiting), "flux/dependency-missing");
    let deeper = with(stack(), "operator", "/spec/dependsOn", json!([{"name": "rook-ceph-cluster"}]));
    let finding = fails(&of_stack(json!({}), &deeper), "flux/dependency-missing").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/operator"));
    let deeper = not_ready(deeper, "operator", "DependencyNotReady", NOT_FOUND);
    let deeper = not_ready(deeper, "vmsingle", "DependencyNotReady", "dependency 'flux-system/operator' is not ready");
    let finding =
        fails(&judge(&spec(json!({"kind": "Kustomization"})), &seen(&deeper)), "flux/dependency-missing").clone();
    assert_eq!(finding.object.as_deref(), Some("Kustomization flux-system/operator"));
}

#[test]
fn a_circle_of_dependencies_ends() {
    let circle = with(stack(), "operator", "/spec/dependsOn", json!([{"name": "vmsingle"}]));
    fails(&of_stack(json!({}), &circle), "flux/dependency-cycle");
    let circle = not_ready(circle, "operator", "DependencyNotReady", "dependency 'flux-system/vmsingle' is not ready");
    let circle = not_ready(circle, "vmsingle", "DependencyNotReady", "dependency 'flux-system/operator' is not ready");
    let verdict = of_stack(json!({}), &circle);
    let codes: Vec<_> = verdict.findings().iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["flux/waits", "flux/dependency-cycle"]);
}

#[test]
fn what_is_stalled_does_not_mend_itself() {
    let message = "Reconciliation failed terminally due to configuration error";
    let stalled = json!({"type": "Stalled", "status": "True", "reason": "InvalidCELExpression", "message": message,
        "observedGeneration": 2});
    let conditions = json!([ready("False", "InvalidCELExpression", message, 2), stalled]);
    let verdict = of_stack(json!({}), &with(stack(), "vmsingle", "/status/conditions", conditions));
    fails(&verdict, "flux/stalled");
    assert!(verdict.is_terminal());
}

#[test]
fn a_helm_repository_of_oci_has_no_status() {
    let object = json!({"metadata": {"namespace": "a", "name": "b", "generation": 1}, "spec": {"type": "oci"}});
    let all = spec(json!({"kind": "HelmRepository"}));
    assert!(judge(&all, &seen(&[(Target::HelmRepository, object.clone())])).is_pass());
    let mut other = object;
    other["spec"]["type"] = json!("default");
    unclear(&judge(&all, &seen(&[(Target::HelmRepository, other)])), "flux/unobserved");
}
