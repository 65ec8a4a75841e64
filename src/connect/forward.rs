//! HTTP/1.1 over port-forwards, with warm streams kept per pod and port.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use http::{HeaderValue, Method, Response, header};
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use k8s_openapi::api::core::v1::Pod;
use kube::{Api, Client};

use super::client::with_causes;
use super::{Request, message};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

/// Warm streams kept per pod and port.
const KEPT: usize = 16;
/// Streams idle for longer are not used again: VictoriaMetrics closes idle connections after a minute.
const IDLE_LIMIT: Duration = Duration::from_secs(30);
/// How long the word of the kubelet may lag behind the end of the stream.
const NOTE_LAG: Duration = Duration::from_millis(300);

/// A port of a pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PodPort {
    pub(super) namespace: String,
    pub(super) pod: String,
    pub(super) port: u16,
}

/// Warm streams that wait for the next request.
#[derive(Clone, Default)]
pub(super) struct Pool(Arc<Mutex<HashMap<PodPort, Vec<Wire>>>>);

/// One port-forwarded stream, with HTTP on it.
struct Wire {
    sender: SendRequest<Full<Bytes>>,
    /// What the other end says when it cannot carry on, for example that the connection was refused in the pod.
    note: Shared<BoxFuture<'static, Option<String>>>,
    idle_since: Instant,
}

/// A stream in use; given back when the answer was read to its end.
pub(super) struct Lease {
    pool: Pool,
    to: PodPort,
    wire: Wire,
}

/// A failed exchange: whether the component can have seen the request.
pub(super) enum Failure {
    NotSent(Trouble),
    Sent(Trouble),
}

impl Failure {
    pub(super) fn into_trouble(self) -> Trouble {
        match self {
            Self::NotSent(trouble) | Self::Sent(trouble) => trouble,
        }
    }
}

impl Pool {
    /// Sends over a warm stream, or a fresh one; a warm one that turns out to be broken is replaced once.
    pub(super) async fn send(
        &self,
        client: &Client,
        to: &PodPort,
        request: &Request,
    ) -> Result<(Response<Incoming>, Lease, Instant), Failure> {
        while let Some(wire) = self.take(to) {
            match self.exchange(wire, to, request).await {
                Err(Failure::NotSent(_)) => {}
                Err(Failure::Sent(_)) if request.method == Method::GET => {}
                other => return other,
            }
        }
        let wire = dial(client, to).await.map_err(Failure::NotSent)?;
        self.exchange(wire, to, request).await
    }

    /// Makes sure that a stream is kept for the next request.
    pub(super) async fn open(&self, client: &Client, to: &PodPort) -> Result<(), Trouble> {
        let wire = match self.take(to) {
            Some(wire) => wire,
            None => dial(client, to).await?,
        };
        Lease { pool: self.clone(), to: to.clone(), wire }.give_back();
        Ok(())
    }

    async fn exchange(
        &self,
        mut wire: Wire,
        to: &PodPort,
        request: &Request,
    ) -> Result<(Response<Incoming>, Lease, Instant), Failure> {
        let message = to.message(request).map_err(Failure::NotSent)?;
        if wire.sender.ready().await.is_err() {
            return Err(Failure::NotSent(to.broken(wire.last_words("the stream was closed").await)));
        }
        let started = Instant::now();
        let note = wire.note.clone();
        let answer = tokio::select! {
            biased;
            answer = wire.sender.try_send_request(message) => answer,
            Some(note) = note => return Err(Failure::Sent(to.broken(note))),
        };
        match answer {
            Ok(response) => {
                let lease = Lease { pool: self.clone(), to: to.clone(), wire };
                Ok((response, lease, started))
            }
            Err(mut error) => {
                let unsent = error.take_message().is_some();
                let trouble = to.broken(wire.last_words(&with_causes(error.error())).await);
                Err(if unsent { Failure::NotSent(trouble) } else { Failure::Sent(trouble) })
            }
        }
    }

    fn take(&self, to: &PodPort) -> Option<Wire> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wires = kept.get_mut(to)?;
        wires.retain(|wire| wire.idle_since.elapsed() < IDLE_LIMIT && !wire.sender.is_closed());
        wires.pop()
    }
}

impl Lease {
    /// Keeps the stream for the next request.
    pub(super) fn give_back(mut self) {
        let mut kept = self.pool.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wires = kept.entry(self.to).or_default();
        if wires.len() < KEPT && !self.wire.sender.is_closed() {
            self.wire.idle_since = Instant::now();
            wires.push(self.wire);
        }
    }
}

impl Wire {
    /// Why the stream ended: the other end's own words where it sent some.
    async fn last_words(&self, otherwise: &str) -> String {
        match tokio::time::timeout(NOTE_LAG, self.note.clone()).await {
            Ok(Some(note)) => note,
            _ => otherwise.to_owned(),
        }
    }
}

impl PodPort {
    pub(super) fn shown(&self) -> String {
        format!("Pod {}/{} port {}", self.namespace, self.pod, self.port)
    }

    pub(super) fn broken(&self, message: String) -> Trouble {
        Trouble::Broken { to: self.shown(), message: message.trim().to_owned() }
    }

    fn message(&self, request: &Request) -> Result<http::Request<Full<Bytes>>, Trouble> {
        let mut message = http_request(&request.path, request, Full::new(Bytes::from(request.body.clone())))?;
        if let Ok(host) = HeaderValue::from_str(&format!("{}:{}", self.pod, self.port)) {
            message.headers_mut().insert(header::HOST, host);
        }
        Ok(message)
    }
}

async fn dial(client: &Client, to: &PodPort) -> Result<Wire, Trouble> {
    let pods: Api<Pod> = Api::namespaced(client.clone(), &to.namespace);
    let mut forward = pods.portforward(&to.pod, &[to.port]).await.map_err(|error| refused(to, &error))?;
    let missing = || to.broken("the port-forward carries no stream for the port".to_owned());
    let stream = forward.take_stream(to.port).ok_or_else(missing)?;
    let note = forward.take_error(to.port).ok_or_else(missing)?.boxed().shared();
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| to.broken(with_causes(&error)))?;
    // It ends by itself when the sender is dropped or the pod closes the stream.
    tokio::spawn(connection.map(drop));
    Ok(Wire { sender, note, idle_since: Instant::now() })
}

/// Why the API server would not open the port-forward.
fn refused(to: &PodPort, error: &kube::Error) -> Trouble {
    match error {
        kube::Error::Api(status) if status.code == 403 => {
            let verb = if status.message.contains("cannot create resource") { "create" } else { "get" };
            let rule = Access::new(verb, "", "pods/portforward").within(&to.namespace);
            Trouble::Denied { rule, message: message::start_of(status.message.as_bytes()) }
        }
        kube::Error::Api(status) => to.broken(format!(
            "port-forward refused ({}): {}",
            status.code,
            message::start_of(status.message.as_bytes())
        )),
        other => to.broken(format!("no port-forward: {}", with_causes(other))),
    }
}

/// A request as it goes out, except for what the way adds.
pub(super) fn http_request<B>(path: &str, request: &Request, body: B) -> Result<http::Request<B>, Trouble> {
    let mut message = http::Request::builder()
        .method(request.method.clone())
        .uri(path)
        .body(body)
        .map_err(|error| Trouble::Malformed { url: request.path.clone(), message: error.to_string() })?;
    let headers = message.headers_mut();
    headers.extend(request.headers.clone());
    headers.insert(header::USER_AGENT, HeaderValue::from_static(concat!("signoff/", env!("CARGO_PKG_VERSION"))));
    Ok(message)
}
