//! HTTP through the API server's proxy to a pod, with the server's own words told from the component's.
//!
//! The server hands on a component's answer as it is, whatever its status; where it answers by itself, that is a `Status`
//! object, which no component speaks (`k8s.io/apimachinery/pkg/util/proxy`).

use std::time::Instant;

use http::{HeaderValue, header, response};
use http_body_util::BodyExt;
use hyper::body::Bytes;
use kube::client::Body;

use super::api::Status;
use super::client::{Cluster, with_causes};
use super::endpoint::verb;
use super::forward::{Failure, PodPort};
use super::{Request, forward};
use crate::check::access::Access;
use crate::check::trouble::Trouble;

/// The most of an error's body that is read to see whose it is.
const STATUS_LIMIT: usize = 64 << 10;

/// The head of a component's answer, and its body as far as it was read already.
pub(super) struct Proxied {
    pub(super) head: response::Parts,
    pub(super) ahead: Bytes,
    pub(super) rest: Body,
    pub(super) started: Instant,
}

/// Sends a request with the credentials for the API server, which keeps them to itself.
pub(super) async fn send(cluster: &Cluster, to: &PodPort, request: &Request) -> Result<Proxied, Failure> {
    let message = message(to, request).map_err(Failure::NotSent)?;
    let started = Instant::now();
    let response = cluster.client.send(message).await;
    let response = response.map_err(|error| Failure::Sent(cluster.broken(with_causes(&error))))?;
    let (mut head, mut rest) = response.into_parts();
    let mut ahead = Bytes::new();
    if !head.status.is_success() && is_json(&head) {
        ahead = start_of(&mut rest).await.map_err(|error| Failure::Sent(cluster.broken(with_causes(&error))))?;
        if let Some(status) = Status::read(&ahead) {
            return Err(own_words(cluster, to, request, head.status.as_u16(), &status));
        }
    }
    restore_location(to, &mut head);
    Ok(Proxied { head, ahead, rest, started })
}

/// Path of a pod's port behind the proxy.
fn prefix(to: &PodPort) -> String {
    format!("/api/v1/namespaces/{}/pods/{}:{}/proxy", to.namespace, to.pod, to.port)
}

fn message(to: &PodPort, request: &Request) -> Result<http::Request<Body>, Trouble> {
    let path = format!("{}{}", prefix(to), request.path);
    let mut message = forward::http_request(&path, request, Body::from(request.body.clone()))?;
    // Where a request does not say, the server's own HTTP client asks for gzip, and the component compresses in vain.
    message.headers_mut().entry(header::ACCEPT_ENCODING).or_insert(HeaderValue::from_static("identity"));
    Ok(message)
}

fn is_json(head: &response::Parts) -> bool {
    let kind = head.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("application/json"))
}

async fn start_of(body: &mut Body) -> Result<Bytes, kube::Error> {
    let mut start = Vec::new();
    while start.len() < STATUS_LIMIT
        && let Some(frame) = body.frame().await
    {
        start.extend_from_slice(&frame?.into_data().unwrap_or_default());
    }
    Ok(start.into())
}

/// The proxy puts its own path before that of a redirect.
fn restore_location(to: &PodPort, head: &mut response::Parts) {
    let location = head.headers.get(header::LOCATION).and_then(|location| location.to_str().ok());
    let own = location.and_then(|location| location.split_once(&prefix(to))).map(|(_, own)| own);
    if let Some(own) = own.and_then(|own| HeaderValue::from_str(own).ok()) {
        head.headers.insert(header::LOCATION, own);
    }
}

/// What the API server says when it does not hand a request on, or nothing answers it.
fn own_words(cluster: &Cluster, to: &PodPort, request: &Request, code: u16, status: &Status) -> Failure {
    let said = &status.message;
    match code {
        403 => {
            let rule = Access::new(verb(&request.method), "", "pods/proxy").within(&to.namespace);
            Failure::NotSent(Trouble::Denied { rule, message: said.clone() })
        }
        401 => Failure::NotSent(cluster.stranger(said)),
        404 => Failure::NotSent(to.broken(format!("the pod is gone: {said}"))),
        // A connection that was never made carried nothing.
        _ if said.contains("dial tcp") => Failure::NotSent(to.broken(format!(
            "the API server's proxy cannot reach it ({code}): {said}; if the API server reaches no pod at all, \
             give --access port-forward"
        ))),
        _ => Failure::Sent(to.broken(format!("the API server's proxy answered {code}: {said}"))),
    }
}

#[cfg(test)]
mod tests;
