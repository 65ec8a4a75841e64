//! Reads the flags from the series `flag{name=..,value=..}`, which hold defaults too.

use super::{Instance, Observation, Spec};
use crate::check::exposition;
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Request};

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    connections.expect(&spec.endpoint, spec.component).await?;
    let mut instances = Vec::new();
    for pod in connections.pods(&spec.endpoint).await? {
        let component = connections.identify_pod(&pod).await?;
        let page = connections.send_to_pod(&pod, Request::get("/metrics")).await?.text()?;
        let named = spec.flags.keys().filter_map(|name| Some((name.clone(), exposition::flag(&page, name)?)));
        let shown = exposition::samples(&page, "flag").count();
        instances.push(Instance { pod: pod.to_string(), component, shown, flags: named.collect() });
    }
    Ok(Observation { instances })
}
