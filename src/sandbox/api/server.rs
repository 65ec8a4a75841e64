//! The listening server, and what its handlers share.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::serve::ListenerExt;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::audit::Audit;
use super::create::create;
use super::prepare::Validation;
use super::proxy::{self, ProxyClient};
use super::store::Store;
use super::write::{Options, Ownership};
use super::{collect, handle};

/// What the API needs to know.
#[derive(Debug, Clone)]
pub struct ApiConfig {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The folder with the logs of containers: `NAMESPACE_POD/CONTAINER.log` and `.previous.log`.
    pub pod_logs: PathBuf,
    /// `N` of the sandbox's block 127.N.0.0/16; services get addresses 127.N.96.1 to 127.N.127.254.
    pub service_block: u8,
}

/// A running API server; it stops when dropped, or in order by [`ApiServer::shutdown`].
#[derive(Debug)]
pub struct ApiServer {
    /// `http://ADDRESS:PORT`, without a trailing slash.
    pub url: String,
    closing: watch::Sender<bool>,
    server: JoinHandle<()>,
    collector: JoinHandle<()>,
}

/// What all handlers share.
pub(super) struct Api {
    pub(super) store: Arc<Store>,
    pub(super) pod_logs: PathBuf,
    pub(super) address: String,
    pub(super) proxy: ProxyClient,
    pub(super) audit: Audit,
    /// Tells streams to end.
    pub(super) closing: watch::Sender<bool>,
}

impl Api {
    pub(super) fn closing_now(&self) -> bool {
        *self.closing.borrow()
    }
}

/// How long open requests may take to end at shutdown.
const PATIENCE: Duration = Duration::from_secs(2);

/// Starts the API on its address, with the namespaces that every cluster has.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn start(config: ApiConfig) -> anyhow::Result<ApiServer> {
    start_with(config, Audit::default()).await
}

/// As [`start`], with every request about objects written to the file `audit`, a JSON object a line (audit.k8s.io/v1).
/// The sandbox's own rooms are left out.
///
/// # Errors
/// Also when the file cannot be written.
pub async fn start_audited(config: ApiConfig, audit: &Path) -> anyhow::Result<ApiServer> {
    start_with(config, Audit::at(audit)?).await
}

async fn start_with(config: ApiConfig, audit: Audit) -> anyhow::Result<ApiServer> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {} for the sandbox's Kubernetes API", config.listen))?;
    let address = listener.local_addr().context("cannot read the API's own address")?.to_string();
    let store = Arc::new(Store::new(config.service_block));
    bootstrap(&store);
    let closing = watch::Sender::new(false);
    let api = Arc::new(Api {
        store: store.clone(),
        pod_logs: config.pod_logs,
        address: address.clone(),
        proxy: proxy::client(),
        audit,
        closing: closing.clone(),
    });
    let router = Router::new().fallback(handle::handle).with_state(api);
    // Without this each small answer on a kept connection can wait 40 ms for an acknowledgement.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let mut end = closing.subscribe();
    let server = tokio::spawn(async move {
        let ended = async move {
            let _ = end.wait_for(|closing| *closing).await;
        };
        if let Err(error) = axum::serve(listener, router).with_graceful_shutdown(ended).await {
            tracing::error!(%error, "the sandbox's Kubernetes API stopped");
        }
    });
    let collector = tokio::spawn(collect::run(store));
    Ok(ApiServer { url: format!("http://{address}"), closing, server, collector })
}

fn bootstrap(store: &Store) {
    let options =
        Options { dry_run: false, manager: "kube-apiserver".to_owned(), force: false, validation: Validation::Ignore };
    store.write(|state| {
        let Some(kind) = state.registry.any("", "namespaces") else {
            return;
        };
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            let namespace: Value = json!({"metadata": {"name": name}});
            // The store is empty and the names are good.
            let _ = create(state, &kind, "", namespace, Ownership::Record, &options);
        }
    });
}

impl ApiServer {
    /// The text of a kubeconfig that reaches this server with kubectl or any client.
    #[must_use]
    pub fn kubeconfig(&self) -> String {
        format!(
            "apiVersion: v1\nkind: Config\nclusters:\n- name: signoff-sandbox\n  cluster:\n    server: {}\n\
             contexts:\n- name: signoff-sandbox\n  context:\n    cluster: signoff-sandbox\n    user: signoff\n\
             users:\n- name: signoff\n  user: {{}}\ncurrent-context: signoff-sandbox\n",
            self.url
        )
    }

    /// Ends all streams, waits a moment for open requests, and stops.
    pub async fn shutdown(mut self) {
        self.closing.send_replace(true);
        if tokio::time::timeout(PATIENCE, &mut self.server).await.is_err() {
            // Awaited, so that nothing listens any more when this returns.
            self.server.abort();
            let _ = (&mut self.server).await;
        }
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        self.closing.send_replace(true);
        self.server.abort();
        self.collector.abort();
    }
}
