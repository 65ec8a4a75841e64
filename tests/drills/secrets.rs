//! Faults of External Secrets, seen by the kind `external_secret` alone: nothing else of the cluster reads these objects.

use serde_json::{Value, json};

use crate::fields::{CANARY, no_canary};
use crate::objects::Name;
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("secrets.yaml");
const CHECK: &str = "drill-synced";
const EXTERNAL: Name<'_> = ("ExternalSecret", "default/drill");
const STORE: Name<'_> = ("ClusterSecretStore", "drill");
const SECRET: Name<'_> = ("Secret", "default/drill");
const CRD: Name<'_> = ("CustomResourceDefinition", "externalsecrets.external-secrets.io");

/// Puts this suite in the place of the story's, and the objects that it looks at as External Secrets leaves them.
async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    sandbox.args = Vec::new();
    sandbox
        .restore(&json!({
            "apiVersion": "external-secrets.io/v1", "kind": STORE.0, "metadata": {"name": "drill"},
            "spec": {"provider": {"fake": {"data": []}}},
        }))
        .await;
    sandbox.patch_status(STORE, json!({"conditions": [ready("True", "Valid", "store validated")]})).await;
    sandbox
        .restore(&json!({
            "apiVersion": "external-secrets.io/v1", "kind": EXTERNAL.0,
            "metadata": {"name": "drill", "namespace": "default"},
            "spec": {"refreshInterval": "1h", "secretStoreRef": {"kind": STORE.0, "name": "drill"}},
        }))
        .await;
    synced(sandbox).await;
    let owner = sandbox.get(EXTERNAL).await["metadata"]["uid"].clone();
    sandbox
        .restore(&json!({
            "apiVersion": "v1", "kind": SECRET.0,
            "metadata": {"name": "drill", "namespace": "default",
                "labels": {"reconcile.external-secrets.io/managed": "true"},
                "annotations": {"reconcile.external-secrets.io/data-hash": "0a1b"},
                "ownerReferences": [{"apiVersion": "external-secrets.io/v1", "kind": EXTERNAL.0, "name": "drill", "uid": owner}]},
            "stringData": {"token": CANARY},
        }))
        .await;
}

fn ready(status: &str, reason: &str, message: &str) -> Value {
    json!({"type": "Ready", "status": status, "reason": reason, "message": message})
}

/// What the controller writes when all went well, just now.
async fn synced(sandbox: &Sandbox) {
    let generation = sandbox.get(EXTERNAL).await["metadata"]["generation"].clone();
    let status = json!({
        "refreshTime": jiff::Timestamp::now().to_string(), "syncedResourceVersion": format!("{generation}-0a1b"),
        "conditions": [ready("True", "SecretSynced", "secret synced")],
    });
    sandbox.patch_status(EXTERNAL, status).await;
}

pub async fn the_external_secret_is_deleted(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(EXTERNAL).await;
    sandbox.red("the ExternalSecret deleted", CHECK, &[("external_secret/missing", "the ExternalSecret exists")]).await;
    prepared(sandbox).await;
}

/// The store of that name does not exist, and External Secrets says so.
pub async fn the_store_is_misnamed(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(EXTERNAL, json!({"spec": {"secretStoreRef": {"name": "dril"}}})).await;
    let failed = ready("False", "SecretSyncedError", "could not get secret store");
    sandbox.patch_status(EXTERNAL, json!({"conditions": [failed]})).await;
    let wanted = [
        ("external_secret/other-store", "expected ClusterSecretStore drill, got ClusterSecretStore dril"),
        ("external_secret/not-ready", "Ready is False (SecretSyncedError)"),
    ];
    sandbox.red("spec.secretStoreRef.name is misspelt", CHECK, &wanted).await;
    prepared(sandbox).await;
}

pub async fn the_store_does_not_work(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let failed = ready("False", "InvalidProviderConfig", "unable to validate store");
    sandbox.patch_status(STORE, json!({"conditions": [failed]})).await;
    let wanted = [("external_secret/store-not-ready", "Ready is False (InvalidProviderConfig)")];
    sandbox.red("the store's token has run out; the ExternalSecret is still Ready", CHECK, &wanted).await;
    prepared(sandbox).await;
}

/// The ExternalSecret is Ready in both cases.
pub async fn the_stores_data_is_gone(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    for (reason, message) in [
        ("SecretSynced", "secret retained due to DeletionPolicy=Retain"),
        ("SecretDeleted", "secret deleted due to DeletionPolicy=Delete"),
    ] {
        sandbox.patch_status(EXTERNAL, json!({"conditions": [ready("True", reason, message)]})).await;
        sandbox.red("the store has lost the data", CHECK, &[("external_secret/not-synced", message)]).await;
    }
    prepared(sandbox).await;
}

pub async fn the_controller_does_not_run(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch_status(EXTERNAL, json!({"refreshTime": "2026-01-01T00:00:00Z"})).await;
    let wanted = [("external_secret/stale", "expected refreshed within 1h, and 5m of grace")];
    sandbox.red("nobody refreshes; it is still Ready", CHECK, &wanted).await;
    prepared(sandbox).await;
}

pub async fn an_older_spec_was_synchronised(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(EXTERNAL, json!({"spec": {"data": [{"secretKey": "new"}]}})).await;
    sandbox
        .red("the spec changed, and nobody saw it", CHECK, &[("external_secret/old-generation", "was synchronised")])
        .await;
    prepared(sandbox).await;
}

pub async fn the_secret_lacks_its_key(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(SECRET, json!({"data": {"token": ""}})).await;
    sandbox.red("the key of the Secret is empty", CHECK, &[("external_secret/empty-key", "token has a value")]).await;
    sandbox.patch(SECRET, json!({"data": {"token": null}, "stringData": {"tokens": CANARY}})).await;
    sandbox.red("the key of the Secret is misspelt", CHECK, &[("external_secret/missing-key", "got tokens")]).await;
    no_canary(sandbox);
    sandbox.delete(SECRET).await;
    let wanted = [("external_secret/target-missing", "the Secret exists")];
    sandbox.red("the Secret deleted; the ExternalSecret is still Ready", CHECK, &wanted).await;
    prepared(sandbox).await;
}

pub async fn somebody_else_made_the_secret(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.patch(SECRET, json!({"metadata": {"ownerReferences": null}})).await;
    let wanted = [("external_secret/foreign-target", "it lacks owner ExternalSecret drill")];
    sandbox.red("a Secret of that name made by hand", CHECK, &wanted).await;
    prepared(sandbox).await;
}

/// As an older release of External Secrets leaves it.
pub async fn an_older_version_is_served(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.get(CRD).await;
    let mut versions = was["spec"]["versions"].clone();
    let mut older = versions[0].clone();
    (older["name"], older["storage"]) = (json!("v1beta1"), json!(false));
    versions[0]["served"] = json!(false);
    versions.as_array_mut().unwrap().push(older);
    sandbox.patch(CRD, json!({"spec": {"versions": versions}})).await;
    let wanted = [("external_secret/other-version", "it serves v1beta1")];
    sandbox.red("ExternalSecret served as v1beta1 alone", CHECK, &wanted).await;
    sandbox.patch(CRD, json!({"spec": {"versions": was["spec"]["versions"]}})).await;
    prepared(sandbox).await;
}
