//! Faults of CRDs, on definitions of the drills' own.

use kube::api::DeleteParams;
use serde_json::{Value, json};

use crate::objects::Name;
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("definitions.yaml");
const CHECK: &str = "drill-kinds";
const KIND: &str = "CustomResourceDefinition";
const BETA: Name<'_> = (KIND, "betas.drills.example.com");
const TAKER: Name<'_> = (KIND, "takers.drills.example.com");

/// Puts this suite in the place of the story's, with the definitions that it looks at.
async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
    sandbox.restore(&definition("alphas", "Alpha")).await;
    sandbox.restore(&definition("betas", "Beta")).await;
}

fn definition(plural: &str, kind: &str) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": KIND,
        "metadata": {"name": format!("{plural}.drills.example.com")},
        "spec": {
            "group": "drills.example.com", "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.to_lowercase(), "kind": kind, "listKind": format!("{kind}List")},
            "versions": [version("v1", true)],
        },
    })
}

fn version(name: &str, served: bool) -> Value {
    json!({"name": name, "served": served, "storage": true,
        "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}})
}

/// What a chart's deletion looks like where somebody's finalizer holds the definition.
pub async fn a_crd_is_on_its_way_out(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let finalizers = sandbox.get(BETA).await["metadata"]["finalizers"].clone();
    let mut held = finalizers.as_array().cloned().unwrap_or_default();
    held.push(json!("drills.example.com/held"));
    sandbox.patch(BETA, json!({"metadata": {"finalizers": held}})).await;
    sandbox.api(KIND, "").delete(BETA.1, &DeleteParams::default()).await.unwrap();
    let wanted = [("crds/terminating", "CustomResourceDefinition betas.drills.example.com")];
    sandbox.red("a CRD deleted, a finalizer holds it", CHECK, &wanted).await;
    let left = sandbox.get(BETA).await["metadata"]["finalizers"].as_array().cloned().unwrap_or_default();
    let left: Vec<Value> = left.into_iter().filter(|one| one != "drills.example.com/held").collect();
    sandbox.patch(BETA, json!({"metadata": {"finalizers": left}})).await;
    let gone = async || sandbox.api(KIND, "").get_opt(BETA.1).await.unwrap().is_none();
    sandbox.until_true("the CRD goes", gone).await;
    prepared(sandbox).await;
}

pub async fn a_crd_defines_another_kind(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(BETA).await;
    sandbox.restore(&definition("betas", "Betta")).await;
    let wanted = [("crds/other-kind", "expected it defines Beta, got it defines Betta")];
    sandbox.red("a CRD of that name defines another kind", CHECK, &wanted).await;
    sandbox.delete(BETA).await;
    prepared(sandbox).await;
}

/// Two charts bring the same kind: the one that comes second is there, and serves nothing.
pub async fn a_name_is_taken(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(BETA).await;
    sandbox.restore(&definition("takers", "Beta")).await;
    sandbox.restore(&definition("betas", "Beta")).await;
    let wanted = [("crds/names-conflict", "NamesAccepted is False")];
    sandbox.red("another CRD has the kind already", CHECK, &wanted).await;
    sandbox.delete(BETA).await;
    sandbox.delete(TAKER).await;
    prepared(sandbox).await;
}

/// Helm does not upgrade CRDs: the chart is new, and they are as they were.
pub async fn only_an_older_version_is_served(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(BETA, json!({"spec": {"versions": [version("v1alpha1", true)]}})).await;
    let wanted = [("crds/version-not-served", "expected v1 is served, got only v1alpha1")];
    sandbox.red("a CRD of an older chart", CHECK, &wanted).await;
    prepared(sandbox).await;
}

pub async fn the_version_is_switched_off(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(BETA, json!({"spec": {"versions": [version("v1", false)]}})).await;
    sandbox.red("the version of a CRD is not served", CHECK, &[("crds/version-not-served", "got none")]).await;
    prepared(sandbox).await;
}
