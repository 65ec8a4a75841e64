//! Deployment -> ReplicaSets: revisions, rolling updates, status.

mod plan;
mod status;

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{Deployment, DeploymentSpec, ReplicaSet, ReplicaSetSpec};
use k8s_openapi::api::core::v1::{Pod, PodTemplateSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::jiff::Timestamp;
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::world::World;
use super::{owner, pods, template};
use plan::{Counts, Limits};

const NAME: &str = "deployment-controller";
const HASH: &str = "pod-template-hash";
const REVISION: &str = "deployment.kubernetes.io/revision";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";

/// Moves every Deployment one step nearer to its template and writes its status.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for deployment in world.deployments.all() {
        if !owner::ending(deployment.as_ref()) {
            one(&world, &deployment).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, deployment: &Deployment) -> anyhow::Result<()> {
    let Some(spec) = &deployment.spec else {
        return Ok(());
    };
    let mut sets = owned(world, deployment);
    let paused = spec.paused.unwrap_or(false);
    if !paused && !sets.iter().any(|set| is_current(set, spec)) {
        create(world, deployment, spec, &sets).await?;
        sets = owned(world, deployment);
    }
    number(world, deployment, spec, &sets).await?;
    scale(world, deployment, spec, &sets, paused).await?;
    forget_history(world, spec, &sets).await?;

    let sets = owned(world, deployment);
    let current = sets.iter().find(|set| is_current(set, spec));
    let limits = Limits::of(spec);
    let status = status::of(deployment, &sets, current.map(AsRef::as_ref), limits, Timestamp::now());
    if deployment.status.as_ref() != Some(&status) {
        world.patch_status(deployment, status::patch(&status)).await?;
    }
    Ok(())
}

/// The ReplicaSets of a Deployment, oldest first.
fn owned(world: &World, deployment: &Deployment) -> Vec<Arc<ReplicaSet>> {
    let mut sets = world.replica_sets.all();
    sets.retain(|set| owner::controls(deployment, set.as_ref()) && !owner::ending(set.as_ref()));
    sets.sort_by_key(|set| (set.creation_timestamp().map(|time| time.0), set.name_any()));
    sets
}

/// Whether a ReplicaSet is made of the Deployment's template of today.
fn is_current(set: &ReplicaSet, spec: &DeploymentSpec) -> bool {
    set.labels().get(HASH).is_some_and(|hash| *hash == template::hash(&spec.template))
}

async fn create(
    world: &World,
    deployment: &Deployment,
    spec: &DeploymentSpec,
    sets: &[Arc<ReplicaSet>],
) -> anyhow::Result<()> {
    let set = new_set(deployment, spec, revision_of(sets) + 1);
    world.create(&set).await
}

/// A ReplicaSet without pods for the Deployment's template.
fn new_set(deployment: &Deployment, spec: &DeploymentSpec, revision: u64) -> ReplicaSet {
    let hash = template::hash(&spec.template);
    let mut selector = spec.selector.clone();
    selector.match_labels.get_or_insert_default().insert(HASH.into(), hash.clone());
    let mut template = spec.template.clone();
    let labels = template.metadata.get_or_insert_default().labels.get_or_insert_default();
    labels.insert(HASH.into(), hash.clone());
    let labels = labels.clone();
    let annotations = BTreeMap::from([
        (REVISION.to_owned(), revision.to_string()),
        (DESIRED.to_owned(), spec.replicas.unwrap_or(1).to_string()),
    ]);
    ReplicaSet {
        metadata: ObjectMeta {
            name: Some(format!("{}-{hash}", deployment.name_any())),
            namespace: deployment.namespace(),
            labels: Some(labels),
            annotations: Some(annotations),
            owner_references: Some(vec![owner::reference(deployment)]),
            ..Default::default()
        },
        spec: Some(ReplicaSetSpec {
            replicas: Some(0),
            min_ready_seconds: spec.min_ready_seconds,
            selector,
            template: Some(PodTemplateSpec { ..template }),
        }),
        status: None,
    }
}

/// The highest revision of these ReplicaSets; 0 without any.
fn revision_of(sets: &[Arc<ReplicaSet>]) -> u64 {
    sets.iter().filter_map(|set| set.annotations().get(REVISION)?.parse().ok()).max().unwrap_or(0)
}

/// Gives the current ReplicaSet the newest revision (a rollback moves an old one up) and the Deployment the same.
async fn number(
    world: &World,
    deployment: &Deployment,
    spec: &DeploymentSpec,
    sets: &[Arc<ReplicaSet>],
) -> anyhow::Result<()> {
    let Some(current) = sets.iter().find(|set| is_current(set, spec)) else {
        return Ok(());
    };
    let others: Vec<_> = sets.iter().filter(|set| !is_current(set, spec)).cloned().collect();
    let own = revision_of(std::slice::from_ref(current));
    let revision = own.max(revision_of(&others) + u64::from(own <= revision_of(&others)));
    let text = revision.to_string();
    let patch = || json!({"metadata": {"annotations": {REVISION: text}}});
    if current.annotations().get(REVISION) != Some(&text) {
        world.patch(current.as_ref(), patch()).await?;
    }
    if deployment.annotations().get(REVISION) != Some(&text) {
        world.patch_with_status(deployment, patch()).await?;
    }
    Ok(())
}

async fn scale(
    world: &World,
    deployment: &Deployment,
    spec: &DeploymentSpec,
    sets: &[Arc<ReplicaSet>],
    paused: bool,
) -> anyhow::Result<()> {
    let counts: Vec<_> = sets.iter().map(|set| counts(world, set, is_current(set, spec))).collect();
    let wanted = plan::sizes(&counts, Limits::of(spec), paused);
    for ((set, counts), wanted) in sets.iter().zip(&counts).zip(wanted) {
        if counts.wanted == wanted {
            continue;
        }
        world.patch(set.as_ref(), json!({"spec": {"replicas": wanted}})).await?;
        let direction = if wanted > counts.wanted { "up" } else { "down" };
        let message = format!("Scaled {direction} replica set {} from {} to {wanted}", set.name_any(), counts.wanted);
        world.events.record(&world.client(), deployment, NAME, Severity::Normal, "ScalingReplicaSet", &message).await;
    }
    Ok(())
}

fn counts(world: &World, set: &ReplicaSet, current: bool) -> Counts {
    let pods: Vec<Arc<Pod>> = world.pods.all().into_iter().filter(|pod| owner::controls(set, pod.as_ref())).collect();
    Counts {
        current,
        wanted: set.spec.as_ref().and_then(|spec| spec.replicas).unwrap_or(1),
        available: set.status.as_ref().and_then(|status| status.available_replicas).unwrap_or(0),
        // Recreate waits until the last process of the old version is really gone.
        alive: i32::try_from(pods.iter().filter(|pod| !pods::finished(pod)).count()).unwrap_or(i32::MAX),
    }
}

/// Deletes the oldest empty ReplicaSets beyond the history limit.
async fn forget_history(world: &World, spec: &DeploymentSpec, sets: &[Arc<ReplicaSet>]) -> anyhow::Result<()> {
    let empty = |set: &&Arc<ReplicaSet>| {
        !is_current(set, spec)
            && set.spec.as_ref().and_then(|spec| spec.replicas) == Some(0)
            && set.status.as_ref().is_none_or(|status| status.replicas == 0)
    };
    let old: Vec<_> = sets.iter().filter(empty).collect();
    let keep = usize::try_from(spec.revision_history_limit.unwrap_or(10)).unwrap_or(10);
    for set in old.iter().take(old.len().saturating_sub(keep)) {
        world.delete(set.as_ref()).await?;
    }
    Ok(())
}
