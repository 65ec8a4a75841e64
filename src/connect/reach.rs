//! Sending a request to a component, on the way that leads to it.

use std::time::Instant;

use super::deadline::Deadline;
use super::forward::Failure;
use super::pods::Place;
use super::stream::{Body, Head};
use super::{Connections, Endpoint, PodAddress, Reply, Request, Stream, Via, proxy};
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
        Ok(self.behind(to).await?.any)
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
            Place::Address { url, shown, via, .. } => {
                let started = Instant::now();
                let asked = async { Ok(self.inner.given.send(url, shown, request.clone()).await) };
                let response = deadline.keep(asked).await.map_err(Failure::Sent)?;
                let response = response.map_err(|failure| self.with_hint(*via, failure))?;
                (head(response.status(), response.headers().clone(), *via, started), Body::Url(response))
            }
            Place::Forward(pod) => {
                let cluster = self.cluster().map_err(Failure::NotSent)?;
                let asked = async { Ok(self.inner.pool.send(&cluster.client, pod, request).await) };
                let (response, lease, started) = deadline.keep(asked).await.map_err(Failure::Sent)??;
                let (parts, body) = response.into_parts();
                (head(parts.status, parts.headers, Via::PortForward, started), Body::Forward(body, Some(lease)))
            }
            Place::Proxy(pod) => {
                let cluster = self.cluster().map_err(Failure::NotSent)?;
                let asked = async { Ok(proxy::send(cluster, pod, request).await) };
                let answer = deadline.keep(asked).await.map_err(Failure::Sent)?;
                let answer = answer.map_err(|failure| self.neither_way(&pod.namespace, failure))?;
                let parts = answer.head;
                let head = head(parts.status, parts.headers, Via::Proxy, answer.started);
                (head, Body::Proxy(answer.ahead, answer.rest))
            }
        };
        Stream::new(head, body, deadline.clone()).map_err(Failure::Sent)
    }

    /// What keeps a request from an address of the cluster, where nothing else says it.
    fn with_hint(&self, via: Via, failure: Failure) -> Failure {
        let Failure::NotSent(Trouble::Broken { to, message }) = failure else { return failure };
        let inside = self.inner.cluster.as_ref().is_ok_and(|cluster| cluster.inside);
        let hint = match (via, inside) {
            (Via::Dns, true) => "; does a NetworkPolicy keep this Pod from it?",
            (Via::Dns, false) => {
                "; addresses of the cluster lead nowhere from outside of it: give --access port-forward"
            }
            _ => "",
        };
        Failure::NotSent(Trouble::Broken { to, message: format!("{message}{hint}") })
    }

    /// Where the proxy only stands in for a port-forward that was denied, the rule to add is still that of the latter.
    fn neither_way(&self, namespace: &str, failure: Failure) -> Failure {
        match (failure, self.inner.ways.denied(namespace)) {
            (
                Failure::NotSent(Trouble::Denied { rule: other, message: too }),
                Some(Trouble::Denied { rule, message }),
            ) => {
                let message = format!("{message}; nor to {other}: {too}");
                Failure::NotSent(Trouble::Denied { rule, message })
            }
            (failure, _) => failure,
        }
    }
}

#[cfg(test)]
mod tests;
