//! Faults of Flux, seen by the kind `flux` alone: the suite that is judged here looks at nothing else.
//!
//! No controller of Flux runs here: what it would write of a fault is written by the drill, as the real one does.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::objects::Name;
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("flux.yaml");
const VMALERT: Name<'_> = ("Kustomization", "flux-system/vmalert");
const VMALERTMANAGER: Name<'_> = ("Kustomization", "flux-system/vmalertmanager");
const VMSINGLE: Name<'_> = ("Kustomization", "flux-system/vmsingle");
const GIT: Name<'_> = ("GitRepository", "flux-system/platform");
const LOCAL: Name<'_> = ("Kustomization", "flux-system/cluster-local");
const CHART: Name<'_> = ("OCIRepository", "flux-system/victoria-metrics-operator");
const STORAGE: Name<'_> = ("Kustomization", "flux-system/rook-ceph-cluster");
const RELEASE: Name<'_> = ("HelmRelease", "observability/victoria-metrics-operator");
const VARS: Name<'_> = ("ConfigMap", "flux-system/cluster-vars");
const COPY: Name<'_> = ("ConfigMap", "default/drill");

async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
    sandbox
        .restore(
            &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "drill", "namespace": "default"},
            "data": {"cluster": "infra"}}),
        )
        .await;
}

/// Writes into a status what a controller would, for the generation that there is; gives the object as it was.
async fn status(sandbox: &Sandbox, object: Name<'_>, mut status: Value) -> Value {
    let was = sandbox.get(object).await;
    let generation = &was["metadata"]["generation"];
    // Indexing would make a list that is not there, and take the object's away by that.
    for condition in status.get_mut("conditions").and_then(Value::as_array_mut).into_iter().flatten() {
        condition["observedGeneration"] = generation.clone();
        condition["lastTransitionTime"] = json!("2026-11-25T01:00:00Z");
    }
    status["observedGeneration"] = generation.clone();
    let (namespace, name) = object.1.split_once('/').unwrap();
    let patch = Patch::Merge(json!({"status": status}));
    sandbox.api(object.0, namespace).patch_status(name, &PatchParams::default(), &patch).await.unwrap();
    was
}

/// Changes a spec, and lets its controller have acted on that; gives the object as it was.
async fn declared(sandbox: &Sandbox, object: Name<'_>, spec: Value) -> Value {
    let was = sandbox.patch(object, json!({"spec": spec})).await;
    status(sandbox, object, was["status"].clone()).await;
    was
}

/// Spec and status as they were.
async fn mended(sandbox: &Sandbox, object: Name<'_>, was: &Value) {
    sandbox.restore(was).await;
    status(sandbox, object, was["status"].clone()).await;
}

fn condition(name: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": name, "status": status, "reason": reason, "message": message})
}

pub async fn a_kustomization_is_suspended(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, VMALERT, json!({"suspend": true})).await;
    let wanted = [("flux/suspended", "on Kustomization flux-system/vmalert: expected it is at work")];
    sandbox.red("`flux suspend` of a Kustomization that stays Ready", "applied", &wanted).await;
    mended(sandbox, VMALERT, &was).await;
}

pub async fn a_kustomization_is_of_another_generation(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VMALERT, json!({"spec": {"interval": "29m"}})).await;
    let wanted = [("flux/stale-generation", "expected condition Ready is of generation")];
    sandbox.red("a Kustomization is changed, and no controller has seen it", "applied", &wanted).await;
    mended(sandbox, VMALERT, &was).await;
}

pub async fn an_older_revision_is_applied(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let older = "main@sha1:0c2e597d1a63c04be8f02d917c5aa68f1d6f3a4b";
    let was = status(sandbox, VMALERT, json!({"lastAppliedRevision": older})).await;
    let wanted = [("flux/older-revision", older)];
    sandbox.red("a Kustomization is Ready at the commit before", "applied", &wanted).await;
    mended(sandbox, VMALERT, &was).await;
}

pub async fn a_dependency_does_not_exist(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, VMALERT, json!({"dependsOn": [{"name": "victoria-metrics"}]})).await;
    let wanted =
        [("flux/dependency-missing", "Kustomization flux-system/victoria-metrics, on which it depends, exists")];
    sandbox.red("dependsOn names a Kustomization that does not exist", "applied", &wanted).await;
    mended(sandbox, VMALERT, &was).await;
}

/// Two are not ready; the one that is the cause is told, and once.
pub async fn a_dependency_is_not_ready(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let unhealthy = "health check failed after 5m0s: timeout waiting for: [VMAlertmanager/observability/vmalertmanager \
                     status: 'InProgress']";
    let conditions = json!([condition("Ready", "False", "HealthCheckFailed", unhealthy)]);
    let cause = status(sandbox, VMALERTMANAGER, json!({"conditions": conditions})).await;
    let waits = "dependency 'flux-system/vmalertmanager' is not ready";
    let conditions = json!([condition("Ready", "False", "DependencyNotReady", waits)]);
    let symptom = status(sandbox, VMALERT, json!({"conditions": conditions})).await;
    let wanted = [
        ("flux/unhealthy", "on Kustomization flux-system/vmalertmanager"),
        ("flux/unhealthy", "status: 'InProgress']; it holds up Kustomization flux-system/vmalert"),
    ];
    sandbox.red("a health check fails, and a Kustomization waits for that one", "applied", &wanted).await;
    mended(sandbox, VMALERTMANAGER, &cause).await;
    mended(sandbox, VMALERT, &symptom).await;
}

pub async fn a_source_cannot_fetch(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let message = "failed to checkout and determine revision: unable to clone 'ssh://git@git.example.com/platform.git': \
                   couldn't find remote ref \"refs/heads/nope\"";
    let conditions = json!([condition("Ready", "False", "GitOperationFailed", message)]);
    let was = status(sandbox, GIT, json!({"conditions": conditions})).await;
    let wanted = [("flux/fetch-failed", "couldn't find remote ref")];
    sandbox.red("the branch of the GitRepository is gone", "fetched", &wanted).await;
    mended(sandbox, GIT, &was).await;
}

pub async fn a_source_is_deleted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.delete(CHART).await;
    let wanted = [("flux/source-missing", "its source OCIRepository flux-system/victoria-metrics-operator exists")];
    sandbox.red("the chart's OCIRepository is deleted, the HelmRelease stays Ready", "released", &wanted).await;
    mended(sandbox, CHART, &was).await;
}

pub async fn a_release_is_rolled_back(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let back = "Helm rollback to previous release observability/victoria-metrics-operator.v1 succeeded";
    let conditions = json!([
        condition("Ready", "False", "RollbackSucceeded", back),
        condition("Released", "False", "UpgradeFailed", "Helm upgrade failed: context deadline exceeded"),
        condition("Remediated", "True", "RollbackSucceeded", back),
    ]);
    let was = status(sandbox, RELEASE, json!({"conditions": conditions})).await;
    let wanted = [("flux/remediated", "first: Released is False (UpgradeFailed): Helm upgrade failed")];
    sandbox.red("an upgrade fails and is rolled back: the old operator runs", "released", &wanted).await;
    mended(sandbox, RELEASE, &was).await;
}

pub async fn a_release_gives_up_too_soon(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, RELEASE, json!({"install": {"remediation": {"retries": 3}}})).await;
    let wanted = [(
        "flux/remediation",
        "expected spec.install.remediation.retries is -1, got spec.install.remediation.retries is 3",
    )];
    sandbox.red("an operator's install.remediation.retries is 3", "released", &wanted).await;
    mended(sandbox, RELEASE, &was).await;
}

/// As the inventory of its Kustomization has it.
pub async fn a_release_is_of_an_older_version(sandbox: &mut Sandbox) {
    const OPERATOR: Name<'_> = ("Kustomization", "flux-system/victoria-metrics-operator");
    prepared(sandbox).await;
    let id = "observability_victoria-metrics-operator_helm.toolkit.fluxcd.io_HelmRelease";
    let was = status(sandbox, OPERATOR, json!({"inventory": {"entries": [{"id": id, "v": "v2beta2"}]}})).await;
    let wanted = [("flux/other-version", "it was applied as helm.toolkit.fluxcd.io/v2beta2")];
    sandbox.red("the HelmRelease is applied as v2beta2", "released", &wanted).await;
    mended(sandbox, OPERATOR, &was).await;
}

pub async fn an_object_of_the_inventory_is_gone(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.delete(("VMNodeScrape", "observability/cadvisor")).await;
    let wanted = [("flux/drift", "expected VMNodeScrape observability/cadvisor, which it has applied, is there")];
    sandbox.red("VMNodeScrape cadvisor deleted by hand", "applied", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn an_object_has_two_owners(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let mut entries = sandbox.get(VMSINGLE).await["status"]["inventory"]["entries"].clone();
    let alien = "observability_vmalert_operator.victoriametrics.com_VMAlert";
    entries.as_array_mut().unwrap().push(json!({"id": alien, "v": "v1beta1"}));
    // Each of the two owners tells it; here the other one is not judged.
    sandbox.suite = sandbox.suite.replace("names: [vmsingle]", "names: [vmagent]");
    let was = status(sandbox, VMSINGLE, json!({"inventory": {"entries": entries}})).await;
    let wanted = [(
        "flux/owned-twice",
        "VMAlert observability/vmalert has one owner, got Kustomization flux-system/vmsingle owns it, too",
    )];
    sandbox.red("two Kustomizations apply the VMAlert", "applied", &wanted).await;
    mended(sandbox, VMSINGLE, &was).await;
}

pub async fn a_kind_is_not_awaited(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, VMALERT, json!({"wait": false})).await;
    let wanted = [("flux/not-awaited", "it awaits nothing")];
    sandbox.red("healthCheckExprs without `wait`: never evaluated", "applied", &wanted).await;
    mended(sandbox, VMALERT, &was).await;
}

pub async fn a_variable_is_missing(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VARS, json!({"data": {"CLUSTER_NAME": null}})).await;
    let wanted =
        [("flux/variable-missing", "on ConfigMap flux-system/cluster-vars: expected CLUSTER_NAME has a value")];
    sandbox.red("CLUSTER_NAME is not in cluster-vars", "named", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn a_variable_is_not_substituted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    for (value, actual) in [("${CLUSTER_NAME}", "it is still `${CLUSTER_NAME}`"), ("", "it is empty")] {
        let was = sandbox.patch(COPY, json!({"data": {"cluster": value}})).await;
        let wanted = [("flux/not-substituted", actual)];
        sandbox.red(&format!("the variable has arrived as `{value}`"), "named", &wanted).await;
        sandbox.restore(&was).await;
    }
}

pub async fn the_storage_is_not_awaited(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, VMSINGLE, json!({"dependsOn": [{"name": "victoria-metrics-operator"}]})).await;
    let wanted = [("flux/no-dependency", "it waits for flux-system/victoria-metrics-operator")];
    sandbox.red("VMSingle's Kustomization waits for no storage", "awaited", &wanted).await;
    mended(sandbox, VMSINGLE, &was).await;
}

/// As when a kustomization.yaml has lost a line and nothing is pruned.
pub async fn the_folder_above_does_not_list_it(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let mut entries = sandbox.get(LOCAL).await["status"]["inventory"]["entries"].clone();
    entries.as_array_mut().unwrap().retain(|entry| !entry["id"].as_str().unwrap().contains("_vmalert_"));
    let was = status(sandbox, LOCAL, json!({"inventory": {"entries": entries}})).await;
    let wanted = [("flux/not-from", "cluster-local does not have Kustomization flux-system/vmalert in its inventory")];
    sandbox.red("no inventory has vmalert's Kustomization", "applied", &wanted).await;
    mended(sandbox, LOCAL, &was).await;
}

pub async fn somebody_applied_it_by_hand(sandbox: &mut Sandbox) {
    const BY: &str = "kustomize.toolkit.fluxcd.io";
    prepared(sandbox).await;
    let none = json!({format!("{BY}/name"): null, format!("{BY}/namespace"): null});
    let was = sandbox.patch(VMALERT, json!({"metadata": {"labels": none}})).await;
    let wanted = [("flux/not-from", "no Kustomization has applied Kustomization flux-system/vmalert")];
    sandbox.red("vmalert's Kustomization is one of `kubectl apply`", "applied", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn the_one_above_is_suspended(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = declared(sandbox, LOCAL, json!({"suspend": true})).await;
    let wanted = [
        ("flux/suspended", "on Kustomization flux-system/cluster-local"),
        ("flux/suspended", "it holds up Kustomization flux-system/vmagent, Kustomization flux-system/vmalert"),
    ];
    sandbox.red("`flux suspend` of the Kustomization above all", "applied", &wanted).await;
    mended(sandbox, LOCAL, &was).await;
}

pub async fn the_tag_of_a_chart_moves(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let moved = "0.57.1@sha256:b0d45e8871c6d2a90b7f4e13c58d960ae2471fb3d80c95e6a1742b0d3f2a61c9";
    let was = status(sandbox, CHART, json!({"artifact": {"revision": moved}})).await;
    let wanted = [("flux/older-chart", "it attempted 0.57.1+3f2a61c9b0d4, of sha256:3f2a61c9b0d4")];
    sandbox.red("the chart's tag is of another digest", "released", &wanted).await;
    mended(sandbox, CHART, &was).await;
}

pub async fn a_value_wins_over_the_variables(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let post = json!({"postBuild": {"substitute": {"CLUSTER_NAME": "apps"}}});
    let was = declared(sandbox, STORAGE, post).await;
    let wanted = [("flux/overridden", "expected CLUSTER_NAME comes from ConfigMap flux-system/cluster-vars")];
    sandbox.red("`postBuild.substitute` has a name of its own", "named", &wanted).await;
    mended(sandbox, STORAGE, &was).await;
}

pub async fn a_variable_is_left_in_an_object(sandbox: &mut Sandbox) {
    const CADVISOR: Name<'_> = ("VMNodeScrape", "observability/cadvisor");
    prepared(sandbox).await;
    let was = sandbox.patch(CADVISOR, json!({"spec": {"params": {"drill": ["${CLUSTER_NAME}"]}}})).await;
    let wanted = [("flux/not-substituted", "`${CLUSTER_NAME}` in spec.params.drill[0]")];
    sandbox.red("a VMNodeScrape still has `${CLUSTER_NAME}`", "applied", &wanted).await;
    sandbox.restore(&was).await;
}
