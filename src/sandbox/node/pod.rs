//! Runs one pod: volumes, init containers in order, containers together, its status, its end.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::{Pod, Volume};
use kube::Api;
use kube::api::{DeleteParams, Preconditions};
use serde_json::json;

use super::container::{self, End};
use super::container_state::{Stage, Tracked};
use super::context::{Running, Slot, Stop, locked};
use super::environment::Fields;
use super::events::Tone;
use super::path_map::PathMap;
use super::{publish, volume};

/// One write to the API server.
pub(super) const WRITE_DEADLINE: Duration = Duration::from_secs(10);

/// Runs the pod until its object is gone.
pub(super) async fn run(running: Arc<Running>) {
    let refresher = refresh_volumes(&running);
    let publisher = publish::changes(&running);
    let life = live(&running);
    tokio::select! {
        never = refresher => match never {},
        never = publisher => match never {},
        () = life => {}
    }
    if *running.stop.borrow() == Stop::Now {
        return;
    }
    let _ = tokio::time::timeout(WRITE_DEADLINE, publish::now(&running)).await;
    let _ = tokio::time::timeout(WRITE_DEADLINE, remove(&running)).await;
}

/// The pod's life; ends when every process has ended and the pod is to go.
async fn live(running: &Arc<Running>) {
    let mut stop = running.stop.subscribe();
    tokio::select! {
        () = mount(running) => {}
        _ = stop.wait_for(|stop| *stop != Stop::No) => return,
    }
    locked(&running.state).sandbox_ready = true;
    running.changed.notify_one();
    if init(running).await {
        let containers = running.pod.spec.as_ref().map_or(&[][..], |spec| &spec.containers);
        let all = containers.iter().enumerate().map(|(index, one)| {
            let slot = Slot { is_init: false, index };
            container::run(running, slot, one)
        });
        futures::future::join_all(all).await;
    }
    // A pod that has run to its end stays until somebody deletes it.
    let _ = stop.wait_for(|stop| matches!(stop, Stop::Within(_) | Stop::Now)).await;
}

/// Runs the init containers; false when one failed for good or the pod stops.
async fn init(running: &Running) -> bool {
    let containers = running.pod.spec.as_ref().and_then(|spec| spec.init_containers.as_deref()).unwrap_or_default();
    for (index, one) in containers.iter().enumerate() {
        let slot = Slot { is_init: true, index };
        if container::run(running, slot, one).await != (End::Exited { success: true }) {
            return false;
        }
    }
    true
}

/// Makes the volumes, however long their sources are missing.
async fn mount(running: &Running) {
    let mut changes = running.shared.world.changes();
    loop {
        match write_volumes(running) {
            Ok(()) => return,
            Err(message) => running.event(None, Tone::Warning, "FailedMount", &message).await,
        }
        let _ = tokio::time::timeout(Duration::from_secs(2), changes.changed()).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Rewrites volumes of ConfigMaps and Secrets when these change.
async fn refresh_volumes(running: &Running) -> std::convert::Infallible {
    let mut changes = running.shared.world.changes();
    loop {
        if changes.changed().await.is_err() {
            return std::future::pending().await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        if locked(&running.state).sandbox_ready
            && let Err(message) = write_volumes(running)
        {
            running.event(None, Tone::Warning, "FailedMount", &message).await;
        }
    }
}

fn write_volumes(running: &Running) -> Result<(), String> {
    let config = &running.shared.config;
    let persistent = config.dir.join("volumes");
    let places = volume::Places { pod: &running.folder, persistent: &persistent };
    let fields = Fields { pod: &running.pod, ip: running.ip.to_string(), host_ip: running.host_ip.to_string() };
    let mut paths = PathMap::default();
    for map in running.mounts.values() {
        paths.extend(map);
    }
    let mut volumes = running.pod.spec.as_ref().and_then(|spec| spec.volumes.clone()).unwrap_or_default();
    volumes.push(account_volume());
    for one in &volumes {
        let failed = |text: String| format!("MountVolume.SetUp failed for volume \"{}\" : {text}", one.name);
        let folder = volume::folder(one, &places, |claim| running.shared.world.volume_of(running.namespace(), claim));
        match volume::wanted(one, &fields, running).map_err(failed)? {
            Some(files) => drop(volume::write(&folder, &files, &paths).map_err(|error| failed(format!("{error:#}")))?),
            None if one.host_path.is_some() => {}
            None => std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?,
        }
    }
    make_sub_paths(running);
    Ok(())
}

/// Folders of `subPath` mounts that nothing has made yet.
fn make_sub_paths(running: &Running) {
    let Some(spec) = &running.pod.spec else {
        return;
    };
    for container in spec.containers.iter().chain(spec.init_containers.iter().flatten()) {
        for mount in container.volume_mounts.iter().flatten().filter(|mount| mount.sub_path.is_some()) {
            let real = running.mounts.get(&container.name).map(|map| map.rewrite(&mount.mount_path));
            if let Some(real) = real.filter(|real| !std::path::Path::new(real).exists()) {
                let _ = std::fs::create_dir_all(real);
            }
        }
    }
}

/// The service account's files, which admission would add.
fn account_volume() -> Volume {
    let sources = json!([
        {"serviceAccountToken": {"path": "token"}},
        {"downwardAPI": {"items": [{"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}]}}
    ]);
    serde_json::from_value(json!({"name": "kube-api-access", "projected": {"sources": sources}})).unwrap_or_default()
}

/// Tells the API server that nothing of the pod is left.
async fn remove(running: &Running) -> Result<(), kube::Error> {
    let api: Api<Pod> = Api::namespaced(running.shared.client.clone(), running.namespace());
    let preconditions = Preconditions { uid: running.pod.metadata.uid.clone(), resource_version: None };
    let params = DeleteParams { preconditions: Some(preconditions), ..DeleteParams::default().grace_period(0) };
    api.delete(running.name(), &params).await.map(drop)
}

/// The containers of a pod that has just been bound.
pub(super) fn tracked(pod: &Pod) -> (Vec<Tracked>, Vec<Tracked>) {
    let spec = pod.spec.clone().unwrap_or_default();
    let init = spec.init_containers.unwrap_or_default();
    let reason = if init.is_empty() { "ContainerCreating" } else { "PodInitializing" };
    let list =
        |all: &[k8s_openapi::api::core::v1::Container]| all.iter().map(|one| Tracked::new(one, reason)).collect();
    (list(&init), list(&spec.containers))
}

/// Does any process of the pod run?
pub(super) fn pids(running: &Running) -> Vec<u32> {
    let state = locked(&running.state);
    let all = state.init.iter().chain(&state.main);
    all.filter_map(|one| match one.stage {
        Stage::Running { pid, .. } => Some(pid),
        _ => None,
    })
    .collect()
}
