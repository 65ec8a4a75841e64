//! Binds pods to nodes, or says why it cannot.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::{Node, PersistentVolumeClaim, Pod};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::Api;
use kube::api::{Patch, PatchParams, PostParams};
use serde_json::{Value, json};

use super::clock;
use super::context::Shared;
use super::events::{Speaker, Tone};
use super::placement::{Claim, choose, memory_request};
use super::world::World;

/// Follows the pods for ever.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut changes = shared.world.changes();
    shared.world.nodes.wait_until_ready().await.ok();
    shared.world.claims.wait_until_ready().await.ok();
    let mut bound = HashMap::new();
    loop {
        for pod in shared.world.pods.state() {
            let uid = pod.metadata.uid.clone().unwrap_or_default();
            if !waits(&pod) || bound.contains_key(&uid) {
                continue;
            }
            match tokio::time::timeout(Duration::from_secs(10), place(&shared, &pod, &bound)).await {
                // Remembered until the watch shows it, so that no pod is bound twice.
                Ok(Ok(Some(node))) => drop(bound.insert(uid, (node, memory_of(&pod)))),
                Ok(Ok(None)) => {}
                failed => tracing::debug!(?failed, pod = pod.metadata.name, "pod was not placed, it is tried again"),
            }
        }
        forget_seen(&shared, &mut bound);
        let _ = tokio::time::timeout(Duration::from_secs(2), changes.changed()).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Drops bindings that the watch shows by now, and those of pods that are gone.
fn forget_seen(shared: &Shared, bound: &mut HashMap<String, (String, u64)>) {
    let pods = shared.world.pods.state();
    bound.retain(|uid, _| pods.iter().any(|pod| pod.metadata.uid.as_ref() == Some(uid) && waits(pod)));
}

fn memory_of(pod: &Pod) -> u64 {
    pod.spec.as_ref().map_or(0, memory_request)
}

fn waits(pod: &Pod) -> bool {
    let unbound = pod.spec.as_ref().is_some_and(|spec| spec.node_name.is_none());
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    unbound && pod.metadata.deletion_timestamp.is_none() && !matches!(phase, Some("Succeeded" | "Failed"))
}

/// Binds the pod; `None` if no node fits, which its condition then says.
async fn place(shared: &Shared, pod: &Pod, bound: &HashMap<String, (String, u64)>) -> Result<Option<String>> {
    let claims = claims(shared, pod).await;
    let nodes = shared.world.nodes.state();
    let with_use: Vec<(&Node, u64)> = nodes.iter().map(|node| (node.as_ref(), used(shared, node, bound))).collect();
    match choose(pod, &with_use, &claims) {
        Err(message) => {
            refuse(shared, pod, &message).await?;
            Ok(None)
        }
        Ok(node) if claims.iter().any(|(_, claim)| *claim == Some(Claim::WaitsForNode)) => {
            select_node(shared, pod, &claims, &node).await?;
            Ok(None)
        }
        Ok(node) => {
            bind(shared, pod, &node).await?;
            Ok(Some(node))
        }
    }
}

/// What the pods on a node ask for.
fn used(shared: &Shared, node: &Node, bound: &HashMap<String, (String, u64)>) -> u64 {
    let name = node.metadata.name.as_deref();
    let on_node = |pod: &&Arc<Pod>| {
        let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
        pod.spec.as_ref().and_then(|spec| spec.node_name.as_deref()) == name
            && !matches!(phase, Some("Succeeded" | "Failed"))
    };
    let known: u64 = shared.world.pods.state().iter().filter(on_node).map(|pod| memory_of(pod)).sum();
    known + bound.values().filter(|(on, _)| Some(on.as_str()) == name).map(|(_, memory)| memory).sum::<u64>()
}

async fn claims(shared: &Shared, pod: &Pod) -> Vec<(String, Option<Claim>)> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.clone()).unwrap_or_default();
    let mut all = Vec::new();
    for source in volumes.into_iter().filter_map(|volume| volume.persistent_volume_claim) {
        let found = World::named(&shared.world.claims, namespace, &source.claim_name);
        let claim = match found {
            Some(claim) => Some(state_of(shared, &claim).await),
            None => None,
        };
        all.push((source.claim_name, claim));
    }
    all
}

async fn state_of(shared: &Shared, claim: &PersistentVolumeClaim) -> Claim {
    let volume = claim.spec.as_ref().and_then(|spec| spec.volume_name.as_ref());
    let phase = claim.status.as_ref().and_then(|status| status.phase.as_deref());
    if phase == Some("Bound") && volume.is_some() {
        return Claim::Bound;
    }
    let Some(class) = claim.spec.as_ref().and_then(|spec| spec.storage_class_name.clone()) else {
        return Claim::Unbound;
    };
    let api: Api<StorageClass> = Api::all(shared.client.clone());
    match api.get_opt(&class).await {
        Ok(Some(class)) if class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer") => Claim::WaitsForNode,
        _ => Claim::Unbound,
    }
}

/// Tells the volume controller for which node a waiting claim is to be bound.
async fn select_node(shared: &Shared, pod: &Pod, claims: &[(String, Option<Claim>)], node: &str) -> Result<()> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let api: Api<PersistentVolumeClaim> = Api::namespaced(shared.client.clone(), namespace);
    for (name, _) in claims.iter().filter(|(_, claim)| *claim == Some(Claim::WaitsForNode)) {
        let patch = json!({"metadata": {"annotations": {"volume.kubernetes.io/selected-node": node}}});
        api.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await?;
    }
    Ok(())
}

async fn bind(shared: &Shared, pod: &Pod, node: &str) -> Result<()> {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let api: Api<Pod> = Api::namespaced(shared.client.clone(), namespace);
    let body = json!({
        "apiVersion": "v1", "kind": "Binding",
        "metadata": {"name": name, "namespace": namespace},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    });
    let _: Value = api
        .create_subresource("binding", name, &PostParams::default(), &body)
        .await
        .with_context(|| format!("cannot bind pod {namespace}/{name} to {node}"))?;
    let message = format!("Successfully assigned {namespace}/{name} to {node}");
    shared.events.record(Speaker::Scheduler, pod, None, Tone::Normal, "Scheduled", &message).await;
    Ok(())
}

async fn refuse(shared: &Shared, pod: &Pod, message: &str) -> Result<()> {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.clone()).unwrap_or_default();
    let same = |one: &k8s_openapi::api::core::v1::PodCondition| {
        one.type_ == "PodScheduled" && one.message.as_deref() == Some(message)
    };
    if conditions.iter().any(same) {
        return Ok(());
    }
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let api: Api<Pod> = Api::namespaced(shared.client.clone(), namespace);
    let condition = json!({
        "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message,
        "lastTransitionTime": clock::now(),
    });
    let patch = json!({"status": {"phase": "Pending", "conditions": [condition]}});
    api.patch_status(pod.metadata.name.as_deref().unwrap_or_default(), &PatchParams::default(), &Patch::Merge(patch))
        .await?;
    shared.events.record(Speaker::Scheduler, pod, None, Tone::Warning, "FailedScheduling", message).await;
    Ok(())
}
