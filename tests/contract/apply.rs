//! Server-side apply.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{has, holds, same};

fn map(name: &str, data: Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data})
}

fn path(cluster: &Cluster, name: &str) -> String {
    cluster.path("v1", &format!("configmaps/{name}"))
}

/// The entry of a manager.
fn entry<'a>(object: &'a Value, manager: &str) -> &'a Value {
    let entries = object["metadata"]["managedFields"].as_array();
    entries.into_iter().flatten().find(|entry| entry["manager"] == manager).unwrap_or(&Value::Null)
}

pub async fn an_apply_makes_what_is_absent(cluster: &Cluster) -> Proof {
    let answer = cluster.apply(&path(cluster, "apply-new"), "one", "", &map("apply-new", json!({"k": "1"}))).await?;
    same("the code", answer.code, 201)?;
    let entry = entry(&answer.body, "one");
    same("operation", &entry["operation"], "Apply")?;
    same("apiVersion", &entry["apiVersion"], "v1")?;
    same("fieldsType", &entry["fieldsType"], "FieldsV1")?;
    same("fields", &entry["fieldsV1"], json!({"f:data": {"f:k": {}}}))?;
    let unnamed = cluster
        .send("PATCH", &path(cluster, "apply-new"), "application/apply-patch+yaml", &map("apply-new", json!({})))
        .await?;
    same("without a manager", unnamed.code, 422)
}

pub async fn an_apply_of_the_same_changes_nothing(cluster: &Cluster) -> Proof {
    let (path, body) = (path(cluster, "apply-same"), map("apply-same", json!({"k": "1"})));
    let first = cluster.apply(&path, "one", "", &body).await?.good("the first")?;
    let second = cluster.apply(&path, "one", "", &body).await?;
    same("the code", second.code, 200)?;
    same("the version", &second.body["metadata"]["resourceVersion"], &first["metadata"]["resourceVersion"])
}

pub async fn another_owner_is_a_conflict(cluster: &Cluster) -> Proof {
    let path = path(cluster, "apply-conflict");
    let body = |value: &str| map("apply-conflict", json!({"k": value}));
    cluster.apply(&path, "one", "", &body("1")).await?.good("the first")?;
    let answer = cluster.apply(&path, "two", "", &body("2")).await?;
    same("the refusal", answer.refusal(), (409, "Conflict"))?;
    same("the message", answer.message(), r#"Apply failed with 1 conflict: conflict with "one": .data.k"#)?;
    let cause = json!({"reason": "FieldManagerConflict", "message": "conflict with \"one\"", "field": ".data.k"});
    same("the causes", &answer.body["details"]["causes"], json!([cause]))?;
    let agreed = cluster.apply(&path, "two", "", &body("1")).await?.good("the same value")?;
    let both = [entry(&agreed, "one"), entry(&agreed, "two")].map(|entry| entry["fieldsV1"]["f:data"].clone());
    same("both own it", both, [json!({"f:k": {}}), json!({"f:k": {}})])
}

pub async fn an_updater_is_named_with_its_version(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps?fieldManager=hand");
    cluster.create(&maps, &map("apply-updated", json!({"k": "1"}))).await?;
    let path = path(cluster, "apply-updated");
    let answer = cluster.apply(&path, "one", "", &map("apply-updated", json!({"k": "2"}))).await?;
    same("the refusal", answer.refusal(), (409, "Conflict"))?;
    same("the message", answer.message(), r#"Apply failed with 1 conflict: conflict with "hand" using v1: .data.k"#)
}

pub async fn force_takes_ownership(cluster: &Cluster) -> Proof {
    let path = path(cluster, "apply-force");
    cluster.apply(&path, "one", "", &map("apply-force", json!({"k": "1", "l": "1"}))).await?.good("the first")?;
    let body = map("apply-force", json!({"k": "2"}));
    let taken = cluster.apply(&path, "two", "&force=true", &body).await?.good("the second")?;
    same("the data", &taken["data"], json!({"k": "2", "l": "1"}))?;
    same("what one owns", &entry(&taken, "one")["fieldsV1"], json!({"f:data": {"f:l": {}}}))?;
    let fields = &entry(&taken, "two")["fieldsV1"];
    holds(fields["f:data"]["f:k"].is_object(), || format!("two owns {fields}"))
}

pub async fn what_is_no_longer_applied_goes(cluster: &Cluster) -> Proof {
    let path = path(cluster, "apply-prune");
    let both = map("apply-prune", json!({"k": "1", "l": "1", "m": "1"}));
    cluster.apply(&path, "one", "", &both).await?.good("the first")?;
    cluster.apply(&path, "two", "", &map("apply-prune", json!({"l": "1"}))).await?.good("the second")?;
    let rest = cluster.apply(&path, "one", "", &map("apply-prune", json!({"m": "1"}))).await?.good("the third")?;
    // Nobody wants `k` any more; `l` is still another's.
    same("the data", &rest["data"], json!({"l": "1", "m": "1"}))
}

pub async fn a_field_that_no_kind_has_is_refused(cluster: &Cluster) -> Proof {
    let mut body = map("apply-unknown", json!({}));
    body["datum"] = json!({"k": "1"});
    let answer = cluster.apply(&path(cluster, "apply-unknown"), "one", "", &body).await?;
    same("the code", answer.code, 500)?;
    has("the message", answer.message(), "failed to create typed patch object")?;
    has("the message", answer.message(), ".datum: field not declared in schema")?;
    body.as_object_mut().and_then(|map| map.remove("datum"));
    body["metadata"]["managedFields"] = json!([{"manager": "x", "operation": "Apply", "apiVersion": "v1",
        "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {}}}]);
    let answer = cluster.apply(&path(cluster, "apply-unknown"), "one", "", &body).await?;
    same("with managedFields", (answer.code, answer.message()), (400, "metadata.managedFields must be nil"))
}
