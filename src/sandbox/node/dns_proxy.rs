//! Stands in for cluster DNS: an HTTP forward proxy that knows the names of Services.
//!
//! Programs find it by `HTTP_PROXY`, so the real names stay in every flag; nothing on the machine is changed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, Scheme};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::context::Shared;
use super::endpoints::{ServiceName, behind};
use super::world::World;

type Proxy = (Arc<World>, Client<HttpConnector, Body>);

/// Serves in `tasks`.
pub(super) async fn serve(shared: &Arc<Shared>, tasks: &mut JoinSet<()>) -> Result<()> {
    let address = shared.config.proxy_address();
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address} for cluster names"))?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(Duration::from_secs(3)));
    // A pod may be gone the next moment, and its address with it: connections are not kept for long.
    let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(5)).build(connector);
    let app = Router::new().fallback(forward).with_state((Arc::clone(&shared.world), client));
    tasks.spawn(async move {
        let _ = axum::serve(listener, app).await;
    });
    Ok(())
}

async fn forward(State((world, client)): State<Proxy>, mut request: Request) -> Response {
    let target = match resolve(&world, request.uri()) {
        Ok(target) => target,
        Err(text) => return (StatusCode::BAD_GATEWAY, format!("{text}\n")).into_response(),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.scheme = Some(Scheme::HTTP);
    parts.authority = target.to_string().parse::<Authority>().ok();
    match Uri::from_parts(parts) {
        Ok(uri) => *request.uri_mut() = uri,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
    request.headers_mut().remove("proxy-connection");
    match client.request(request).await {
        Ok(response) => response.map(Body::new).into_response(),
        Err(error) => {
            let text = format!("cannot reach {target}: {}\n", anyhow::Error::from(error).root_cause());
            (StatusCode::BAD_GATEWAY, text).into_response()
        }
    }
}

/// The address behind a URL's host and port.
fn resolve(world: &World, uri: &Uri) -> Result<SocketAddr, String> {
    let host = uri.host().ok_or("this is a forward proxy: the request line needs a whole URL")?;
    let port = uri.port_u16().unwrap_or(80);
    if let Ok(ip) = host.trim_matches(['[', ']']).parse() {
        return Ok(SocketAddr::new(ip, port));
    }
    let no_such = || format!("lookup {host}: no such host");
    let name = ServiceName::parse(host).ok_or_else(no_such)?;
    let service = World::named(&world.services, &name.namespace, &name.service).ok_or_else(no_such)?;
    let slices = world.slices_of(&name.namespace, &name.service);
    let slices: Vec<_> = slices.iter().map(AsRef::as_ref).collect();
    let found = behind(&service, &slices, port, name.hostname.as_deref());
    // Any of them will do; the clock spreads the choice without keeping state.
    let pick = usize::try_from(k8s_openapi::jiff::Timestamp::now().subsec_nanosecond() / 1000).unwrap_or(0);
    found
        .get(pick % found.len().max(1))
        .copied()
        .ok_or_else(|| format!("service {}/{} has no ready endpoint for port {port}", name.namespace, name.service))
}
