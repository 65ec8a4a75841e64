//! Turns VM* objects into workloads, configuration and statuses, as the VictoriaMetrics operator v0.66.1 does.
//!
//! It is a client of the Kubernetes API like any other and knows nothing of the sandbox: it also runs against a real API server.
//! Left out: VMCluster, VMAuth, VMUser, VMAlertmanagerConfig, the logs and traces kinds, conversion of most kinds of
//! prometheus-operator, the admission webhook, leader election.

mod alertmanager_config;
mod app;
mod assets;
mod cluster;
mod controller;
mod converter;
pub mod duration;
mod events;
mod kinds;
#[cfg(test)]
mod live_tests;
mod merge;
mod metrics;
mod object;
mod options;
mod reloader;
mod rollout;
mod rules;
mod scrape;
mod selector;
mod spec_types;
mod status;
mod throttle;
mod yaml;

pub use options::{Images, Options};
pub use reloader::run as config_reloader;

use anyhow::Result;

/// Runs the operator and its two servers until the future is dropped.
///
/// # Errors
/// When an address for its servers cannot be bound.
pub async fn run(client: kube::Client, options: Options) -> Result<()> {
    let operator = controller::Operator::new(client, options.clone());
    let metrics = operator.metrics.clone();
    let controllers = async {
        controller::run(operator).await;
        Ok(())
    };
    tokio::try_join!(metrics::serve(metrics, options.metrics), metrics::serve_health(options.health), controllers,)?;
    Ok(())
}
