//! Asks every Alertmanager for the configuration that it runs with.

use super::parsing::Parsing;
use super::{Instance, Observation, Spec};
use crate::check::exposition;
use crate::check::route::{self, Config};
use crate::check::trouble::Trouble;
use crate::connect::{Application, Connections, PodAddress, Request};

/// Alertmanager's container in a pod of the operator's.
const CONTAINER: &str = "alertmanager";

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let component = connections.expect(&spec.endpoint, Application::Alertmanager).await?;
    let mut instances = Vec::new();
    for pod in connections.pods(&spec.endpoint).await? {
        instances.push(instance(spec, connections, &pod).await?);
    }
    Ok(Observation { component, instances })
}

async fn instance(spec: &Spec, connections: &Connections, pod: &PodAddress) -> Result<Instance, Trouble> {
    let metrics = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let config = route::running(connections, pod).await?;
    Ok(Instance {
        pod: pod.to_string(),
        last_reload_successful: exposition::is_one(&metrics, "alertmanager_config_last_reload_successful"),
        config: Config::read(&config),
        parsing: if spec.parsed_alike { Some(parsing(spec, connections, pod).await?) } else { None },
    })
}

async fn parsing(spec: &Spec, connections: &Connections, pod: &PodAddress) -> Result<Parsing, Trouble> {
    let Some(name) = pod.pod() else { return Ok(Parsing::Untold("it is not known which pod answers".to_owned())) };
    Ok(Parsing::read(&connections.log(&spec.endpoint.namespace, name, CONTAINER).await?))
}
