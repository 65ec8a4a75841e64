//! Writes a pod's status whenever something about it changed.

use std::time::Duration;

use k8s_openapi::api::core::v1::{Pod, PodStatus};
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::clock;
use super::context::{Running, Stop, locked};
use super::pod::WRITE_DEADLINE;
use super::status::{Inputs, build};
use super::world::World;

/// Holds the process id of each container, for people who want to look or kill: `<prefix>.<container>`.
const PID_ANNOTATION: &str = "sandbox.signoff.dev/pid";

/// Writes the status after every change.
pub(super) async fn changes(running: &Running) -> std::convert::Infallible {
    loop {
        running.changed.notified().await;
        // Changes come in bursts; one write tells them all.
        tokio::time::sleep(Duration::from_millis(20)).await;
        match tokio::time::timeout(WRITE_DEADLINE, now(running)).await {
            Ok(Ok(())) => {}
            failed => {
                tracing::debug!(pod = running.name(), ?failed, "status was not written, it is tried again");
                tokio::time::sleep(Duration::from_millis(500)).await;
                if matches!(*running.stop.borrow(), Stop::No | Stop::Evicted) {
                    running.changed.notify_one();
                }
            }
        }
    }
}

pub(super) async fn now(running: &Running) -> Result<(), kube::Error> {
    let api: Api<Pod> = Api::namespaced(running.shared.client.clone(), running.namespace());
    let (status, annotations) = current(running);
    let patch = json!({"metadata": {"uid": running.uid()}, "status": status});
    api.patch_status(running.name(), &PatchParams::default(), &Patch::Merge(patch)).await?;
    let known = World::named(&running.shared.world.pods, running.namespace(), running.name());
    let known = known.and_then(|pod| pod.metadata.annotations.clone()).unwrap_or_default();
    let differs = |(key, value): (&String, &Value)| known.get(key).map(String::as_str) != value.as_str();
    if annotations.as_object().is_some_and(|all| all.iter().any(differs)) {
        let patch = json!({"metadata": {"uid": running.uid(), "annotations": annotations}});
        api.patch(running.name(), &PatchParams::default(), &Patch::Merge(patch)).await?;
    }
    Ok(())
}

/// The status to write, and the annotations with each container's process.
fn current(running: &Running) -> (PodStatus, Value) {
    let live = World::named(&running.shared.world.pods, running.namespace(), running.name());
    let live = live.filter(|pod| pod.metadata.uid == running.pod.metadata.uid);
    let state = locked(&running.state);
    let status = build(&Inputs {
        pod: live.as_deref().unwrap_or(&running.pod),
        init: &state.init,
        main: &state.main,
        ip: running.ip.to_string(),
        host_ip: running.host_ip.to_string(),
        start_time: running.started.clone(),
        sandbox_ready: state.sandbox_ready,
        evicted: state.evicted.clone(),
        now: clock::now(),
    });
    let mut annotations = serde_json::Map::new();
    for one in &state.main {
        let pid = one.pid().map_or(Value::Null, |pid| json!(pid.to_string()));
        annotations.insert(format!("{PID_ANNOTATION}.{}", one.spec.name), pid);
    }
    (status, Value::Object(annotations))
}
