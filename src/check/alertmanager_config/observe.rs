//! Asks every Alertmanager for the configuration that it runs with.

use super::{Instance, Observation, Spec};
use crate::check::exposition;
use crate::check::route::{self, Config};
use crate::check::trouble::Trouble;
use crate::connect::{Application, Connections, PodAddress, Request};

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
    let config = route::running(connections, pod).await?;
    Ok(Instance {
        pod: pod.to_string(),
        last_reload_successful: exposition::is_one(&metrics, "alertmanager_config_last_reload_successful"),
        config: Config::read(&config),
    })
}
