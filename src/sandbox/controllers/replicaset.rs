//! ReplicaSet -> pods, and its status.

use std::sync::Arc;

use k8s_openapi::api::apps::v1::{ReplicaSet, ReplicaSetCondition, ReplicaSetStatus};
use k8s_openapi::api::core::v1::Pod;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::ResourceExt;
use serde_json::json;

use super::event::Severity;
use super::template::{self, Naming};
use super::world::World;
use super::{owner, pods};

const NAME: &str = "replicaset-controller";

/// Makes or deletes pods until each ReplicaSet has as many as it wants, and writes its status.
pub async fn reconcile(world: Arc<World>) -> anyhow::Result<()> {
    for set in world.replica_sets.all() {
        if !owner::ending(set.as_ref()) {
            one(&world, &set).await?;
        }
    }
    Ok(())
}

async fn one(world: &World, set: &ReplicaSet) -> anyhow::Result<()> {
    let failure = scale(world, set).await;
    let own: Vec<_> = world.pods.all().into_iter().filter(|pod| owner::controls(set, pod.as_ref())).collect();
    let status = status(set, &own, failure.err().map(|error| format!("{error:#}")), Timestamp::now());
    if set.status.as_ref() != Some(&status) {
        world.patch_status(set, status_patch(&status)).await?;
    }
    Ok(())
}

async fn scale(world: &World, set: &ReplicaSet) -> anyhow::Result<()> {
    let Some(spec) = &set.spec else { return Ok(()) };
    let mut own: Vec<_> = world.pods.all();
    own.retain(|pod| owner::controls(set, pod.as_ref()) && pods::active(pod));
    let wanted = usize::try_from(spec.replicas.unwrap_or(1)).unwrap_or(0);
    for _ in own.len()..wanted {
        create(world, set).await?;
    }
    pods::sort_by_loss(&mut own);
    for pod in own.iter().take(own.len().saturating_sub(wanted)) {
        world.delete(pod.as_ref()).await?;
        let message = format!("Deleted pod: {}", pod.name_any());
        world.events.record(&world.client(), set, NAME, Severity::Normal, "SuccessfulDelete", &message).await;
    }
    Ok(())
}

async fn create(world: &World, set: &ReplicaSet) -> anyhow::Result<()> {
    let template = set.spec.as_ref().and_then(|spec| spec.template.clone()).unwrap_or_default();
    let prefix = format!("{}-", set.name_any());
    let namespace = set.namespace().unwrap_or_default();
    let pod = template::pod(&template, &namespace, &Naming::Prefix(&prefix), owner::reference(set), &[]);
    let made = world.create(&pod).await;
    let (severity, reason, message) = match &made {
        Ok(()) => (Severity::Normal, "SuccessfulCreate", format!("Created pod: {}", pod.name_any())),
        Err(error) => (Severity::Warning, "FailedCreate", format!("Error creating: {}", error.root_cause())),
    };
    world.events.record(&world.client(), set, NAME, severity, reason, &message).await;
    made
}

/// The status that these pods make (Kubernetes v1.33, pkg/controller/replicaset/replica_set_utils.go).
fn status(set: &ReplicaSet, own: &[Arc<Pod>], failure: Option<String>, now: Timestamp) -> ReplicaSetStatus {
    let min_ready =
        SignedDuration::from_secs(set.spec.as_ref().and_then(|spec| spec.min_ready_seconds).unwrap_or(0).into());
    let active = || own.iter().filter(|pod| pods::active(pod));
    let count =
        |keep: &dyn Fn(&Pod) -> bool| i32::try_from(active().filter(|pod| keep(pod)).count()).unwrap_or(i32::MAX);
    let some = |number: i32| (number > 0).then_some(number);
    let replicas = count(&|_| true);
    ReplicaSetStatus {
        replicas,
        fully_labeled_replicas: some(replicas),
        ready_replicas: some(count(&|pod| pods::ready(pod))),
        available_replicas: some(count(&|pod| pods::available(pod, min_ready, now))),
        observed_generation: set.metadata.generation,
        conditions: failure.map(|message| vec![failed(set, message, now)]),
        ..Default::default()
    }
}

fn failed(set: &ReplicaSet, message: String, now: Timestamp) -> ReplicaSetCondition {
    let old = set.status.iter().flat_map(|status| status.conditions.iter().flatten());
    let since = old
        .filter(|condition| condition.type_ == "ReplicaFailure")
        .find_map(|condition| condition.last_transition_time.clone());
    ReplicaSetCondition {
        type_: "ReplicaFailure".into(),
        status: "True".into(),
        reason: Some("FailedCreate".into()),
        message: Some(message),
        last_transition_time: Some(since.unwrap_or(Time(now))),
    }
}

/// Absent numbers must be sent as null, or a merge patch would keep the old ones.
fn status_patch(status: &ReplicaSetStatus) -> serde_json::Value {
    json!({
        "replicas": status.replicas,
        "fullyLabeledReplicas": status.fully_labeled_replicas,
        "readyReplicas": status.ready_replicas,
        "availableReplicas": status.available_replicas,
        "observedGeneration": status.observed_generation,
        "conditions": status.conditions,
    })
}

#[cfg(test)]
mod tests {
    use super::super::pods::tests::pod;
    use super::*;

    #[test]
    fn finished_pods_do_not_count() {
        let own = [pod("a", "Running", Some(1)), pod("b", "Failed", None), pod("c", "Pending", None)].map(Arc::new);
        let status = status(&ReplicaSet::default(), &own, None, Timestamp::from_second(5).unwrap());
        assert_eq!((status.replicas, status.ready_replicas, status.available_replicas), (2, Some(1), Some(1)));
    }

    #[test]
    fn a_number_that_became_zero_is_sent_as_null() {
        let status = status(&ReplicaSet::default(), &[], None, Timestamp::UNIX_EPOCH);
        let patch = status_patch(&status);
        assert_eq!(patch["replicas"], 0);
        assert!(patch["readyReplicas"].is_null() && patch.get("readyReplicas").is_some());
    }

    #[test]
    fn a_refused_pod_is_a_replica_failure() {
        let status = status(&ReplicaSet::default(), &[], Some("forbidden".into()), Timestamp::UNIX_EPOCH);
        let conditions = status.conditions.unwrap();
        assert_eq!(
            (conditions[0].type_.as_str(), conditions[0].message.as_deref()),
            ("ReplicaFailure", Some("forbidden"))
        );
    }
}
