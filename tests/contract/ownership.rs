//! Finalizers, owners, and the end of namespaces.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{has, holds, same};

const FINALIZER: &str = "example.com/contract";

async fn held(cluster: &Cluster, name: &str) -> Result<String, String> {
    let maps = cluster.path("v1", "configmaps");
    cluster.create(&maps, &json!({"metadata": {"name": name, "finalizers": [FINALIZER]}})).await?;
    Ok(format!("{maps}/{name}"))
}

async fn release(cluster: &Cluster, path: &str) -> Proof {
    cluster.merge(path, &json!({"metadata": {"finalizers": null}})).await?.good("the release")?;
    cluster.gone(path).await
}

pub async fn a_finalizer_keeps_an_object(cluster: &Cluster) -> Proof {
    let path = held(cluster, "finalizer-keeps").await?;
    let answer = cluster.delete(&path).await?;
    same("the code", answer.code, 200)?;
    let going = cluster.get(&path).await?.good("the object that is going")?;
    let metadata = &going["metadata"];
    holds(metadata["deletionTimestamp"].is_string(), || format!("{metadata}"))?;
    same("deletionGracePeriodSeconds", &metadata["deletionGracePeriodSeconds"], 0)?;
    cluster.delete(&path).await?.good("a second deletion")?;
    let again = cluster.get(&path).await?.good("the object that is going")?;
    same("deletionTimestamp", &again["metadata"]["deletionTimestamp"], &metadata["deletionTimestamp"])?;
    release(cluster, &path).await
}

pub async fn a_going_object_takes_no_new_finalizer(cluster: &Cluster) -> Proof {
    let path = held(cluster, "finalizer-new").await?;
    cluster.delete(&path).await?.good("the deletion")?;
    let patch = json!({"metadata": {"finalizers": [FINALIZER, "example.com/second"]}});
    let answer = cluster.merge(&path, &patch).await?;
    same("the refusal", answer.refusal(), (422, "Invalid"))?;
    has("the message", answer.message(), "Forbidden: no new finalizers can be added if the object is being deleted")?;
    let patch = json!({"metadata": {"deletionTimestamp": null}, "data": {"k": "1"}});
    let kept = cluster.merge(&path, &patch).await?.good("another change")?;
    holds(kept["metadata"]["deletionTimestamp"].is_string(), || "it was called back".to_owned())?;
    release(cluster, &path).await
}

/// An owner and what it owns: their paths.
async fn family(cluster: &Cluster, name: &str) -> Result<(String, String), String> {
    let maps = cluster.path("v1", "configmaps");
    let owner = cluster.create(&maps, &json!({"metadata": {"name": format!("{name}-owner")}})).await?;
    let reference = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": format!("{name}-owner"), "uid": owner["metadata"]["uid"]});
    let child = json!({"metadata": {"name": format!("{name}-child"), "ownerReferences": [reference]}});
    cluster.create(&maps, &child).await?;
    Ok((format!("{maps}/{name}-owner"), format!("{maps}/{name}-child")))
}

pub async fn a_dependant_goes_with_its_owner(cluster: &Cluster) -> Proof {
    let (owner, child) = family(cluster, "background").await?;
    cluster.delete(&owner).await?.good("the deletion")?;
    same("the owner at once", cluster.get(&owner).await?.code, 404)?;
    cluster.gone(&child).await
}

pub async fn a_dependant_can_stay(cluster: &Cluster) -> Proof {
    let (owner, child) = family(cluster, "orphan").await?;
    let body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Orphan"});
    cluster.send("DELETE", &owner, "application/json", &body).await?.good("the deletion")?;
    cluster.gone(&owner).await?;
    let left = cluster.until("its freedom", &child, |child| child["metadata"]["ownerReferences"].is_null()).await?;
    same("it is there", &left["metadata"]["deletionTimestamp"], Value::Null)
}

pub async fn an_owner_that_never_was_is_no_owner(cluster: &Cluster) -> Proof {
    let maps = cluster.path("v1", "configmaps");
    let reference = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "never", "uid": "00000000-0000-4000-8000-000000000000"});
    cluster.create(&maps, &json!({"metadata": {"name": "owner-never", "ownerReferences": [reference]}})).await?;
    cluster.gone(&format!("{maps}/owner-never")).await
}

pub async fn a_namespace_takes_its_content_along(cluster: &Cluster) -> Proof {
    let name = format!("{}-going", cluster.namespace);
    cluster.make_namespace(&name).await?;
    let (path, maps) = (format!("/api/v1/namespaces/{name}"), format!("/api/v1/namespaces/{name}/configmaps"));
    let namespace = cluster.get(&path).await?.good("the namespace")?;
    same("its phase", &namespace["status"]["phase"], "Active")?;
    same("its label", &namespace["metadata"]["labels"]["kubernetes.io/metadata.name"], name.as_str())?;
    cluster.create(&maps, &json!({"metadata": {"name": "held", "finalizers": [FINALIZER]}})).await?;
    cluster.create(&maps, &json!({"metadata": {"name": "free"}})).await?;
    cluster.delete(&path).await?.good("the deletion")?;
    let going = cluster.get(&path).await?.good("the namespace that is going")?;
    same("its phase", &going["status"]["phase"], "Terminating")?;
    cluster.gone(&format!("{maps}/free")).await?;
    let answer = cluster.post(&maps, &json!({"metadata": {"name": "late"}})).await?;
    same("what comes too late", answer.refusal(), (403, "Forbidden"))?;
    let said = format!("unable to create new content in namespace {name} because it is being terminated");
    has("its message", answer.message(), &said)?;
    let cause = &answer.body["details"]["causes"][0]["reason"];
    same("its cause", cause, "NamespaceTerminating")?;
    release(cluster, &format!("{maps}/held")).await?;
    cluster.gone(&path).await
}

pub async fn a_foreground_deletion_waits_for_dependants(cluster: &Cluster) -> Proof {
    let (owner, child) = family(cluster, "foreground").await?;
    let tie = json!([{"op": "add", "path": "/metadata/ownerReferences/0/blockOwnerDeletion", "value": true},
        {"op": "add", "path": "/metadata/finalizers", "value": [FINALIZER]}]);
    cluster.send("PATCH", &child, "application/json-patch+json", &tie).await?.good("the tie")?;
    let body = json!({"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Foreground"});
    cluster.send("DELETE", &owner, "application/json", &body).await?.good("the deletion")?;
    let going = |child: &Value| child["metadata"]["deletionTimestamp"].is_string();
    cluster.until("the dependant's deletion", &child, going).await?;
    let left = cluster.get(&owner).await?;
    let seen = match left.body["metadata"]["finalizers"][0].as_str() {
        Some(finalizer) => format!("the owner waits: {finalizer}"),
        None if left.code == 404 => "the owner is gone".to_owned(),
        None => left.text.clone(),
    };
    cluster.differs("a_foreground_deletion_waits_for_dependants", &seen)?;
    release(cluster, &child).await?;
    cluster.gone(&owner).await
}

pub async fn a_namespace_is_made_with_what_pods_need(cluster: &Cluster) -> Proof {
    let name = format!("{}-new", cluster.namespace);
    cluster.make_namespace(&name).await?;
    let path = format!("/api/v1/namespaces/{name}/configmaps/kube-root-ca.crt");
    let map = cluster.until("its certificate", &path, |map| !map.is_null()).await?;
    let text = map["data"]["ca.crt"].as_str().ok_or("there is no key ca.crt")?;
    let first = text.lines().next().unwrap_or_default();
    cluster.differs("a_namespace_is_made_with_what_pods_need", first)
}
