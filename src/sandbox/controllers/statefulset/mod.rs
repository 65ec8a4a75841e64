//! StatefulSet -> pods with ordinals, their claims, rolling updates by revision, status.

mod plan;

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{StatefulSet, StatefulSetSpec, StatefulSetStatus};
use k8s_openapi::api::core::v1::{PersistentVolumeClaim, PersistentVolumeClaimVolumeSource, Pod, Volume};
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::template::{self, Naming};
use super::world::World;
use super::{owner, pods};
use plan::{Order, Step};

const NAME: &str = "statefulset-controller";
const REVISION: &str = "controller-revision-hash";

/// Moves every StatefulSet one step nearer to its template and writes its status.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for set in world.stateful_sets.all() {
        if !owner::ending(set.as_ref()) {
            one(&world, &set).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, set: &StatefulSet) -> anyhow::Result<()> {
    let Some(spec) = &set.spec else { return Ok(()) };
    let revision = format!("{}-{}", set.name_any(), template::hash(&spec.template));
    let order = Order {
        replicas: spec.replicas.unwrap_or(1),
        parallel: spec.pod_management_policy.as_deref() == Some("Parallel"),
        partition: partition(spec),
    };
    for step in plan::steps(&members(world, set, &revision), order) {
        take(world, set, spec, &revision, step).await?;
    }
    let own = owned(world, set);
    let status = status(set, &own, &revision, Timestamp::now());
    if set.status.as_ref() != Some(&status) {
        world.patch_status(set, status_patch(&status)).await?;
    }
    Ok(())
}

/// The lowest ordinal that is updated; `None` when only deletion by hand updates (OnDelete).
fn partition(spec: &StatefulSetSpec) -> Option<i32> {
    let strategy = spec.update_strategy.as_ref();
    if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
        return None;
    }
    let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
    Some(rolling.and_then(|rolling| rolling.partition).unwrap_or(0))
}

fn owned(world: &World, set: &StatefulSet) -> Vec<Arc<Pod>> {
    world.pods.all().into_iter().filter(|pod| owner::controls(set, pod.as_ref())).collect()
}

fn members(world: &World, set: &StatefulSet, revision: &str) -> Vec<plan::Member> {
    let member = |pod: &Arc<Pod>| {
        Some(plan::Member {
            ordinal: pod.name_any().rsplit_once('-')?.1.parse().ok()?,
            current: pod.labels().get(REVISION).is_some_and(|label| label == revision),
            health: match (owner::ending(pod.as_ref()), pods::finished(pod), pods::ready(pod)) {
                (true, ..) => plan::Health::Ending,
                (_, true, _) => plan::Health::Finished,
                (.., true) => plan::Health::Ready,
                _ => plan::Health::Unready,
            },
        })
    };
    owned(world, set).iter().filter_map(member).collect()
}

async fn take(
    world: &World,
    set: &StatefulSet,
    spec: &StatefulSetSpec,
    revision: &str,
    step: Step,
) -> anyhow::Result<()> {
    let name = |ordinal: i32| format!("{}-{ordinal}", set.name_any());
    let namespace = set.namespace().unwrap_or_default();
    match step {
        Step::Create(ordinal) => {
            for claim in claims(set, spec, ordinal) {
                if world.claims.get(&namespace, &claim.name_any()).is_none() {
                    world.create(&claim).await?;
                }
            }
            let made = world.create(&pod(set, spec, revision, ordinal)).await;
            let (severity, reason, outcome) = match &made {
                Ok(()) => (Severity::Normal, "SuccessfulCreate", "successful".to_owned()),
                Err(error) => (Severity::Warning, "FailedCreate", format!("failed error: {}", error.root_cause())),
            };
            let message = format!("create Pod {} in StatefulSet {} {outcome}", name(ordinal), set.name_any());
            world.events.record(&world.client(), set, NAME, severity, reason, &message).await;
            made
        }
        Step::Delete(ordinal) => {
            let Some(pod) = world.pods.get(&namespace, &name(ordinal)) else {
                return Ok(());
            };
            let message = format!("delete Pod {} in StatefulSet {} successful", name(ordinal), set.name_any());
            world.events.record(&world.client(), set, NAME, Severity::Normal, "SuccessfulDelete", &message).await;
            world.delete(pod.as_ref()).await
        }
    }
}

/// The claims of one ordinal: `<template>-<set>-<ordinal>`; they outlive their pod.
fn claims(set: &StatefulSet, spec: &StatefulSetSpec, ordinal: i32) -> Vec<PersistentVolumeClaim> {
    let make = |template: &PersistentVolumeClaim| {
        let mut claim = template.clone();
        claim.metadata.name = Some(claim_name(template, set, ordinal));
        claim.metadata.namespace = set.namespace();
        claim.metadata.labels.get_or_insert_default().extend(spec.selector.match_labels.clone().unwrap_or_default());
        claim.status = None;
        claim
    };
    spec.volume_claim_templates.iter().flatten().map(make).collect()
}

fn claim_name(template: &PersistentVolumeClaim, set: &StatefulSet, ordinal: i32) -> String {
    format!("{}-{}-{ordinal}", template.name_any(), set.name_any())
}

fn pod(set: &StatefulSet, spec: &StatefulSetSpec, revision: &str, ordinal: i32) -> Pod {
    let name = format!("{}-{ordinal}", set.name_any());
    let index = ordinal.to_string();
    let labels = [
        ("apps.kubernetes.io/pod-index", index.as_str()),
        (REVISION, revision),
        ("statefulset.kubernetes.io/pod-name", name.as_str()),
    ];
    let namespace = set.namespace().unwrap_or_default();
    let mut pod = template::pod(&spec.template, &namespace, &Naming::Exact(&name), owner::reference(set), &labels);
    let body = pod.spec.get_or_insert_default();
    body.hostname = Some(name.clone());
    body.subdomain = spec.service_name.clone();
    let volumes = body.volumes.get_or_insert_default();
    for template in spec.volume_claim_templates.iter().flatten() {
        volumes.retain(|volume| volume.name != template.name_any());
        volumes.push(Volume {
            name: template.name_any(),
            persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
                claim_name: claim_name(template, set, ordinal),
                read_only: None,
            }),
            ..Default::default()
        });
    }
    pod
}

/// The status that these pods make (Kubernetes v1.33, pkg/controller/statefulset/stateful_set_control.go).
fn status(set: &StatefulSet, own: &[Arc<Pod>], revision: &str, now: Timestamp) -> StatefulSetStatus {
    let spec = set.spec.as_ref();
    let min_ready = SignedDuration::from_secs(spec.and_then(|spec| spec.min_ready_seconds).unwrap_or(0).into());
    let current =
        set.status.as_ref().and_then(|status| status.current_revision.clone()).unwrap_or_else(|| revision.to_owned());
    let count = |keep: &dyn Fn(&Pod) -> bool| {
        i32::try_from(own.iter().filter(|pod| pods::active(pod) && keep(pod)).count()).unwrap_or(i32::MAX)
    };
    let of = |wanted: &str| count(&|pod: &Pod| pod.labels().get(REVISION).is_some_and(|label| label == wanted));
    let some = |number: i32| (number > 0).then_some(number);
    let (replicas, ready) = (count(&|_| true), count(&|pod| pods::ready(pod)));
    let updated = of(revision);
    let done = updated == replicas && ready == replicas && replicas == spec.and_then(|spec| spec.replicas).unwrap_or(1);
    let current = if done { revision.to_owned() } else { current };
    StatefulSetStatus {
        replicas,
        ready_replicas: some(ready),
        available_replicas: Some(count(&|pod| pods::available(pod, min_ready, now))),
        current_replicas: some(of(&current)),
        updated_replicas: some(updated),
        current_revision: Some(current),
        update_revision: Some(revision.to_owned()),
        observed_generation: set.metadata.generation,
        collision_count: Some(0),
        ..Default::default()
    }
}

/// Absent numbers must be sent as null, or a merge patch would keep the old ones.
fn status_patch(status: &StatefulSetStatus) -> serde_json::Value {
    json!({
        "replicas": status.replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
        "currentReplicas": status.current_replicas,
        "updatedReplicas": status.updated_replicas,
        "currentRevision": status.current_revision,
        "updateRevision": status.update_revision,
        "observedGeneration": status.observed_generation,
        "collisionCount": status.collision_count,
    })
}

#[cfg(test)]
mod tests;
