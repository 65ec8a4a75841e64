//! A reply whose body is read piece by piece, for answers too big to hold.

use std::pin::Pin;
use std::time::{Duration, Instant};

use http::{HeaderMap, header};
use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use tokio::time::Sleep;

use super::client::with_causes;
use super::deadline::Deadline;
use super::forward::Lease;
use super::{Reply, Via};
use crate::check::trouble::Trouble;

/// The most that `send` holds of one body.
const BODY_LIMIT: usize = 256 << 20;

/// The head of a reply, with its body still to come. Dropping it gives up the connection.
pub struct Stream {
    /// HTTP status code.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// The way it goes.
    pub via: Via,
    from: String,
    path: String,
    deadline: Deadline,
    timer: Pin<Box<Sleep>>,
    started: Instant,
    body: Body,
}

/// Where the rest comes from.
pub(super) enum Body {
    Forward(Incoming, Option<Lease>),
    /// What was read ahead, and the rest.
    Proxy(Bytes, kube::client::Body),
    Url(reqwest::Response),
}

/// What is known of a reply before its body.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) via: Via,
    pub(super) from: String,
    pub(super) path: String,
    pub(super) started: Instant,
}

impl Stream {
    pub(super) fn new(head: Head, body: Body, deadline: Deadline) -> Result<Self, Trouble> {
        let Head { status, headers, via, from, path, started } = head;
        match headers.get(header::CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(Trouble::Malformed {
                url: path,
                message: format!("the body is compressed ({encoding:?}), which was not asked for"),
            }),
            _ => {
                let timer = Box::pin(deadline.timer());
                Ok(Self { status, headers, via, from, path, deadline, timer, started, body })
            }
        }
    }

    /// Goes on only with a 2xx; any other status is a refusal with the component's own words.
    pub async fn success(self) -> Result<Self, Trouble> {
        if (200..300).contains(&self.status) { Ok(self) } else { Err(self.collect().await?.refusal()) }
    }

    /// The next piece of the body; `None` at its end.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Trouble> {
        let from = &self.from;
        let broken = |error: &dyn std::error::Error| Trouble::Broken { to: from.clone(), message: with_causes(error) };
        match &mut self.body {
            Body::Url(response) => {
                let next = async { response.chunk().await.map_err(|error| broken(&error.without_url())) };
                self.deadline.keep_by(self.timer.as_mut(), next).await
            }
            Body::Proxy(ahead, _) if !ahead.is_empty() => Ok(Some(std::mem::take(ahead))),
            Body::Proxy(_, rest) => {
                let next = async { data(rest).await.map_err(|error| broken(&error)) };
                self.deadline.keep_by(self.timer.as_mut(), next).await
            }
            Body::Forward(incoming, lease) => {
                let next = async { data(incoming).await.map_err(|error| broken(&error)) };
                let next = self.deadline.keep_by(self.timer.as_mut(), next).await?;
                // Only a connection whose answer was read to the end can carry another one.
                if next.is_none()
                    && let Some(lease) = lease.take()
                {
                    lease.give_back();
                }
                Ok(next)
            }
        }
    }

    /// How long it has taken since the first byte was sent.
    pub fn took(&self) -> Duration {
        self.started.elapsed()
    }

    /// Reads the rest; more than 256 MiB are refused.
    pub async fn collect(mut self) -> Result<Reply, Trouble> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > BODY_LIMIT {
                return Err(Trouble::Malformed {
                    url: self.path,
                    message: format!("the body is larger than {} MiB", BODY_LIMIT >> 20),
                });
            }
            body.extend_from_slice(&chunk);
        }
        let took = self.took();
        Ok(Reply { status: self.status, headers: self.headers, body, took, via: self.via, path: self.path })
    }
}

/// The next piece of a body, past trailers.
async fn data<B: hyper::body::Body<Data = Bytes> + Unpin>(body: &mut B) -> Result<Option<Bytes>, B::Error> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
