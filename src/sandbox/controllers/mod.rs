//! What a controller manager does, as far as statuses and pods need it.
//!
//! Every controller reads one shared picture of the cluster ([`world::World`]) and compares all its objects with it
//! whenever something changed: level-triggered, no queues. A cluster of a few hundred objects is compared in well under a millisecond.

mod cache;
mod cronjob;
mod daemonset;
mod deployment;
mod endpoints;
mod event;
mod job;
mod namespace;
mod owner;
mod pods;
mod replicaset;
mod statefulset;
mod template;
mod volume;
mod world;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use world::World;

/// Pause after a change, so that a burst of changes is handled once.
const SETTLE: Duration = Duration::from_millis(20);
/// Every controller looks at least this often, for what only time changes (minReadySeconds, deadlines) and for retries.
const RESYNC: Duration = Duration::from_secs(1);

/// Starts every controller; aborting the set (or dropping it) stops them.
pub fn start(client: kube::Client) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let world = World::start(client, &mut tasks);
    tasks.spawn(repeat("deployment", world.clone(), deployment::reconcile));
    tasks.spawn(repeat("replicaset", world.clone(), replicaset::reconcile));
    tasks.spawn(repeat("statefulset", world.clone(), statefulset::reconcile));
    tasks.spawn(repeat("daemonset", world.clone(), daemonset::reconcile));
    tasks.spawn(repeat("job", world.clone(), job::reconcile));
    tasks.spawn(repeat("cronjob", world.clone(), cronjob::reconcile));
    tasks.spawn(repeat("endpoints", world.clone(), endpoints::reconcile));
    tasks.spawn(repeat("volume", world.clone(), volume::reconcile));
    tasks.spawn(repeat("namespace", world, namespace::reconcile));
    tasks
}

/// Runs `reconcile` after every change of the world and at least every [`RESYNC`]; an error is logged and tried again.
async fn repeat<F, R>(name: &'static str, world: Arc<World>, reconcile: F)
where
    F: Fn(Arc<World>) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    let mut changes = world.changes();
    world.synced().await;
    loop {
        if let Err(error) = reconcile(world.clone()).await {
            tracing::warn!("{name} controller: {error:#}");
        }
        // A timeout and a change are the same to us: look again.
        if let Ok(Err(_)) = tokio::time::timeout(RESYNC, changes.changed()).await {
            return;
        }
        tokio::time::sleep(SETTLE).await;
        changes.borrow_and_update();
    }
}
