//! Asks the agents for their targets and the storage for its newest `up`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::join::{Join, Stored};
use super::seen::AgentSeen;
use super::target::Target;
use super::target_stream::TargetStream;
use crate::check::exposition;
use crate::check::instant;
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Endpoint, PodAddress, Request};

const TARGETS: &str = "/api/v1/targets?state=active";
/// Age of the newest `up` by the storage's own clock.
const AGES: &str = "time() - timestamp(up)";
const VALUES: &str = "up";

/// Asks every vmagent pod behind the Service.
pub async fn agents(
    connections: &Connections,
    endpoint: &Endpoint,
    join: &mut Join,
) -> Result<Vec<AgentSeen>, Trouble> {
    let mut seen = Vec::new();
    for pod in connections.pods(endpoint).await? {
        let name = pod.to_string();
        seen.push(match agent(connections, &pod, join).await {
            Ok((Said { version, last_reload_successful }, active)) => {
                AgentSeen { pod: name, version, last_reload_successful, active, trouble: None }
            }
            Err(trouble) => {
                let version = None;
                AgentSeen { pod: name, version, last_reload_successful: None, active: 0, trouble: Some(trouble) }
            }
        });
    }
    Ok(seen)
}

/// What one pod says of itself.
struct Said {
    version: Option<String>,
    last_reload_successful: Option<bool>,
}

/// What one pod says of itself, and its active targets: asked side by side, since neither waits for the other.
async fn agent(connections: &Connections, pod: &PodAddress, join: &mut Join) -> Result<(Said, u64), Trouble> {
    let (active, said) = futures::try_join!(targets(connections, pod, join), said(connections, pod))?;
    Ok((said, active))
}

async fn said(connections: &Connections, pod: &PodAddress) -> Result<Said, Trouble> {
    let metrics = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let version = exposition::samples(&metrics, "vm_app_version").next();
    Ok(Said {
        version: version.and_then(|sample| sample.labels.get("short_version").cloned()),
        last_reload_successful: exposition::is_one(&metrics, "vm_promscrape_config_last_reload_successful"),
    })
}

/// Joins every active target of the pod while its answer still comes in; gives how many there were.
async fn targets(connections: &Connections, pod: &PodAddress, join: &mut Join) -> Result<u64, Trouble> {
    let at = Timestamp::now();
    let mut active = 0;
    let mut stream = TargetStream::new(|target: Target<'_>| {
        active += 1;
        join.see(&target, at);
    });
    let malformed = |message: String| Trouble::Malformed { url: TARGETS.to_owned(), message };
    let mut answer = connections.send_streaming_to_pod(pod, Request::get(TARGETS)).await?.success().await?;
    while let Some(chunk) = answer.chunk().await? {
        stream.push(&chunk).map_err(malformed)?;
    }
    let summary = stream.finish().map_err(malformed)?;
    if summary.status != "success" {
        return Err(malformed(summary.error.unwrap_or(summary.status)));
    }
    Ok(active)
}

/// Adds the newest `up` of every series to the join.
pub async fn storage(
    connections: &Connections,
    endpoint: &Endpoint,
    external: &[String],
    join: &mut Join,
) -> Result<(), Trouble> {
    let (_, ages) = instant::ask(connections, endpoint, AGES).await?;
    let (_, values) = instant::ask(connections, endpoint, VALUES).await?;
    let mut by_labels: BTreeMap<BTreeMap<String, String>, f64> = BTreeMap::new();
    for mut series in values.series {
        series.labels.remove("__name__");
        let number = series.number();
        by_labels.insert(series.labels, number);
    }
    for series in ages.series {
        let value = by_labels.get(&series.labels).copied().unwrap_or(f64::NAN);
        join.store(&series.labels, external, Stored { age_seconds: series.number(), value });
    }
    Ok(())
}
