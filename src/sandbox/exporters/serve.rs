//! The HTTP side of a stand-in: its metrics, its health, and its faults.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use clap::ValueEnum;
use serde::Deserialize;
use tokio::net::TcpListener;

use super::fault::{Mode, Switch};
use super::page::Page;

/// The media type of Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Time for the answer to `stop` to reach its sender.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Serves `page` at `path`, `/healthz` and friends, and `/-/fault?mode=`, until the process ends.
pub async fn run<F, R>(listener: TcpListener, path: &str, mode: Mode, page: F) -> anyhow::Result<()>
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = anyhow::Result<Page>> + Send + 'static,
{
    super::process::start_time();
    let switch = Arc::new(Switch::new(mode));
    let metrics = switch.clone();
    let handler = move || async move {
        match metrics.answer().await {
            Some(bad) => bad,
            None => answer(page().await),
        }
    };
    serve(listener, Router::new().route(path, get(handler)), switch).await
}

/// Serves a router together with the health and fault paths.
pub async fn serve(listener: TcpListener, router: Router, switch: Arc<Switch>) -> anyhow::Result<()> {
    let admin = switch.clone();
    let mut router =
        router.route("/-/fault", any(move |query: Query<Fault>| async move { change(&admin, &query.mode).await }));
    for path in ["/healthz", "/readyz", "/livez", "/health", "/ready"] {
        let switch = switch.clone();
        router = router
            .route(path, get(move || async move { switch.answer().await.unwrap_or_else(|| "ok\n".into_response()) }));
    }
    if let Ok(address) = listener.local_addr() {
        tracing::info!("listening on {address}");
    }
    axum::serve(listener, router).await.context("the HTTP server ended")
}

#[derive(Deserialize)]
struct Fault {
    mode: String,
}

async fn change(switch: &Switch, name: &str) -> Response {
    let Ok(mode) = Mode::from_str(name, true) else {
        let text = format!("unknown mode `{name}`: expected ok, 500, hang, garbage or stop\n");
        return (StatusCode::BAD_REQUEST, text).into_response();
    };
    switch.set(mode);
    if mode == Mode::Stop {
        // A crash as the kubelet sees it; the orderly way out is a signal.
        tokio::spawn(async {
            tokio::time::sleep(LAST_WORDS).await;
            std::process::exit(1);
        });
    }
    format!("mode is {name}\n").into_response()
}

fn answer(page: anyhow::Result<Page>) -> Response {
    match page {
        Ok(page) => ([(header::CONTENT_TYPE, TEXT)], page.text()).into_response(),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}\n")).into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    async fn ask(address: std::net::SocketAddr, path: &str) -> String {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        text
    }

    #[tokio::test]
    async fn metrics_turn_bad_and_good_again_on_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(run(listener, "/metrics", Mode::Ok, || async {
            let mut page = Page::default();
            page.gauge("up", &[], 1.0);
            Ok(page)
        }));
        assert!(ask(address, "/metrics").await.ends_with("up 1\n"));
        assert!(ask(address, "/-/fault?mode=garbage").await.contains("mode is garbage"));
        assert!(ask(address, "/metrics").await.contains("not = metrics"));
        assert!(ask(address, "/-/fault?mode=nonsense").await.starts_with("HTTP/1.1 400"));
        ask(address, "/-/fault?mode=ok").await;
        assert!(ask(address, "/metrics").await.ends_with("up 1\n"));
        server.abort();
    }
}
