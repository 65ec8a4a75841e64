//! What the tasks of a node share, and what is known of each pod while it runs.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use k8s_openapi::api::core::v1::{ConfigMap, Pod, Secret};
use kube::Client;
use tokio::sync::{Notify, watch};

use super::addresses::Addresses;
use super::config::NodeConfig;
use super::container_state::Tracked;
use super::environment::Lookup;
use super::events::{Recorder, Speaker, Tone};
use super::launch::Launcher;
use super::path_map::PathMap;
use super::process::Usage;
use super::world::World;

/// A lock whose holder panicked is still good here: every critical section leaves whole values.
pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shared by everything that nodes do.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) config: NodeConfig,
    pub(super) world: Arc<World>,
    pub(super) launcher: Launcher,
    pub(super) events: Recorder,
    pub(super) addresses: Addresses,
    /// Pods that run here, by uid.
    pub(super) running: Mutex<HashMap<String, Arc<Running>>>,
}

impl Shared {
    /// All pods that run on any node.
    pub(super) fn pods(&self) -> Vec<Arc<Running>> {
        locked(&self.running).values().cloned().collect()
    }
}

/// Whether a pod is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// It runs on.
    No,
    /// SIGTERM, and SIGKILL after the grace period.
    Within(Duration),
    /// SIGKILL: the node needs what it uses. Its object stays, as one that failed.
    Evicted,
    /// SIGKILL: the object is gone, or the sandbox ends.
    Now,
}

/// What changes while a pod runs.
pub(super) struct PodState {
    pub(super) init: Vec<Tracked>,
    pub(super) main: Vec<Tracked>,
    pub(super) sandbox_ready: bool,
    /// Why the node has ended it.
    pub(super) evicted: Option<String>,
    /// The last look at each container's process.
    pub(super) usage: HashMap<String, Usage>,
}

/// Which container of a pod.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) is_init: bool,
    pub(super) index: usize,
}

/// A pod that runs on one of the nodes.
pub(super) struct Running {
    pub(super) shared: Arc<Shared>,
    /// As it was when it was bound; its spec does not change.
    pub(super) pod: Pod,
    pub(super) node: String,
    pub(super) ip: Ipv4Addr,
    pub(super) host_ip: Ipv4Addr,
    /// Its folder: volumes and the containers' working folders.
    pub(super) folder: PathBuf,
    pub(super) logs: PathBuf,
    /// Mount paths of each container, by name.
    pub(super) mounts: HashMap<String, PathMap>,
    pub(super) started: k8s_openapi::apimachinery::pkg::apis::meta::v1::Time,
    pub(super) state: Mutex<PodState>,
    pub(super) changed: Notify,
    pub(super) stop: watch::Sender<Stop>,
}

impl Running {
    pub(super) fn namespace(&self) -> &str {
        self.pod.metadata.namespace.as_deref().unwrap_or_default()
    }

    pub(super) fn name(&self) -> &str {
        self.pod.metadata.name.as_deref().unwrap_or_default()
    }

    pub(super) fn uid(&self) -> &str {
        self.pod.metadata.uid.as_deref().unwrap_or_default()
    }

    /// `name_namespace(uid)`, as the kubelet prints a pod.
    pub(super) fn printed(&self) -> String {
        format!("{}_{}({})", self.name(), self.namespace(), self.uid())
    }

    /// Changes one container and lets the status follow.
    pub(super) fn update<T>(&self, slot: Slot, change: impl FnOnce(&mut Tracked) -> T) -> T {
        let mut state = locked(&self.state);
        let list = if slot.is_init { &mut state.init } else { &mut state.main };
        let result = change(&mut list[slot.index]);
        drop(state);
        self.changed.notify_one();
        result
    }

    /// Writes an event of this pod's kubelet.
    pub(super) async fn event(&self, container: Option<&str>, tone: Tone, reason: &str, message: &str) {
        let speaker = Speaker::Kubelet(&self.node);
        self.shared.events.record(speaker, &self.pod, container, tone, reason, message).await;
    }
}

impl Lookup for Running {
    fn config_map(&self, name: &str) -> Option<ConfigMap> {
        let found = World::named(&self.shared.world.config_maps, self.namespace(), name)?;
        Some(found.as_ref().clone())
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        let found = World::named(&self.shared.world.secrets, self.namespace(), name)?;
        Some(found.as_ref().clone())
    }
}
