//! What was applied, kept in the cluster: a ConfigMap in namespace `default`.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::ConfigMap;
use kube::Client;
use kube::api::{Api, DeleteParams, Patch, PatchParams};
use serde_json::{Value, json};

use super::key::Key;
use super::{LABEL, MANAGER};

/// Its namespace exists in every cluster, and is not one that a deployment makes.
const NAMESPACE: &str = "default";
const DATA: &str = "objects";

/// Adds objects to the record.
pub async fn add(client: &Client, scenario: &str, objects: &[Value]) -> Result<()> {
    let mut keys = read(client, scenario).await?;
    keys.extend(objects.iter().map(Key::of));
    write(client, scenario, &keys).await
}

/// What is recorded; nothing when there is no record.
pub async fn read(client: &Client, scenario: &str) -> Result<BTreeSet<Key>> {
    let found = maps(client).get_opt(&name(scenario)).await.with_context(|| cannot("read", scenario))?;
    let text = found.and_then(|map| map.data?.remove(DATA)).unwrap_or_default();
    text.lines()
        .map(|line| Key::parse(line).with_context(|| format!("{}: {line:?}", cannot("read", scenario))))
        .collect()
}

/// Makes the record hold these, or removes it when there are none.
pub async fn write(client: &Client, scenario: &str, keys: &BTreeSet<Key>) -> Result<()> {
    let (maps, name) = (maps(client), name(scenario));
    if keys.is_empty() {
        return match maps.delete(&name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error).with_context(|| cannot("delete", scenario)),
        };
    }
    let lines: Vec<String> = keys.iter().map(Key::line).collect();
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": NAMESPACE, "labels": {LABEL: scenario}},
        "data": {DATA: lines.join("\n")}});
    let parameters = PatchParams::apply(MANAGER).force();
    maps.patch(&name, &parameters, &Patch::Apply(&map)).await.with_context(|| cannot("write", scenario))?;
    Ok(())
}

fn maps(client: &Client) -> Api<ConfigMap> {
    Api::namespaced(client.clone(), NAMESPACE)
}

fn name(scenario: &str) -> String {
    format!("signoff-sandbox-{scenario}")
}

fn cannot(what: &str, scenario: &str) -> String {
    format!("cannot {what} the record ConfigMap {NAMESPACE}/{} of what was deployed", name(scenario))
}
