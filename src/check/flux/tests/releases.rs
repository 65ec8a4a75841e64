//! HelmReleases.

mod charts;

use super::*;

const DIGEST: &str = "0cc9a8446c95009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5";
const OTHER: &str = "bbbbbbbbbbbb009ef382f5eade883a67c257f77d50f84e78ecef2aac9428d1e5";
const CHART: &str = "0.57.1+0cc9a8446c95";

fn chart_source() -> (Target, Value) {
    let object = json!({
        "metadata": {"namespace": "flux-system", "name": "operator-chart", "generation": 1},
        "spec": {}, "status": {"observedGeneration": 1, "artifact": {"revision": format!("0.57.1@sha256:{DIGEST}")},
            "conditions": [ready("True", "Succeeded", "stored artifact", 1)]},
    });
    (Target::OCIRepository, object)
}

fn release() -> (Target, Value) {
    let message = format!("Helm install succeeded for release o/operator.v1 with chart operator@{CHART}");
    let object = json!({
        "metadata": {"namespace": "o", "name": "operator", "generation": 1, "managedFields": [
            {"manager": "kustomize-controller", "operation": "Apply", "apiVersion": "helm.toolkit.fluxcd.io/v2"},
            {"manager": "helm-controller", "operation": "Update", "apiVersion": "helm.toolkit.fluxcd.io/v2beta2"}]},
        "spec": {"chartRef": {"kind": "OCIRepository", "name": "operator-chart", "namespace": "flux-system"},
            "install": {"crds": "CreateReplace", "remediation": {"retries": -1}},
            "upgrade": {"crds": "CreateReplace", "cleanupOnFail": true, "remediation": {"retries": 3}}},
        "status": {"observedGeneration": 1, "lastAttemptedRevision": CHART,
            "history": [{"status": "deployed", "chartName": "operator", "chartVersion": CHART, "appVersion": "v0.66.1"}],
            "conditions": [ready("True", "InstallSucceeded", &message, 1)]},
    });
    (Target::HelmRelease, object)
}

fn both() -> Vec<(Target, Value)> {
    vec![chart_source(), release()]
}

fn of_release(keys: Value, objects: &[(Target, Value)]) -> Verdict {
    let mut whole = json!({"kind": "HelmRelease", "namespace": "o", "names": ["operator"]});
    whole.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    judge(&spec(whole), &seen(objects))
}

#[test]
fn the_chart_that_runs_is_the_attempted_one_and_the_sources() {
    assert!(of_release(json!({"chart": {"version": "0.57.1", "app_version": "v0.66.1"}}), &both()).is_pass());
    assert!(of_release(json!({"chart": {"version": CHART}}), &both()).is_pass());
    fails(&of_release(json!({"chart": {"version": "0.66.1"}}), &both()), "flux/other-chart");
    fails(&of_release(json!({"chart": {"app_version": "v0.73.0"}}), &both()), "flux/other-app-version");
    let newer = with(both(), "operator-chart", "/status/artifact/revision", json!(format!("0.58.0@sha256:{OTHER}")));
    fails(&of_release(json!({}), &newer), "flux/older-chart");
    let attempted = with(newer, "operator", "/status/lastAttemptedRevision", json!("0.58.0+bbbbbbbbbbbb"));
    fails(&of_release(json!({}), &attempted), "flux/older-chart");
}

#[test]
fn the_newest_release_is_deployed() {
    let failed = with(both(), "operator", "/status/history/0/status", json!("failed"));
    fails(&of_release(json!({}), &failed), "flux/release-status");
    fails(&of_release(json!({}), &with(both(), "operator", "/status/history", json!([]))), "flux/not-released");
}

#[test]
fn a_rollback_is_told_with_what_failed_first() {
    let rolled_back = "Helm rollback to previous release o/operator.v1 with chart operator@0.56.0 succeeded";
    let conditions = json!([
        ready("False", "RollbackSucceeded", rolled_back, 1),
        {"type": "Released", "status": "False", "reason": "UpgradeFailed", "message": "context deadline exceeded",
            "observedGeneration": 1},
        {"type": "Remediated", "status": "True", "reason": "RollbackSucceeded", "message": rolled_back,
            "observedGeneration": 1},
    ]);
    let all = with(both(), "operator", "/status/conditions", conditions.clone());
    let verdict = of_release(json!({}), &all);
    let finding = fails(&verdict, "flux/remediated");
    assert!(finding.actual.contains("Remediated is True (RollbackSucceeded)"), "{finding:?}");
    assert!(finding.actual.ends_with("first: Released is False (UpgradeFailed): context deadline exceeded"));
    assert!(!verdict.is_terminal());
    let mut stalled = conditions;
    let no_more =
        json!({"type": "Stalled", "status": "True", "reason": "RetriesExceeded", "message": "no retries remain"});
    stalled.as_array_mut().unwrap().push(no_more);
    let verdict = of_release(json!({}), &with(both(), "operator", "/status/conditions", stalled));
    fails(&verdict, "flux/remediated");
    assert!(verdict.is_terminal());
}

#[test]
fn a_failed_release_is_told_and_a_source_that_fails_is_its_cause() {
    let failed = json!([ready("False", "InstallFailed", "Helm install failed: timed out", 1)]);
    fails(&of_release(json!({}), &with(both(), "operator", "/status/conditions", failed)), "flux/release-failed");
    let waiting = json!([ready("False", "SourceNotReady", "OCIRepository 'x' is not ready", 1)]);
    let all = with(both(), "operator", "/status/conditions", waiting);
    fails(&of_release(json!({}), &all), "flux/artifact-failed");
    let failing = json!([ready("False", "OCIArtifactPullFailed", "failed to pull artifact: MANIFEST_UNKNOWN", 1)]);
    let all = with(all, "operator-chart", "/status/conditions", failing);
    let finding = fails(&of_release(json!({}), &all), "flux/fetch-failed").clone();
    assert_eq!(finding.object.as_deref(), Some("OCIRepository flux-system/operator-chart"));
}

/// A chart of a HelmRepository is fetched by a HelmChart that the controller makes.
#[test]
fn the_cause_is_followed_through_the_helm_chart() {
    let reference = json!({"chart": "operator", "version": "0.57.1",
        "sourceRef": {"kind": "HelmRepository", "name": "charts", "namespace": "flux-system"}});
    let waiting = json!([ready("False", "SourceNotReady", "HelmChart 'flux-system/o-operator' is not ready", 1)]);
    let all = with(both(), "operator", "/spec", json!({"chart": {"spec": reference.clone()}}));
    let mut all = with(all, "operator", "/status/conditions", waiting);
    let missing = fails(&of_release(json!({}), &all), "flux/source-missing").clone();
    assert_eq!(missing.expected, "its source HelmChart flux-system/o-operator exists");
    let message = r#"failed to get source: HelmRepository.source.toolkit.fluxcd.io "charts" not found"#;
    let chart = json!({"metadata": {"namespace": "flux-system", "name": "o-operator", "generation": 1},
        "spec": {"sourceRef": {"kind": "HelmRepository", "name": "charts"}},
        "status": {"conditions": [ready("False", "SourceUnavailable", message, 1)]}});
    all.push((Target::HelmChart, chart));
    let missing = fails(&of_release(json!({}), &all), "flux/source-missing").clone();
    assert_eq!(missing.expected, "its source HelmRepository flux-system/charts exists");
}

#[test]
fn remediation_is_as_the_rule_has_it() {
    let rule = json!({"remediation": {"install_retries": -1, "upgrade_retries": 3, "strategy": "rollback",
        "cleanup_on_fail": true, "crds": "CreateReplace"}});
    assert!(of_release(rule.clone(), &both()).is_pass(), "rollback is the default");
    let three = with(both(), "operator", "/spec/install/remediation/retries", json!(3));
    let finding = fails(&of_release(rule.clone(), &three), "flux/remediation").clone();
    assert_eq!(
        (finding.expected.as_str(), finding.actual.as_str()),
        ("spec.install.remediation.retries is -1", "spec.install.remediation.retries is 3")
    );
    let unset = with(both(), "operator", "/spec/upgrade/crds", Value::Null);
    let finding = fails(&of_release(rule.clone(), &unset), "flux/remediation").clone();
    assert_eq!(finding.actual, "spec.upgrade.crds is not set, which means Create");
    let without = with(both(), "operator", "/spec/install", json!({}));
    assert_eq!(of_release(rule, &without).findings().len(), 2);
}

#[test]
fn the_version_is_that_in_which_it_was_applied() {
    let v2 = json!({"apiVersion": "helm.toolkit.fluxcd.io/v2"});
    assert!(of_release(v2.clone(), &both()).is_pass(), "what its own controller writes does not count");
    let older = json!("helm.toolkit.fluxcd.io/v2beta2");
    let all = with(both(), "operator", "/metadata/managedFields/0/apiVersion", older.clone());
    let finding = fails(&of_release(v2.clone(), &all), "flux/other-version").clone();
    assert_eq!(finding.actual, "it was applied as helm.toolkit.fluxcd.io/v2beta2");
    let silent = with(both(), "operator", "/metadata/managedFields", json!([]));
    unclear(&of_release(v2.clone(), &silent), "flux/version-unknown");
    let mut listed = silent;
    listed.extend(stack());
    let entry = json!([{"id": "o_operator_helm.toolkit.fluxcd.io_HelmRelease", "v": "v2beta2"}]);
    let listed = with(listed, "vmsingle", "/status/inventory/entries", entry);
    fails(&of_release(v2, &listed), "flux/other-version");
}
