//! Asks every Alertmanager for the configuration that it runs with.

use serde::Deserialize;

use super::{Config, Instance, Observation, Spec};
use crate::check::exposition;
use crate::check::route::Shown;
use crate::check::trouble::Trouble;
use crate::connect::{Application, Connections, PodAddress, Request};

/// The answer of `/api/v2/status` (Alertmanager v0.29, api/v2/openapi.yaml).
#[derive(Deserialize)]
struct Status {
    config: Original,
}

#[derive(Deserialize)]
struct Original {
    original: String,
}

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let component = connections.expect(&spec.endpoint, Application::Alertmanager).await?;
    let mut instances = Vec::new();
    for pod in connections.pods(&spec.endpoint).await? {
        instances.push(instance(connections, &pod).await?);
    }
    Ok(Observation { component, instances })
}

async fn instance(connections: &Connections, pod: &PodAddress) -> Result<Instance, Trouble> {
    let metrics = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let reload = exposition::value(&metrics, "alertmanager_config_last_reload_successful");
    let status: Status = connections.send_to_pod(pod, Request::get("/api/v2/status")).await?.json()?;
    Ok(Instance {
        pod: pod.to_string(),
        last_reload_successful: reload.map(|value| value == 1.0),
        config: Shown::read(&status.config.original).map_or_else(Config::Unreadable, Config::Shown),
    })
}
