//! resourceVersion: each change is a new one, and stale writes are refused.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::definitions::Definition;
use crate::table::Proof;
use crate::waiting::{holds, same};

fn number(object: &Value) -> u64 {
    object["metadata"]["resourceVersion"].as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

async fn config_map(cluster: &Cluster, name: &str) -> Result<(String, Value), String> {
    let maps = cluster.path("v1", "configmaps");
    let made = cluster.create(&maps, &json!({"metadata": {"name": name}, "data": {"k": "1"}})).await?;
    Ok((format!("{maps}/{name}"), made))
}

pub async fn every_change_is_a_new_version(cluster: &Cluster) -> Proof {
    let (path, made) = config_map(cluster, "version-new").await?;
    let changed = cluster.merge(&path, &json!({"data": {"k": "2"}})).await?.good("the patch")?;
    holds(number(&made) > 0 && number(&changed) > number(&made), || format!("{made} {changed}"))?;
    let list = cluster.get(&cluster.path("v1", "configmaps")).await?.good("the list")?;
    holds(number(&list) >= number(&changed), || format!("the list's version is {}", number(&list)))?;
    same("the uid", &changed["metadata"]["uid"], &made["metadata"]["uid"])
}

pub async fn a_write_without_a_change_is_none(cluster: &Cluster) -> Proof {
    let (path, made) = config_map(cluster, "version-same").await?;
    let patched = cluster.merge(&path, &json!({"data": {"k": "1"}})).await?.good("the patch")?;
    same("after a patch", number(&patched), number(&made))?;
    let put = cluster.put(&path, &made).await?.good("the update")?;
    same("after an update", number(&put), number(&made))
}

pub async fn a_stale_update_is_409(cluster: &Cluster) -> Proof {
    let (path, mut made) = config_map(cluster, "version-stale").await?;
    cluster.merge(&path, &json!({"data": {"k": "2"}})).await?.good("the patch")?;
    made["data"]["k"] = json!("3");
    let answer = cluster.put(&path, &made).await?;
    same("the refusal", answer.refusal(), (409, "Conflict"))?;
    let said = "Operation cannot be fulfilled on configmaps \"version-stale\": the object has been modified; please apply your changes to the latest version and try again";
    same("the message", answer.message(), said)?;
    let patch = json!({"metadata": {"resourceVersion": made["metadata"]["resourceVersion"]}, "data": {"k": "3"}});
    same("of a patch", cluster.merge(&path, &patch).await?.refusal(), (409, "Conflict"))?;
    let without = json!({"metadata": {"name": "version-stale"}, "data": {"k": "4"}});
    let put = cluster.put(&path, &without).await?.good("an update without a version")?;
    same("the data", &put["data"]["k"], "4")
}

pub async fn a_custom_object_is_updated_by_its_version(cluster: &Cluster) -> Proof {
    let made = Definition::make(cluster, "version", json!({})).await?;
    cluster.create(&made.path(cluster), &made.object("a", json!({"size": 1}))).await?;
    let answer = cluster.put(&format!("{}/a", made.path(cluster)), &made.object("a", json!({"size": 2}))).await?;
    same("the refusal", answer.refusal(), (422, "Invalid"))?;
    let said = format!(
        "widgets.{} \"a\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update",
        made.group
    );
    same("the message", answer.message(), said.as_str())
}
