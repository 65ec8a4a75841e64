//! PersistentVolumeClaim -> PersistentVolume, by StorageClass.

use std::sync::Arc;

use k8s_openapi::api::core::v1::{ObjectReference, PersistentVolume, PersistentVolumeClaim, Pod};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::world::World;
use super::{owner, pods};

const NAME: &str = "persistentvolume-controller";
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// Binds what can be bound, grows what asks for more, says why the rest waits, and drops released volumes.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    let classes = world.classes.all();
    let pods = world.pods.all();
    for claim in world.claims.all() {
        if owner::ending(claim.as_ref()) {
            continue;
        }
        match next(&claim, &classes, &pods) {
            Next::Nothing => {}
            Next::Bind(class) => bind(&world, &claim, &class).await?,
            Next::Grow => grow(&world, &claim).await?,
            Next::Wait { severity, reason, message } => {
                if claim.status.as_ref().and_then(|status| status.phase.as_deref()) != Some("Pending") {
                    world.patch_status(claim.as_ref(), json!({"phase": "Pending"})).await?;
                }
                world.events.record(&world.client(), claim.as_ref(), NAME, severity, reason, &message).await;
            }
        }
    }
    release(&world).await
}

/// What to do with a claim.
#[derive(Debug)]
enum Next {
    Nothing,
    Bind(Arc<StorageClass>),
    Grow,
    Wait { severity: Severity, reason: &'static str, message: String },
}

fn next(claim: &PersistentVolumeClaim, classes: &[Arc<StorageClass>], all_pods: &[Arc<Pod>]) -> Next {
    let status = claim.status.as_ref();
    if status.and_then(|status| status.phase.as_deref()) == Some("Bound") {
        let capacity = status.and_then(|status| status.capacity.as_ref()?.get("storage"));
        return if capacity == requested(claim) { Next::Nothing } else { Next::Grow };
    }
    let wanted = claim.spec.as_ref().and_then(|spec| spec.storage_class_name.clone());
    let class = match &wanted {
        Some(name) => classes.iter().find(|class| class.name_any() == *name),
        None => {
            classes.iter().find(|class| class.annotations().get(DEFAULT_CLASS).is_some_and(|value| value == "true"))
        }
    };
    let Some(class) = class else {
        return match wanted.filter(|name| !name.is_empty()) {
            Some(name) => Next::Wait {
                severity: Severity::Warning,
                reason: "ProvisioningFailed",
                message: format!("storageclass.storage.k8s.io \"{name}\" not found"),
            },
            None => Next::Wait {
                severity: Severity::Normal,
                reason: "FailedBinding",
                message: "no persistent volumes available for this claim and no storage class is set".into(),
            },
        };
    };
    let waits = class.volume_binding_mode.as_deref() == Some("WaitForFirstConsumer");
    if waits && !all_pods.iter().any(|pod| uses(pod, claim)) {
        return Next::Wait {
            severity: Severity::Normal,
            reason: "WaitForFirstConsumer",
            message: "waiting for first consumer to be created before binding".into(),
        };
    }
    Next::Bind(class.clone())
}

fn uses(pod: &Pod, claim: &PersistentVolumeClaim) -> bool {
    let volumes = pod.spec.iter().flat_map(|spec| spec.volumes.iter().flatten());
    let name = claim.name_any();
    pods::active(pod)
        && pod.namespace() == claim.namespace()
        && volumes.filter_map(|volume| volume.persistent_volume_claim.as_ref()).any(|source| source.claim_name == name)
}

fn requested(claim: &PersistentVolumeClaim) -> Option<&k8s_openapi::apimachinery::pkg::api::resource::Quantity> {
    claim.spec.as_ref()?.resources.as_ref()?.requests.as_ref()?.get("storage")
}

async fn bind(world: &World, claim: &PersistentVolumeClaim, class: &StorageClass) -> anyhow::Result<()> {
    let volume = volume(claim, class);
    world.create(&volume).await?;
    let patch = json!({
        "metadata": {"annotations": {
            "pv.kubernetes.io/bind-completed": "yes",
            "pv.kubernetes.io/bound-by-controller": "yes",
            "volume.kubernetes.io/storage-provisioner": class.provisioner,
        }},
        "spec": {"volumeName": volume.name_any(), "storageClassName": class.name_any()},
    });
    world.patch(claim, patch).await?;
    world.patch_status(&volume, json!({"phase": "Bound"})).await?;
    let spec = volume.spec.unwrap_or_default();
    let status = json!({"phase": "Bound", "accessModes": spec.access_modes, "capacity": spec.capacity});
    world.patch_status(claim, status).await?;
    let message = format!("Successfully provisioned volume {}", volume.metadata.name.unwrap_or_default());
    world
        .events
        .record(&world.client(), claim, &class.provisioner, Severity::Normal, "ProvisioningSucceeded", &message)
        .await;
    Ok(())
}

fn volume(claim: &PersistentVolumeClaim, class: &StorageClass) -> PersistentVolume {
    let claimed = claim.spec.clone().unwrap_or_default();
    let mut volume = PersistentVolume::default();
    volume.metadata.name = Some(format!("pvc-{}", claim.uid().unwrap_or_default()));
    volume.metadata.annotations =
        Some([("pv.kubernetes.io/provisioned-by".to_owned(), class.provisioner.clone())].into());
    let spec = volume.spec.get_or_insert_default();
    spec.access_modes = claimed.access_modes;
    spec.capacity = requested(claim).map(|size| [("storage".to_owned(), size.clone())].into());
    spec.claim_ref = Some(ObjectReference {
        api_version: Some("v1".into()),
        kind: Some("PersistentVolumeClaim".into()),
        name: claim.metadata.name.clone(),
        namespace: claim.namespace(),
        uid: claim.uid(),
        ..Default::default()
    });
    spec.persistent_volume_reclaim_policy = Some(class.reclaim_policy.clone().unwrap_or_else(|| "Delete".into()));
    spec.storage_class_name = class.metadata.name.clone();
    spec.volume_mode = claimed.volume_mode.or_else(|| Some("Filesystem".into()));
    volume
}

/// Follows a larger request, where the class allows it; a smaller one is impossible.
async fn grow(world: &World, claim: &PersistentVolumeClaim) -> anyhow::Result<()> {
    let spec = claim.spec.clone().unwrap_or_default();
    let class = spec.storage_class_name.and_then(|name| world.classes.get("", &name));
    let Some(volume) = spec.volume_name.and_then(|name| world.volumes.get("", &name)) else {
        return Ok(());
    };
    if class.and_then(|class| class.allow_volume_expansion) != Some(true) {
        return Ok(());
    }
    let capacity = json!({"storage": requested(claim)});
    world.patch(volume.as_ref(), json!({"spec": {"capacity": capacity}})).await?;
    world.patch_status(claim, json!({"capacity": capacity})).await
}

/// Deletes volumes whose claim is gone, or marks them Released where they are to be kept.
async fn release(world: &World) -> anyhow::Result<()> {
    for volume in world.volumes.all() {
        let Some(spec) = &volume.spec else { continue };
        let Some(claim) = &spec.claim_ref else {
            continue;
        };
        let known = world.claims.get(claim.namespace.as_deref().unwrap_or(""), claim.name.as_deref().unwrap_or(""));
        if known.is_some_and(|known| known.uid() == claim.uid) || owner::ending(volume.as_ref()) {
            continue;
        }
        if spec.persistent_volume_reclaim_policy.as_deref() != Some("Retain") {
            world.delete(volume.as_ref()).await?;
        } else if volume.status.as_ref().and_then(|status| status.phase.as_deref()) != Some("Released") {
            world.patch_status(volume.as_ref(), json!({"phase": "Released"})).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
