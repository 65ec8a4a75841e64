//! DaemonSet -> one pod on each node that it fits, and its status.

use std::collections::BTreeMap;
use std::sync::Arc;

use k8s_openapi::api::apps::v1::{DaemonSet, DaemonSetSpec, DaemonSetStatus};
use k8s_openapi::api::core::v1::{Node, Pod, Taint, Toleration};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::template::{self, Naming};
use super::world::World;
use super::{owner, pods};

const NAME: &str = "daemonset-controller";
const REVISION: &str = "controller-revision-hash";
/// Taints that every daemon pod tolerates: a cordoned or sick node keeps its daemons.
const ALWAYS_TOLERATED: &str = "node.kubernetes.io/";

/// Places missing pods, removes misplaced and outdated ones, writes statuses.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for set in world.daemon_sets.all() {
        if !owner::ending(set.as_ref()) {
            one(&world, &set).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, set: &DaemonSet) -> anyhow::Result<()> {
    let Some(spec) = &set.spec else { return Ok(()) };
    let revision = template::hash(&spec.template);
    let nodes: Vec<String> =
        world.nodes.all().iter().filter(|node| fits(spec, node)).map(|node| node.name_any()).collect();
    let failure = place(world, set, spec, &nodes, &revision).await;
    update(world, set, spec, nodes.len(), &revision).await?;
    let status = status(set, &owned(world, set), &nodes, &revision, Timestamp::now());
    if set.status.as_ref() != Some(&status) {
        world.patch_status(set, status_patch(&status)).await?;
    }
    failure
}

fn owned(world: &World, set: &DaemonSet) -> Vec<Arc<Pod>> {
    world.pods.all().into_iter().filter(|pod| owner::controls(set, pod.as_ref())).collect()
}

/// Whether the node has the labels that the pod selects and no taint that it does not tolerate.
fn fits(spec: &DaemonSetSpec, node: &Node) -> bool {
    let Some(pod) = &spec.template.spec else {
        return false;
    };
    let selected = pod.node_selector.iter().flatten().all(|(key, value)| node.labels().get(key) == Some(value));
    let taints = node.spec.iter().flat_map(|spec| spec.taints.iter().flatten());
    let tolerations = pod.tolerations.as_deref().unwrap_or_default();
    selected && taints.filter(|taint| taint.effect != "PreferNoSchedule").all(|taint| tolerated(taint, tolerations))
}

fn tolerated(taint: &Taint, tolerations: &[Toleration]) -> bool {
    taint.key.starts_with(ALWAYS_TOLERATED)
        || tolerations.iter().any(|toleration| {
            let effect = toleration.effect.as_deref().is_none_or(|effect| effect.is_empty() || effect == taint.effect);
            let key = toleration.key.as_deref().filter(|key| !key.is_empty());
            let exists = toleration.operator.as_deref() == Some("Exists");
            let value = exists || toleration.value.as_deref().unwrap_or("") == taint.value.as_deref().unwrap_or("");
            effect && value && key.map_or(exists, |key| key == taint.key)
        })
}

async fn place(
    world: &World,
    set: &DaemonSet,
    spec: &DaemonSetSpec,
    nodes: &[String],
    revision: &str,
) -> anyhow::Result<()> {
    let mut by_node: BTreeMap<String, Vec<Arc<Pod>>> = BTreeMap::new();
    for pod in owned(world, set) {
        if pods::finished(&pod) && !owner::ending(pod.as_ref()) {
            world.delete(pod.as_ref()).await?;
        }
        by_node.entry(pods::node(&pod).unwrap_or_default().to_owned()).or_default().push(pod);
    }
    for (node, pods) in &mut by_node {
        pods.retain(|pod| pods::active(pod));
        let keep = usize::from(nodes.contains(node));
        for pod in pods.iter().skip(keep) {
            world.delete(pod.as_ref()).await?;
        }
    }
    // A pod on its way out still holds its host ports: the next one waits for it.
    let busy =
        |node: &String| owned(world, set).iter().any(|pod| pods::node(pod) == Some(node) && !pods::finished(pod));
    for node in nodes.iter().filter(|node| !busy(node)) {
        create(world, set, spec, node, revision).await?;
    }
    Ok(())
}

async fn create(
    world: &World,
    set: &DaemonSet,
    spec: &DaemonSetSpec,
    node: &str,
    revision: &str,
) -> anyhow::Result<()> {
    let generation = set.metadata.generation.unwrap_or(1).to_string();
    let labels = [(REVISION, revision), ("pod-template-generation", generation.as_str())];
    let prefix = format!("{}-", set.name_any());
    let namespace = set.namespace().unwrap_or_default();
    let mut pod = template::pod(&spec.template, &namespace, &Naming::Prefix(&prefix), owner::reference(set), &labels);
    pod.spec.get_or_insert_default().node_name = Some(node.to_owned());
    let made = world.create(&pod).await;
    let (severity, reason, message) = match &made {
        Ok(()) => (Severity::Normal, "SuccessfulCreate", format!("Created pod: {}", pod.name_any())),
        Err(error) => (Severity::Warning, "FailedCreate", format!("Error creating: {}", error.root_cause())),
    };
    world.events.record(&world.client(), set, NAME, severity, reason, &message).await;
    made
}

/// Deletes outdated pods, as many as may be unavailable at once; those that are not ready first.
async fn update(
    world: &World,
    set: &DaemonSet,
    spec: &DaemonSetSpec,
    nodes: usize,
    revision: &str,
) -> anyhow::Result<()> {
    let strategy = spec.update_strategy.as_ref();
    if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("OnDelete") {
        return Ok(());
    }
    let allowance = strategy.and_then(|strategy| strategy.rolling_update.as_ref()?.max_unavailable.as_ref());
    let own = owned(world, set);
    let ready = own.iter().filter(|pod| pods::active(pod) && pods::ready(pod)).count();
    let mut budget = max_unavailable(allowance, nodes).saturating_sub(nodes.saturating_sub(ready));
    let outdated = own.iter().filter(|pod| pods::active(pod) && !is_current(pod, revision));
    for pod in outdated {
        if pods::ready(pod) {
            if budget == 0 {
                continue;
            }
            budget -= 1;
        }
        world.delete(pod.as_ref()).await?;
    }
    Ok(())
}

/// A number or a percentage (rounded up) of the nodes; 1 where nothing is said.
fn max_unavailable(value: Option<&IntOrString>, nodes: usize) -> usize {
    match value {
        Some(IntOrString::Int(number)) => usize::try_from(*number).unwrap_or(0).max(1),
        Some(IntOrString::String(text)) => {
            let percent: usize = text.trim_end_matches('%').parse().unwrap_or(0);
            (nodes * percent).div_ceil(100).max(1)
        }
        None => 1,
    }
}

fn is_current(pod: &Pod, revision: &str) -> bool {
    pod.labels().get(REVISION).is_some_and(|label| label == revision)
}

/// The status that these pods make (Kubernetes v1.33, pkg/controller/daemon/daemon_controller.go).
fn status(set: &DaemonSet, own: &[Arc<Pod>], nodes: &[String], revision: &str, now: Timestamp) -> DaemonSetStatus {
    let min_ready =
        SignedDuration::from_secs(set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0).into());
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let on = |pod: &Arc<Pod>| {
        pods::active(pod) && pods::node(pod).is_some_and(|node| nodes.iter().any(|other| other == node))
    };
    let placed: Vec<_> = own.iter().filter(|pod| on(pod)).collect();
    let count = |keep: &dyn Fn(&Pod) -> bool| number(placed.iter().filter(|pod| keep(pod)).count());
    let some = |number: i32| (number > 0).then_some(number);
    let (desired, available) = (number(nodes.len()), count(&|pod| pods::available(pod, min_ready, now)));
    DaemonSetStatus {
        current_number_scheduled: number(placed.len()),
        desired_number_scheduled: desired,
        number_available: some(available),
        number_misscheduled: number(own.iter().filter(|pod| pods::active(pod) && !on(pod)).count()),
        number_ready: count(&|pod| pods::ready(pod)),
        number_unavailable: some((desired - available).max(0)),
        updated_number_scheduled: some(count(&|pod| is_current(pod, revision))),
        observed_generation: set.metadata.generation,
        ..Default::default()
    }
}

/// Absent numbers must be sent as null, or a merge patch would keep the old ones.
fn status_patch(status: &DaemonSetStatus) -> serde_json::Value {
    json!({
        "currentNumberScheduled": status.current_number_scheduled,
        "desiredNumberScheduled": status.desired_number_scheduled,
        "numberAvailable": status.number_available,
        "numberMisscheduled": status.number_misscheduled,
        "numberReady": status.number_ready,
        "numberUnavailable": status.number_unavailable,
        "updatedNumberScheduled": status.updated_number_scheduled,
        "observedGeneration": status.observed_generation,
    })
}

#[cfg(test)]
mod tests;
