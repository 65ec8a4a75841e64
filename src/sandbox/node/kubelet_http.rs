//! A node's kubelet endpoint: HTTPS with a self-signed certificate on port 10250, any bearer token accepted.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::context::{Shared, locked};
use super::exposition::{self, Row};
use super::{memory, quantity, status};

/// The kubelet's port.
pub(super) const PORT: u16 = 10250;
/// A client that does not finish its handshake is dropped.
const HANDSHAKE: Duration = Duration::from_secs(5);

/// Serves in `tasks`.
pub(super) async fn serve(shared: &Arc<Shared>, node: &str, address: Ipv4Addr, tasks: &mut JoinSet<()>) -> Result<()> {
    let acceptor = acceptor(node, address)?;
    let listener = TcpListener::bind((address, PORT))
        .await
        .with_context(|| format!("cannot listen on {address}:{PORT} for node {node}"))?;
    let local = listener.local_addr()?;
    let (ready, handshaken) = mpsc::channel(64);
    tasks.spawn(accept(listener, acceptor, ready));
    let state = (Arc::clone(shared), node.to_owned());
    let app = Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/metrics", get(metrics))
        .route("/metrics/cadvisor", get(cadvisor))
        .route("/metrics/resource", get(resource))
        .with_state(state);
    tasks.spawn(async move {
        let _ = axum::serve(Handshaken { streams: handshaken, local }, app).await;
    });
    Ok(())
}

fn acceptor(node: &str, address: Ipv4Addr) -> Result<TlsAcceptor> {
    let made = rcgen::generate_simple_self_signed([node.to_owned(), address.to_string()])
        .context("cannot make the kubelet's certificate")?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Connections whose handshake is done; handshakes run beside each other, so a slow one holds up none.
struct Handshaken {
    streams: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    local: SocketAddr,
}

impl axum::serve::Listener for Handshaken {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.streams.recv().await {
            Some(stream) => stream,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.local)
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    let mut handshakes = JoinSet::new();
    loop {
        while handshakes.try_join_next().is_some() {}
        let Ok((stream, peer)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        handshakes.spawn(async move {
            if let Ok(Ok(stream)) = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                let _ = ready.send((stream, peer)).await;
            }
        });
    }
}

type Here = State<(Arc<Shared>, String)>;

async fn metrics(State((shared, node)): Here) -> impl IntoResponse {
    let rows = rows(&shared, &node);
    let pods = shared.pods().into_iter().filter(|pod| pod.node == node).count();
    text(exposition::kubelet(&node, pods, rows.len()))
}

async fn cadvisor(State((shared, node)): Here) -> impl IntoResponse {
    text(exposition::cadvisor(&rows(&shared, &node), now()))
}

async fn resource(State((shared, node)): Here) -> impl IntoResponse {
    text(exposition::resource(&rows(&shared, &node), now()))
}

fn text(body: String) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], body)
}

fn now() -> i64 {
    k8s_openapi::jiff::Timestamp::now().as_millisecond()
}

fn rows(shared: &Shared, node: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for running in shared.pods().into_iter().filter(|pod| pod.node == node) {
        let qos = running.pod.spec.as_ref().map_or("BestEffort", status::qos_class);
        for (name, usage) in memory::seen(&running) {
            let state = locked(&running.state);
            let Some(one) = state.main.iter().chain(&state.init).find(|one| one.spec.name == name) else {
                continue;
            };
            let limits = one.spec.resources.as_ref().and_then(|resources| resources.limits.as_ref());
            rows.push(Row {
                namespace: running.namespace().to_owned(),
                pod: running.name().to_owned(),
                uid: running.uid().to_owned(),
                qos,
                container: name,
                id: one.container_id().unwrap_or_default().trim_start_matches("containerd://").to_owned(),
                image: one.image.clone(),
                memory: usage.memory,
                cpu_seconds: usage.cpu.as_secs_f64(),
                limit: limits.and_then(|all| all.get("memory")).and_then(quantity::bytes).unwrap_or(0),
            });
        }
    }
    rows.sort_by(|a, b| (&a.namespace, &a.pod, &a.container).cmp(&(&b.namespace, &b.pod, &b.container)));
    rows
}
