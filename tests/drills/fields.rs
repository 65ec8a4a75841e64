//! Faults of objects, seen by the kind `object` alone: the suite that is judged here looks at nothing else.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::alerting::RULES;
use crate::objects::{Name, VMSINGLE};
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("fields.yaml");
/// A CRD with a schema of `spec`, as far as the scenario's VMSingle goes.
const CRD: &str = include_str!("fields-crd.yaml");
const VARS: Name<'_> = ("ConfigMap", "flux-system/cluster-vars");
const SECRET: Name<'_> = ("Secret", "default/drill");
const PHASE: Name<'_> = ("ConfigMap", "default/drill");
const DEPLOYMENT: Name<'_> = ("Deployment", "default/drill");
const HEALTH: Name<'_> = (RULES, "observability/cluster-health");
const OPERATOR_POD: &str = "observability/victoria-metrics-operator-";
/// Stands in the Secret; no report may have it.
pub const CANARY: &str = "canary-of-the-drill";

/// Puts this suite in the place of the story's, with what it needs.
async fn prepared(sandbox: &mut Sandbox) {
    let schemas = sandbox.temp.path().join("schemas");
    std::fs::create_dir_all(&schemas).unwrap();
    std::fs::write(schemas.join("vmsingle.yaml"), CRD).unwrap();
    sandbox.suite = SUITE.to_owned();
    sandbox.args = vec!["--schemas".to_owned(), schemas.display().to_string()];
    sandbox
        .restore(&json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "drill", "namespace": "default"},
            "stringData": {"alertmanager.yaml": CANARY},
        }))
        .await;
    sandbox
        .restore(&json!({
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "drill", "namespace": "default"},
            "data": {"phase": "Ready"},
        }))
        .await;
    sandbox.restore(&deployment(json!([limited()]))).await;
}

/// It runs nothing: what its pods would be is all that is looked at.
fn deployment(containers: Value) -> Value {
    let labels = json!({"app": "drill-limits"});
    json!({
        "apiVersion": "apps/v1", "kind": DEPLOYMENT.0, "metadata": {"name": "drill", "namespace": "default"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": containers}}},
    })
}

fn limited() -> Value {
    json!({"name": "main", "image": "localhost/signoff-exporter:1", "resources": {"limits": {"memory": "64Mi"}}})
}

/// No file of the last run has the Secret's data.
pub fn no_canary(sandbox: &Sandbox) {
    let run = sandbox.temp.path().join("reports/latest");
    let mut folders = vec![run.canonicalize().unwrap()];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            assert!(!text.contains(CANARY) && !text.contains("Y2FuYXJ5"), "{} has the Secret's data", path.display());
        }
    }
    assert!(files > 4, "a run has its reports and evidence");
}

pub async fn a_value_is_another(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VARS, json!({"data": {"CLUSTER_NAME": "infra-2"}})).await;
    let wanted =
        [("object/other-value", "expected data.CLUSTER_NAME is \"infra\", got data.CLUSTER_NAME is \"infra-2\"")];
    sandbox.red("CLUSTER_NAME in the ConfigMap cluster-vars is another", "cluster-vars", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn a_key_is_misspelt(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VARS, json!({"data": {"CLUSTER_NAME": null, "CLUSTER_NAM": "infra"}})).await;
    let wanted = [("object/missing-field", "expected data.CLUSTER_NAME is \"infra\", got nothing is there")];
    sandbox.red("CLUSTER_NAME in the ConfigMap cluster-vars is misspelt", "cluster-vars", &wanted).await;
    sandbox.patch(VARS, json!({"data": {"CLUSTER_NAM": null}})).await;
    sandbox.restore(&was).await;
}

pub async fn an_object_is_deleted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.delete(VARS).await;
    let wanted = [("object/missing", "at least 1 ConfigMap cluster-vars in namespace flux-system")];
    sandbox.red("the ConfigMap cluster-vars deleted", "cluster-vars", &wanted).await;
    sandbox.restore(&was).await;
}

/// An expression says nothing of a field that is not there: that is no pass either.
pub async fn an_expression_is_false(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(PHASE, json!({"data": {"phase": "Failed"}})).await;
    let wanted = [(
        "object/cel-false",
        "expected data.phase == 'Ready' is true, got it is false, where data.phase is \"Failed\"",
    )];
    sandbox.red("the phase in a ConfigMap is another", "phase-ready", &wanted).await;
    sandbox.restore(&was).await;
    let was = sandbox.patch(PHASE, json!({"data": {"phase": null, "phas": "Ready"}})).await;
    let wanted = [("object/cel-error", "where there is no data.phase")];
    sandbox.red("the phase in a ConfigMap is misspelt", "phase-ready", &wanted).await;
    sandbox.patch(PHASE, json!({"data": {"phas": null}})).await;
    sandbox.restore(&was).await;
}

/// The first container has all that is wanted.
pub async fn an_element_lacks_a_field(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let sidecar = json!({"name": "sidecar", "image": "localhost/signoff-exporter:1"});
    let containers = json!({"containers": [limited(), sidecar]});
    let was = sandbox.patch(DEPLOYMENT, json!({"spec": {"template": {"spec": containers}}})).await;
    let wanted = [(
        "object/missing-field",
        "resources.limits.memory of spec.template.spec.containers[1] (sidecar) is there, got nothing is there",
    )];
    sandbox.red("a second container has no limit", "containers-limited", &wanted).await;
    sandbox.restore(&was).await;
}

/// It still stands there as it should be.
pub async fn an_object_is_on_its_way_out(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VARS, json!({"metadata": {"finalizers": ["drills.example.com/held"]}})).await;
    sandbox.api("ConfigMap", "flux-system").delete("cluster-vars", &Default::default()).await.unwrap();
    let wanted = [("object/being-deleted", "held by drills.example.com/held")];
    sandbox.red("the ConfigMap cluster-vars deleted, a finalizer holds it", "cluster-vars", &wanted).await;
    sandbox.patch(VARS, json!({"metadata": {"finalizers": null}})).await;
    sandbox.restore(&was).await;
}

pub async fn a_secret_is_empty(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(SECRET, json!({"data": {"alertmanager.yaml": ""}})).await;
    let wanted = [("object/empty-field", "got data['alertmanager.yaml'] is 0 bytes of a Secret")];
    sandbox.red("the key of a Secret is empty", "config-secret", &wanted).await;
    sandbox.restore(&was).await;
    let other = sandbox.patch(SECRET, json!({"data": {"alertmanager.yaml": "eA=="}})).await;
    let wanted = [("object/other-value", "is 10 or more, got data['alertmanager.yaml'] is 1 bytes of a Secret")];
    sandbox.red("the key of a Secret is too short", "config-secret", &wanted).await;
    sandbox.restore(&other).await;
    sandbox.green().await;
    no_canary(sandbox);
}

pub async fn a_kind_is_not_installed(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.delete(("CustomResourceDefinition", "vlogs.operator.victoriametrics.com")).await;
    let wanted = [("object/unknown-kind", "it knows no such kind")];
    sandbox.red("CRD vlogs deleted: that there are no VLogs proves nothing now", "no-logs", &wanted).await;
    sandbox.restore(&was).await;
}

/// The status still says `operational`, of the rule as it was.
pub async fn a_status_is_of_another_generation(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.signal(OPERATOR_POD, "operator", Signal::STOP).await;
    let was = sandbox.patch(HEALTH, json!({"spec": {"groups": [{"name": "none", "rules": []}]}})).await;
    let wanted = [("object/stale-generation", "VMRule observability/cluster-health")];
    sandbox.red("SIGSTOP to the operator, then a VMRule changed", "rules-seen", &wanted).await;
    sandbox.restore(&was).await;
    sandbox.signal(OPERATOR_POD, "operator", Signal::CONT).await;
}

pub async fn an_object_is_not_seen_by_its_controller(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.signal(OPERATOR_POD, "operator", Signal::STOP).await;
    let rule = json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": RULES,
        "metadata": {"name": "unseen", "namespace": "observability"}, "spec": {"groups": []},
    });
    sandbox.restore(&rule).await;
    let wanted = [("object/unobserved", "VMRule observability/unseen")];
    sandbox.red("SIGSTOP to the operator, then a VMRule made", "rules-seen", &wanted).await;
    sandbox.signal(OPERATOR_POD, "operator", Signal::CONT).await;
    sandbox.delete((RULES, "observability/unseen")).await;
}

/// The cluster's CRD takes anything: the process goes on with what it had.
pub async fn a_field_is_misspelt(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(VMSINGLE, json!({"spec": {"retentionPerod": "1y"}})).await;
    let wanted = [("object/unknown-field", "it does not know spec.retentionPerod")];
    sandbox.red("spec.retentionPerod in VMSingle", "vmsingle-known", &wanted).await;
    sandbox.restore(&was).await;
}
