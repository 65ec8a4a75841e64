//! Starts and ends pods as the API server has them: every bound pod runs, every gone one does not.

use std::collections::HashSet;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::DeleteParams;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::context::{PodState, Running, Shared, Stop, locked};
use super::{clock, pod, volume};

/// Follows the pods for ever; all pods' tasks end with it.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut changes = shared.world.changes();
    let mut tasks = JoinSet::new();
    shared.world.pods.wait_until_ready().await.ok();
    shared.world.claims.wait_until_ready().await.ok();
    shared.world.config_maps.wait_until_ready().await.ok();
    shared.world.secrets.wait_until_ready().await.ok();
    loop {
        compare(&shared, &mut tasks).await;
        while tasks.try_join_next().is_some() {}
        let _ = tokio::time::timeout(Duration::from_secs(1), changes.changed()).await;
        changes.mark_unchanged();
    }
}

async fn compare(shared: &Arc<Shared>, tasks: &mut JoinSet<()>) {
    let pods = shared.world.pods.state();
    let mut there = HashSet::new();
    for pod in &pods {
        let uid = pod.metadata.uid.clone().unwrap_or_default();
        there.insert(uid.clone());
        let Some((node, address)) = node_of(shared, pod) else {
            continue;
        };
        let known = locked(&shared.running).get(&uid).cloned();
        match (known, pod.metadata.deletion_timestamp.is_some()) {
            (Some(running), true) => end(&running, pod),
            (None, true) => finish_deletion(shared, pod).await,
            (None, false) if !has_ended(pod) && volumes_bound(shared, pod) => begin(shared, pod, node, address, tasks),
            _ => {}
        }
    }
    let gone: Vec<Arc<Running>> = shared.pods().into_iter().filter(|one| !there.contains(one.uid())).collect();
    for running in gone {
        running.stop.send_replace(Stop::Now);
    }
}

fn node_of(shared: &Shared, pod: &Pod) -> Option<(String, Ipv4Addr)> {
    let name = pod.spec.as_ref()?.node_name.as_deref()?;
    let spec = shared.config.nodes.iter().find(|node| node.name == name)?;
    Some((spec.name.clone(), shared.config.node_address(spec)))
}

/// Does every claim of the pod have its volume? A pod that was given its node by hand waits here for that.
fn volumes_bound(shared: &Shared, pod: &Pod) -> bool {
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let volumes = pod.spec.as_ref().and_then(|spec| spec.volumes.as_deref()).unwrap_or_default();
    volumes
        .iter()
        .filter_map(|volume| volume.persistent_volume_claim.as_ref())
        .all(|source| shared.world.volume_of(namespace, &source.claim_name).is_some())
}

fn has_ended(pod: &Pod) -> bool {
    let phase = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    matches!(phase, Some("Succeeded" | "Failed"))
}

/// Asks a running pod to end within its grace period; a shorter one that comes later wins.
fn end(running: &Running, pod: &Pod) {
    let seconds = pod.metadata.deletion_grace_period_seconds.and_then(|s| u64::try_from(s).ok());
    let grace = Duration::from_secs(seconds.unwrap_or(30).max(1));
    running.stop.send_if_modified(|stop| {
        let changed = matches!(*stop, Stop::No | Stop::Evicted);
        if changed {
            *stop = Stop::Within(grace);
        }
        changed
    });
}

/// A pod that ended before, or of which this node knows nothing: nothing is left to stop.
async fn finish_deletion(shared: &Shared, pod: &Pod) {
    let namespace = pod.metadata.namespace.clone().unwrap_or_default();
    let api: Api<Pod> = Api::namespaced(shared.client.clone(), &namespace);
    let name = pod.metadata.name.clone().unwrap_or_default();
    let params = DeleteParams::default().grace_period(0);
    let deletion = api.delete(&name, &params);
    let _ = tokio::time::timeout(Duration::from_secs(10), deletion).await;
}

fn begin(shared: &Arc<Shared>, pod: &Pod, node: String, host_ip: Ipv4Addr, tasks: &mut JoinSet<()>) {
    let host_network = pod.spec.as_ref().and_then(|spec| spec.host_network) == Some(true);
    let Some(ip) = (if host_network { Some(host_ip) } else { shared.addresses.take() }) else {
        tracing::warn!("no free pod address is left");
        return;
    };
    let uid = pod.metadata.uid.clone().unwrap_or_default();
    let running = Arc::new(prepare(shared, pod, node, ip, host_ip));
    locked(&shared.running).insert(uid.clone(), Arc::clone(&running));
    running.changed.notify_one();
    let shared = Arc::clone(shared);
    tasks.spawn(async move {
        pod::run(Arc::clone(&running)).await;
        locked(&shared.running).remove(&uid);
        shared.events.forget(&uid);
        if !host_network {
            shared.addresses.give_back(ip);
        }
        for folder in [&running.folder, &running.logs] {
            let _ = std::fs::remove_dir_all(folder);
        }
    });
}

fn prepare(shared: &Arc<Shared>, pod: &Pod, node: String, ip: Ipv4Addr, host_ip: Ipv4Addr) -> Running {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let (namespace, name) = (text(&pod.metadata.namespace), text(&pod.metadata.name));
    let folder = shared.config.dir.join("pods").join(text(&pod.metadata.uid));
    let persistent = shared.config.dir.join("volumes");
    let places = volume::Places { pod: &folder, persistent: &persistent };
    let mounts = volume::mounts(pod, &places, |claim| shared.world.volume_of(&namespace, claim));
    let (init, main) = pod::tracked(pod);
    Running {
        shared: Arc::clone(shared),
        pod: pod.clone(),
        node,
        ip,
        host_ip,
        logs: shared.config.pod_logs.join(format!("{namespace}_{name}")),
        mounts,
        folder,
        started: clock::now(),
        state: Mutex::new(PodState {
            init,
            main,
            sandbox_ready: false,
            evicted: None,
            usage: std::collections::HashMap::new(),
        }),
        changed: Notify::new(),
        stop: watch::Sender::new(Stop::No),
    }
}
