//! A small web server that takes what Alertmanager's webhook sends, for as long as one flow lasts.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde::Deserialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};

use super::rule::DELIVER_LABEL;
use crate::check::ours;

/// A larger message is refused: a group of a few alerts has some kilobytes.
const LARGEST: usize = 1 << 20;
/// As many alerts are kept; Alertmanager repeats itself while it is not answered.
const KEPT: usize = 100;
/// One message may take this long.
const LIMIT: Duration = Duration::from_secs(10);

/// What one message said of one alert of ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// When the message was there.
    pub at: Timestamp,
    /// The receiver for which it was sent.
    pub receiver: String,
    /// `firing` or `resolved`.
    pub status: String,
    /// The alert's labels.
    pub labels: BTreeMap<String, String>,
    /// When the alert began, by vmalert's clock.
    pub starts_at: Timestamp,
}

/// What has come so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Received {
    /// Alerts of this flow.
    pub told: Vec<Told>,
    /// How many messages came.
    pub messages: u32,
}

/// The server; it ends when this is dropped.
pub struct Sink {
    received: Arc<Mutex<Received>>,
    task: JoinHandle<()>,
}

/// Alertmanager's message, version 4 (Alertmanager v0.29, notify/webhook and template/template.go).
#[derive(Deserialize)]
struct Message {
    receiver: String,
    alerts: Vec<MessageAlert>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageAlert {
    status: String,
    labels: BTreeMap<String, String>,
    starts_at: Timestamp,
}

impl Sink {
    /// Listens; keeps what is said of alerts with this nonce.
    pub async fn listen(address: SocketAddr, nonce: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let received = Arc::new(Mutex::new(Received::default()));
        let task = tokio::spawn(serve(listener, Arc::clone(&received), nonce.to_owned()));
        Ok(Self { received, task })
    }

    /// What has come so far.
    pub fn received(&self) -> Received {
        self.received.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(listener: TcpListener, received: Arc<Mutex<Received>>, nonce: String) {
    let mut talks = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(talks.spawn(talk(stream, Arc::clone(&received), nonce.clone()))),
            // Out of file descriptors: others may be closed soon.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
        while talks.try_join_next().is_some() {}
    }
}

/// One message a connection: what is sent again and again must not keep one open.
async fn talk(stream: TcpStream, received: Arc<Mutex<Received>>, nonce: String) {
    let service = service_fn(|request| {
        let (received, nonce) = (Arc::clone(&received), nonce.clone());
        async move { Ok::<_, Infallible>(answer(request, &received, &nonce).await) }
    });
    let talk = http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
    // A message that breaks off is sent again.
    let _ = timeout(LIMIT, talk).await;
}

async fn answer(request: Request<Incoming>, received: &Mutex<Received>, nonce: &str) -> Response<Empty<Bytes>> {
    let body = Limited::new(request.into_body(), LARGEST).collect().await;
    let status = match body.ok().and_then(|body| serde_json::from_slice(&body.to_bytes()).ok()) {
        Some(message) => {
            received.lock().unwrap_or_else(PoisonError::into_inner).take(message, nonce, Timestamp::now());
            StatusCode::OK
        }
        None => StatusCode::BAD_REQUEST,
    };
    let mut response = Response::new(Empty::new());
    *response.status_mut() = status;
    response
}

impl Received {
    fn take(&mut self, message: Message, nonce: &str, at: Timestamp) {
        self.messages = self.messages.saturating_add(1);
        let is_ours = |alert: &MessageAlert| {
            [ours::ALERT, DELIVER_LABEL].iter().any(|name| alert.labels.get(*name).is_some_and(|value| value == nonce))
        };
        let room = KEPT.saturating_sub(self.told.len());
        let ours = message.alerts.into_iter().filter(is_ours).take(room);
        self.told.extend(ours.map(|alert| Told {
            at,
            receiver: message.receiver.clone(),
            status: alert.status,
            labels: alert.labels,
            starts_at: alert.starts_at,
        }));
    }
}

#[cfg(test)]
mod tests;
