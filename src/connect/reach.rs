//! Sending a request to a component: by the address that was given for it, or by port-forward to one of its pods.

use std::time::Instant;

use super::deadline::Deadline;
use super::forward::Failure;
use super::pods::Place;
use super::stream::{Body, Head};
use super::{Connections, Endpoint, PodAddress, Reply, Request, Stream, Via};
use crate::check::trouble::Trouble;

impl Connections {
    /// Sends a request to one ready pod behind a Service, or to the address given for it.
    pub async fn send(&self, to: &Endpoint, request: Request) -> Result<Reply, Trouble> {
        self.send_streaming(to, request).await?.collect().await
    }

    /// As [`Connections::send`], with the body still to be read.
    pub async fn send_streaming(&self, to: &Endpoint, request: Request) -> Result<Stream, Trouble> {
        let deadline = Deadline::after(request.timeout, to);
        let known = self.inner.resolved.get(to).is_some();
        let first = deadline.keep(self.first(to)).await?;
        match self.exchange(&first, &request, &deadline).await {
            // The pods that were known may be gone by now; nothing was sent, so nothing happens twice.
            Err(Failure::NotSent(Trouble::Broken { .. })) if known => {
                self.inner.resolved.forget(to);
                let first = deadline.keep(self.first(to)).await?;
                self.exchange(&first, &request, &deadline).await.map_err(Failure::into_trouble)
            }
            Err(failure) => {
                self.inner.resolved.forget(to);
                Err(failure.into_trouble())
            }
            Ok(stream) => Ok(stream),
        }
    }

    /// Sends a request to one certain pod, as [`Connections::pods`] names it.
    pub async fn send_to_pod(&self, to: &PodAddress, request: Request) -> Result<Reply, Trouble> {
        self.send_streaming_to_pod(to, request).await?.collect().await
    }

    /// As [`Connections::send_to_pod`], with the body still to be read.
    pub async fn send_streaming_to_pod(&self, to: &PodAddress, request: Request) -> Result<Stream, Trouble> {
        let deadline = Deadline::after(request.timeout, to);
        self.exchange(to, &request, &deadline).await.map_err(Failure::into_trouble)
    }

    pub(super) async fn first(&self, to: &Endpoint) -> Result<PodAddress, Trouble> {
        let mut pods = self.pods(to).await?.into_iter();
        pods.next().ok_or_else(|| Trouble::NoReadyEndpoint { service: to.to_string(), message: "none".to_owned() })
    }

    async fn exchange(&self, to: &PodAddress, request: &Request, deadline: &Deadline) -> Result<Stream, Failure> {
        let head = |status: http::StatusCode, headers, via, started| Head {
            status: status.as_u16(),
            headers,
            via,
            from: to.to_string(),
            path: request.path.clone(),
            started,
        };
        let (head, body) = match &to.place {
            Place::Given { url, shown } => {
                let started = Instant::now();
                let asked = self.inner.given.send(url, shown, request.clone());
                let response = deadline.keep(asked).await.map_err(Failure::Sent)?;
                let head = head(response.status(), response.headers().clone(), Via::Url, started);
                (head, Body::Url(response))
            }
            Place::Pod(pod) => {
                let cluster = self.cluster().map_err(Failure::NotSent)?;
                let asked = async { Ok(self.inner.pool.send(&cluster.client, pod, request).await) };
                let (response, lease, started) = deadline.keep(asked).await.map_err(Failure::Sent)??;
                let (parts, body) = response.into_parts();
                (head(parts.status, parts.headers, Via::PortForward, started), Body::Forward(body, Some(lease)))
            }
        };
        Stream::new(head, body, deadline.clone()).map_err(Failure::Sent)
    }
}

#[cfg(test)]
mod tests;
