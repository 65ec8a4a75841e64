//! What keeps a run from being judged: the kind `settled` alone is looked at, and it is inconclusive, never a failure.

use kube::Api;
use kube::api::{ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::GroupVersionKind;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::alerting::RULES;
use crate::objects::Name;
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("settling.yaml");
const CHECK: &str = "settled";
const OPERATOR_POD: &str = "observability/victoria-metrics-operator-";
const HEALTH: Name<'_> = (RULES, "observability/cluster-health");
/// A Flux object: group, kind, name in `flux-system`.
type Flux<'a> = (&'a str, &'a str, &'a str);
const SOURCE: Flux<'_> = ("source.toolkit.fluxcd.io", "GitRepository", "platform");
const KUSTOMIZATION: Flux<'_> = ("kustomize.toolkit.fluxcd.io", "Kustomization", "vmsingle");

fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
}

fn api(sandbox: &Sandbox, (group, kind, _): Flux<'_>) -> Api<DynamicObject> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
    Api::namespaced_with(sandbox.client.clone(), "flux-system", &resource)
}

async fn status(sandbox: &Sandbox, object: Flux<'_>) -> Value {
    api(sandbox, object).get(object.2).await.unwrap().data["status"].clone()
}

/// Merges into the status, as its controller would write it.
async fn write_status(sandbox: &Sandbox, object: Flux<'_>, status: &Value) {
    let patch = Patch::Merge(json!({"status": status}));
    api(sandbox, object).patch_status(object.2, &PatchParams::default(), &patch).await.unwrap();
}

/// The condition Ready of a GitRepository that has lost its branch.
fn failing(generation: Option<i64>) -> Value {
    json!({"type": "Ready", "status": "False", "reason": "GitOperationFailed", "message": "couldn't find remote ref",
        "observedGeneration": generation, "lastTransitionTime": "2026-11-25T01:00:00Z"})
}

async fn write_spec(sandbox: &Sandbox, object: Flux<'_>, spec: Value) {
    let patch = Patch::Merge(json!({"spec": spec}));
    api(sandbox, object).patch(object.2, &PatchParams::default(), &patch).await.unwrap();
}

pub async fn a_source_has_fetched_nothing(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let was = status(sandbox, SOURCE).await;
    let failing = json!({"type": "Ready", "status": "False", "reason": "GitOperationFailed", "message": "no such host",
        "lastTransitionTime": "2026-11-25T01:00:00Z"});
    write_status(sandbox, SOURCE, &json!({"artifact": null, "conditions": [failing]})).await;
    let wanted = [("settled/nothing-fetched", "got nothing; Ready is False (GitOperationFailed): no such host")];
    sandbox.red("the GitRepository has no artifact", CHECK, &wanted).await;
    write_status(sandbox, SOURCE, &was).await;
}

pub async fn a_kustomization_lags_behind(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let was = status(sandbox, KUSTOMIZATION).await;
    write_status(sandbox, KUSTOMIZATION, &json!({"lastAppliedRevision": "main@sha1:0000"})).await;
    let wanted = [("settled/not-applied", "Kustomization flux-system/vmsingle")];
    sandbox.red("a Kustomization has applied an older revision", CHECK, &wanted).await;
    write_spec(sandbox, KUSTOMIZATION, json!({"suspend": true})).await;
    let wanted = [("settled/suspended", "it has applied main@sha1:0000")];
    sandbox.red("the same, and suspended", CHECK, &wanted).await;
    write_spec(sandbox, KUSTOMIZATION, json!({"suspend": null})).await;
    write_status(sandbox, KUSTOMIZATION, &at_its_generation(sandbox, KUSTOMIZATION, was).await).await;
}

pub async fn a_kustomization_was_changed(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let was = status(sandbox, KUSTOMIZATION).await;
    write_spec(sandbox, KUSTOMIZATION, json!({"interval": "31m"})).await;
    let wanted = [("settled/not-observed", "Kustomization flux-system/vmsingle")];
    sandbox.red("the spec of a Kustomization is changed", CHECK, &wanted).await;
    write_status(sandbox, KUSTOMIZATION, &at_its_generation(sandbox, KUSTOMIZATION, was).await).await;
}

/// The status as it was, of the generation that the object has now: a spec that is changed back is another generation.
async fn at_its_generation(sandbox: &Sandbox, object: Flux<'_>, mut was: Value) -> Value {
    let generation = api(sandbox, object).get(object.2).await.unwrap().metadata.generation;
    was["observedGeneration"] = json!(generation);
    for condition in was["conditions"].as_array_mut().unwrap() {
        condition["observedGeneration"] = json!(generation);
    }
    was
}

pub async fn another_revision_is_meant(sandbox: &mut Sandbox) {
    prepared(sandbox);
    sandbox.args = ["--var", "revision=main@sha1:ffff"].map(str::to_owned).to_vec();
    let wanted = [("settled/other-revision", "expected the source has fetched main@sha1:ffff, got main@sha1:8f1d6f3a")];
    sandbox.red("a revision is meant that the source has not fetched", CHECK, &wanted).await;
    sandbox.args = Vec::new();
}

pub async fn the_operator_has_not_acted(sandbox: &mut Sandbox) {
    prepared(sandbox);
    sandbox.signal(OPERATOR_POD, "operator", Signal::STOP).await;
    let was = sandbox.patch(HEALTH, json!({"spec": {"groups": [{"name": "none", "rules": []}]}})).await;
    let wanted = [("settled/not-observed", "VMRule observability/cluster-health")];
    sandbox.red("SIGSTOP to the operator, then a VMRule changed", CHECK, &wanted).await;
    sandbox.restore(&was).await;
    sandbox.signal(OPERATOR_POD, "operator", Signal::CONT).await;
}

pub async fn a_pod_is_replaced(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let pods = sandbox.api("Pod", "observability").list(&Default::default()).await.unwrap();
    let name = |pod: &DynamicObject| pod.metadata.name.clone().unwrap();
    let pod = pods.items.iter().map(name).find(|name| name.starts_with("vmalert-vmalert-")).unwrap();
    sandbox.api("Pod", "observability").delete(&pod, &Default::default()).await.unwrap();
    let wanted = [("settled/pod-moves", "Pod observability/vmalert-vmalert-")];
    sandbox.red("a pod is deleted, and another made", CHECK, &wanted).await;
}

pub async fn a_source_is_suspended(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let was = status(sandbox, SOURCE).await;
    write_spec(sandbox, SOURCE, json!({"suspend": true})).await;
    let wanted = [("settled/suspended", "on GitRepository flux-system/platform: expected it is at work")];
    sandbox.red("`flux suspend` of the source, which stays Ready", CHECK, &wanted).await;
    write_spec(sandbox, SOURCE, json!({"suspend": null})).await;
    write_status(sandbox, SOURCE, &at_its_generation(sandbox, SOURCE, was).await).await;
}

/// It keeps what it has fetched last, which every Kustomization has applied.
pub async fn a_source_can_fetch_no_more(sandbox: &mut Sandbox) {
    prepared(sandbox);
    let was = status(sandbox, SOURCE).await;
    let generation = api(sandbox, SOURCE).get(SOURCE.2).await.unwrap().metadata.generation;
    write_status(sandbox, SOURCE, &json!({"conditions": [failing(generation)]})).await;
    let wanted = [("settled/source-not-ready", "Ready is False (GitOperationFailed): couldn't find remote ref")];
    sandbox.red("the branch of the GitRepository is gone", CHECK, &wanted).await;
    write_status(sandbox, SOURCE, &was).await;
}

/// The old pod runs on, and is as still as it was.
pub async fn a_rollout_finds_no_node(sandbox: &mut Sandbox) {
    const OPERATOR: Name<'_> = ("Deployment", "observability/victoria-metrics-operator");
    prepared(sandbox);
    let nowhere = |node: Value| json!({"spec": {"template": {"spec": {"nodeSelector": node}}}});
    sandbox.patch(OPERATOR, nowhere(json!({"drill": "none"}))).await;
    let wanted = [
        ("settled/rolling-out", "on Deployment observability/victoria-metrics-operator"),
        ("settled/rolling-out", "on Pod observability/victoria-metrics-operator-"),
    ];
    sandbox.red("a Deployment is changed, and no node takes the new pod", CHECK, &wanted).await;
    sandbox.patch(OPERATOR, nowhere(json!({"drill": null}))).await;
}
