//! The sidecar that loads configuration: writes a Secret's content to a file, watches folders, asks its neighbour to reload.
//!
//! Source: VictoriaMetrics/operator v0.66.1, cmd/config-reloader.

mod args;
mod config;
mod folders;
mod metrics;
mod reload;

use std::sync::Arc;

use anyhow::Result;
use axum::Router;
use axum::routing::get;
use tokio::sync::mpsc;

use args::Args;
use metrics::Metrics;

use super::metrics::serve_router;

/// Runs the sidecar with the arguments of its container, until stopped; with `--only-init-config` it writes once and ends.
///
/// # Errors
/// When the arguments are wrong, the address is in use, or the first configuration cannot be had.
pub async fn run(client: kube::Client, args: &[String]) -> Result<()> {
    let args = Args::parse(args, |name| std::env::var(name).ok())?;
    let metrics = Arc::new(Metrics::default());
    let (updates, mut received) = mpsc::channel(10);
    let source = match &args.secret {
        Some(secret) => Some(config::start(client, secret, metrics.clone(), updates.clone()).await?),
        None => None,
    };
    if args.only_init {
        tracing::info!("config initiation succeed, exit now");
        return Ok(());
    }
    tracing::info!("starting config reloader");
    let reloads = async {
        while received.recv().await.is_some() {
            // Each change brings its own reload after the delay, also when several come within it.
            tokio::spawn(reload::later(args.clone(), metrics.clone()));
        }
        Ok(())
    };
    let text = metrics.clone();
    let router = Router::new()
        .route("/metrics", get(move || async move { text.render() }))
        .route("/health", get(|| async { "OK" }));
    let folders = async {
        folders::watch(&args.folders, updates).await;
        Ok(())
    };
    let secrets = async {
        match source {
            Some(source) => source.await,
            None => std::future::pending().await,
        }
        Ok(())
    };
    tokio::try_join!(serve_router(router, args.listen), reloads, folders, secrets)?;
    Ok(())
}
