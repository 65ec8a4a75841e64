//! Starts the nodes and ends them: after that no process of theirs is left.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use kube::Client;
use tokio::task::JoinSet;

use super::addresses::Addresses;
use super::config::NodeConfig;
use super::context::{Shared, Stop};
use super::events::Recorder;
use super::launch::Launcher;
use super::world::World;
use super::{dns_proxy, kubelet, kubelet_http, memory, pod, process, registration, scheduler, service_forward};

/// How long processes may take to end by themselves when the sandbox ends.
const GRACE: Duration = Duration::from_secs(2);

/// Running nodes; dropping it kills their processes too, only less orderly than [`Handle::shutdown`].
pub struct Handle {
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
}

/// Starts the nodes of `config` against the API server behind `client`.
///
/// # Errors
/// When an address of the sandbox's block is taken, its folder cannot be written, or the API server refuses the nodes.
pub async fn start(client: Client, config: NodeConfig) -> Result<Handle> {
    for folder in [config.dir.join("pods"), config.dir.join("volumes"), config.pod_logs.clone()] {
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    registration::write_kubeconfig(&config)?;
    let mut tasks = JoinSet::new();
    let world = World::start(&client, &mut tasks);
    let shared = Arc::new(Shared {
        events: Recorder::new(client.clone()),
        launcher: Launcher::start(config.launcher.clone())?,
        addresses: Addresses::new(config.block),
        running: Mutex::default(),
        client,
        config,
        world,
    });
    for node in &shared.config.nodes {
        kubelet_http::serve(&shared, &node.name, shared.config.node_address(node), &mut tasks).await?;
    }
    dns_proxy::serve(&shared, &mut tasks).await?;
    registration::register(&shared).await?;
    tasks.spawn(registration::renew(Arc::clone(&shared)));
    tasks.spawn(scheduler::run(Arc::clone(&shared)));
    tasks.spawn(kubelet::run(Arc::clone(&shared)));
    tasks.spawn(memory::run(Arc::clone(&shared)));
    tasks.spawn(service_forward::run(Arc::clone(&shared)));
    Ok(Handle { shared, tasks })
}

impl Handle {
    /// Ends every process, within a few seconds.
    pub async fn shutdown(mut self) {
        let pods = self.shared.pods();
        for pod in &pods {
            pod.stop.send_replace(Stop::Within(GRACE));
        }
        let ended = async {
            while pods.iter().any(|pod| !pod::pids(pod).is_empty()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let _ = tokio::time::timeout(GRACE + Duration::from_secs(1), ended).await;
        self.tasks.shutdown().await;
        self.kill();
    }

    fn kill(&self) {
        for pid in self.shared.pods().iter().flat_map(|pod| pod::pids(pod)) {
            process::kill(pid);
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.kill();
    }
}
