//! Turns VM* objects into workloads, configuration and statuses, as the VictoriaMetrics operator v0.66.1 does.
//!
//! It is a client of the Kubernetes API like any other and knows nothing of the sandbox: it also runs against a real API server.
//! Left out: VMCluster, VMAuth, VMUser, VMAlertmanagerConfig, the logs and traces kinds, conversion of prometheus-operator
//! objects, the admission webhook, leader election.

mod alertmanager_config;
mod app;
mod assets;
mod cluster;
mod controller;
mod duration;
mod events;
mod kinds;
mod merge;
mod metrics;
mod object;
mod options;
pub mod reloader;
mod rollout;
mod rules;
mod scrape;
mod selector;
mod spec_types;
mod status;
mod throttle;
mod yaml;

pub use options::{Images, Options};

use anyhow::{Context, Result};

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
    tokio::try_join!(
        metrics::serve(metrics, options.metrics),
        metrics::serve_health(options.health),
        controllers,
    )?;
    Ok(())
}

/// A client for the API at `KUBERNETES_API`, else from the pod's service account or the kubeconfig.
///
/// # Errors
/// When none of them can be used.
pub async fn client_from_environment() -> Result<kube::Client> {
    let Ok(url) = std::env::var("KUBERNETES_API") else {
        return kube::Client::try_default().await.context("no KUBERNETES_API, service account or kubeconfig to use");
    };
    let uri = url.parse().with_context(|| format!("KUBERNETES_API {url:?}: expected http://HOST:PORT"))?;
    let config = kube::Config::new(uri);
    kube::Client::try_from(config).context("cannot make a client for KUBERNETES_API")
}
