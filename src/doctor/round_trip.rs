//! What the way to a component adds to every request.

use std::time::Duration;

use crate::check::trouble::Trouble;
use crate::connect::{Application, Connections, Endpoint, Request};

/// Requests of which the median is taken.
const REQUESTS: usize = 20;

/// The median time of a request that costs the program next to nothing, over a connection that is open already.
pub async fn round_trip(
    connections: &Connections,
    endpoint: &Endpoint,
    application: Option<Application>,
) -> Result<Duration, Trouble> {
    let path = match application {
        Some(Application::Alertmanager) => "/-/healthy",
        // An unknown program may have no such page, which is refused below.
        Some(Application::VmSingle | Application::VmAgent | Application::VmAlert) | None => "/health",
    };
    let mut took = Vec::with_capacity(REQUESTS);
    for _ in 0..REQUESTS {
        let reply = connections.send(endpoint, Request::get(path)).await?;
        took.push(reply.took);
        reply.text()?;
    }
    took.sort_unstable();
    Ok(took[REQUESTS / 2])
}
