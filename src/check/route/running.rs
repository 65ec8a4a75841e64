//! Asks Alertmanager for the configuration that it runs with (Alertmanager v0.29, api/v2/openapi.yaml).

use serde::Deserialize;

use crate::check::trouble::Trouble;
use crate::connect::{Connections, PodAddress, Request};

/// Where Alertmanager shows its configuration.
pub const STATUS: &str = "/api/v2/status";

#[derive(Deserialize)]
struct Status {
    config: Original,
}

#[derive(Deserialize)]
struct Original {
    original: String,
}

/// The configuration that runs, as YAML; secrets and the addresses of webhooks are masked in it.
///
/// # Errors
/// An answer without a configuration is malformed.
pub async fn running(connections: &Connections, pod: &PodAddress) -> Result<String, Trouble> {
    let status: Status = connections.send_to_pod(pod, Request::get(STATUS)).await?.json()?;
    Ok(status.config.original)
}
