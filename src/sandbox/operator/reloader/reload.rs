//! Asks the neighbour to read its configuration again.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::args::Args;
use super::metrics::Metrics;

/// Longest wait for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// Waits for the delay, then reloads; the result goes to the metrics and the log.
pub async fn later(args: Args, metrics: Arc<Metrics>) {
    tokio::time::sleep(args.delay).await;
    metrics.started();
    match now(&args).await {
        Ok(()) => {
            metrics.succeeded();
            tracing::info!("reload config ok.");
        }
        Err(error) => {
            metrics.failed();
            tracing::error!("cannot trigger api reload: {error:#}");
        }
    }
}

async fn now(args: &Args) -> Result<()> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let request = hyper::Request::builder().method(args.method.clone()).uri(args.reload.clone()).body(Empty::new())?;
    let answer = tokio::time::timeout(DEADLINE, client.request(request)).await;
    let answer = answer.context("no answer in 10 s")?.context("cannot execute request for reload api")?;
    let status = answer.status();
    if status.as_u16() != 200 && status.as_u16() != 204 {
        let body = tokio::time::timeout(DEADLINE, answer.into_body().collect()).await??.to_bytes();
        bail!("unexpected status code: {}: {} for reload api request", status.as_u16(), String::from_utf8_lossy(&body));
    }
    Ok(())
}
