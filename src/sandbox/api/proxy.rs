//! The API proxy: `services/[SCHEME:]NAME[:PORT]/proxy/PATH` and the same for pods.

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, HeaderName, Uri, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::error::Error;
use std::time::Duration;

use super::forward::reason;
use super::object;
use super::request::Target;
use super::server::Api;
use super::status::Failure;
use super::store::{Key, State};

/// The client with which proxied requests go out.
pub(super) type ProxyClient = Client<HttpConnector, Body>;

/// How long a component may take to accept a connection.
const DIAL: Duration = Duration::from_secs(10);

pub(super) fn client() -> ProxyClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(DIAL));
    Client::builder(TokioExecutor::new()).build(connector)
}

/// Forwards a request to a ready endpoint of a service, or to a pod.
///
/// # Errors
/// 404 without the service, 503 without a ready endpoint, without the port, or when the endpoint cannot be reached.
pub(super) async fn answer(api: &Api, target: &Target, request: Request) -> Result<Response, Failure> {
    let asked = target.name.as_deref().unwrap_or_default();
    let (scheme, name, port) = split(asked)?;
    if scheme == "https" {
        return Err(Failure::not_implemented("the sandbox proxies plain http only"));
    }
    let authority = api.store.read(|state| {
        if target.kind.is("", "pods") {
            of_pod(state, target, name, port)
        } else {
            of_service(state, target, name, port, asked)
        }
    })?;
    let (mut parts, body) = request.into_parts();
    let path = if target.rest.is_empty() { "/" } else { &target.rest };
    let query = parts.uri.query().map(|q| format!("?{q}")).unwrap_or_default();
    parts.uri = format!("http://{authority}{path}{query}")
        .parse::<Uri>()
        .map_err(|e| Failure::bad_request(format!("cannot proxy to {path:?}: {e}")))?;
    parts.version = http::Version::HTTP_11;
    strip(&mut parts.headers);
    parts.headers.remove(header::HOST);
    let sent = api.proxy.request(http::Request::from_parts(parts, body)).await;
    let mut response = sent.map_err(|e| unreachable(&authority, &e))?;
    strip(response.headers_mut());
    Ok(response.map(Body::new))
}

/// `NAME`, `NAME:PORT` or `SCHEME:NAME:PORT`.
fn split(asked: &str) -> Result<(&str, &str, &str), Failure> {
    match asked.split(':').collect::<Vec<_>>().as_slice() {
        [name] => Ok(("http", name, "")),
        [name, port] => Ok(("http", name, port)),
        [scheme @ ("" | "http" | "https"), name, port] => Ok((scheme, name, port)),
        _ => Err(Failure::bad_request(format!("invalid service request {asked:?}"))),
    }
}

fn of_pod(state: &State, target: &Target, name: &str, port: &str) -> Result<String, Failure> {
    let pod = state.get(&Key::new(&target.kind, &target.namespace, name));
    let pod = pod.ok_or_else(|| Failure::not_found(&target.kind, name))?;
    let address = object::text(pod, "/status/podIP");
    if address.is_empty() {
        return Err(Failure::bad_request("address not allowed"));
    }
    let containers = object::items(pod, "/spec/containers");
    let mut ports = containers.iter().flat_map(|c| object::items(c, "/ports"));
    let number = match port {
        "" => ports.next().and_then(|p| p["containerPort"].as_u64()).unwrap_or(80).to_string(),
        port => port.to_owned(),
    };
    Ok(format!("{address}:{number}"))
}

fn of_service(state: &State, target: &Target, name: &str, port: &str, asked: &str) -> Result<String, Failure> {
    let service = state.get(&Key::new(&target.kind, &target.namespace, name));
    let service = service.ok_or_else(|| Failure::not_found(&target.kind, name))?;
    let port_name = port_name(service, port)
        .ok_or_else(|| Failure::unavailable(format!("no service port {port} found for service {name:?}")))?;
    let slices = state.list("discovery.k8s.io", "endpointslices", Some(&target.namespace));
    let mine: Vec<&Value> = slices
        .map(|(_, slice)| &**slice)
        .filter(|slice| {
            slice.pointer("/metadata/labels/kubernetes.io~1service-name").and_then(Value::as_str) == Some(name)
        })
        .collect();
    let found = mine.iter().flat_map(|slice| endpoints(slice, &port_name)).next();
    // Upstream repeats what was asked for only where there are endpoints, ready or not, on some port.
    let filled =
        |slice: &&Value| !object::items(slice, "/endpoints").is_empty() && !object::items(slice, "/ports").is_empty();
    let missed = if mine.iter().any(filled) { asked } else { name };
    found.ok_or_else(|| Failure::unavailable(format!("no endpoints available for service {missed:?}")))
}

/// The name of the service port that is asked for by number; a name is taken as it is, also where no port has it, and so is none
/// at all: it means the port without a name (k8s.io/kubernetes, pkg/registry/core/service/storage).
fn port_name(service: &Value, asked: &str) -> Option<String> {
    let Ok(number) = asked.parse::<u64>() else { return Some(asked.to_owned()) };
    let found = object::items(service, "/spec/ports").iter().find(|p| p["port"].as_u64() == Some(number));
    found.map(|p| object::text(p, "/name").to_owned())
}

/// The addresses of ready endpoints that are pods, as upstream.
fn endpoints(slice: &Value, port_name: &str) -> Vec<String> {
    let mut ports = object::items(slice, "/ports").iter();
    let Some(port) = ports.find(|p| object::text(p, "/name") == port_name).and_then(|p| p["port"].as_u64()) else {
        return Vec::new();
    };
    let ready = |e: &&Value| {
        e.pointer("/conditions/ready").and_then(Value::as_bool).unwrap_or(true)
            && object::text(e, "/targetRef/kind") == "Pod"
    };
    let list = object::items(slice, "/endpoints").iter().filter(ready);
    list.filter_map(|e| object::texts(e, "/addresses").first().map(|a| format!("{a}:{port}"))).collect()
}

/// Headers that belong to one connection only (RFC 9110, 7.6.1).
fn strip(headers: &mut HeaderMap) {
    let listed: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in listed {
        headers.remove(name);
    }
    for name in ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"] {
        headers.remove(name);
    }
}

fn unreachable(authority: &str, error: &hyper_util::client::legacy::Error) -> Failure {
    let mut cause: Option<&(dyn Error + 'static)> = error.source();
    let mut why = error.to_string();
    while let Some(inner) = cause {
        why = match inner.downcast_ref::<std::io::Error>() {
            Some(io) => format!("dial tcp {authority}: connect: {}", reason(io)),
            None => inner.to_string(),
        };
        cause = inner.source();
    }
    Failure::unavailable(format!("error trying to reach service: {why}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_three_forms_of_a_proxied_name_are_understood() {
        assert_eq!(split("vm").unwrap(), ("http", "vm", ""));
        assert_eq!(split("vm:8429").unwrap(), ("http", "vm", "8429"));
        assert_eq!(split("http:vm:web").unwrap(), ("http", "vm", "web"));
        assert_eq!(split("ftp:vm:21").unwrap_err().code, 400);
    }

    #[test]
    fn a_port_is_found_by_name_or_number() {
        let service = json!({"spec": {"ports": [{"name": "http", "port": 8429}, {"name": "graphite", "port": 2003}]}});
        assert_eq!(port_name(&service, "8429").as_deref(), Some("http"));
        assert_eq!(port_name(&service, "graphite").as_deref(), Some("graphite"));
        assert_eq!(port_name(&service, "9"), None);
        assert_eq!(port_name(&service, "").as_deref(), Some(""));
    }

    #[test]
    fn only_ready_pods_are_endpoints() {
        let endpoint = |ip: &str, ready: bool, kind: &str| json!({"addresses": [ip], "conditions": {"ready": ready}, "targetRef": {"kind": kind}});
        let slice = json!({
            "ports": [{"name": "http", "port": 1}],
            "endpoints": [endpoint("127.1.0.1", false, "Pod"), endpoint("127.1.0.2", true, "Node"), endpoint("127.1.0.3", true, "Pod")],
        });
        assert_eq!(endpoints(&slice, "http"), ["127.1.0.3:1"]);
        assert!(endpoints(&slice, "other").is_empty());
    }
}
