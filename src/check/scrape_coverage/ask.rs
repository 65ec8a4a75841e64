//! Asks the agents for their targets and the storage for its newest `up`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;

use super::join::{Join, Stored};
use super::seen::AgentSeen;
use super::target::Target;
use super::target_stream::TargetStream;
use crate::check::exposition;
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Endpoint, PodAddress, Request};

const TARGETS: &str = "/api/v1/targets?state=active";
/// Age of the newest `up` by the storage's own clock. `nocache=1` takes away the 30 s latency offset of instant queries.
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
            Ok((last_reload_successful, active)) => {
                AgentSeen { pod: name, last_reload_successful, active, trouble: None }
            }
            Err(trouble) => AgentSeen { pod: name, last_reload_successful: None, active: 0, trouble: Some(trouble) },
        });
    }
    Ok(seen)
}

async fn agent(connections: &Connections, pod: &PodAddress, join: &mut Join) -> Result<(Option<bool>, u64), Trouble> {
    let metrics = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let reload = exposition::value(&metrics, "vm_promscrape_config_last_reload_successful");
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
    Ok((reload.map(|value| value == 1.0), active))
}

/// A vector of `/api/v1/query`.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    result: Vec<Series<'a>>,
}

#[derive(Deserialize)]
struct Series<'a> {
    metric: BTreeMap<String, String>,
    #[serde(borrow)]
    value: (f64, Cow<'a, str>),
}

impl Series<'_> {
    fn number(&self) -> f64 {
        self.value.1.parse().unwrap_or(f64::NAN)
    }
}

/// Adds the newest `up` of every series to the join.
pub async fn storage(
    connections: &Connections,
    endpoint: &Endpoint,
    external: &[String],
    join: &mut Join,
) -> Result<(), Trouble> {
    let ages = ask(connections, endpoint, AGES).await?;
    let values = ask(connections, endpoint, VALUES).await?;
    let values = parse(&values, VALUES)?;
    let mut by_labels: BTreeMap<BTreeMap<String, String>, f64> = BTreeMap::new();
    for mut series in values {
        series.metric.remove("__name__");
        let number = series.number();
        by_labels.insert(series.metric, number);
    }
    for series in parse(&ages, AGES)? {
        let value = by_labels.get(&series.metric).copied().unwrap_or(f64::NAN);
        join.store(&series.metric, external, Stored { age_seconds: series.number(), value });
    }
    Ok(())
}

async fn ask(connections: &Connections, endpoint: &Endpoint, query: &str) -> Result<String, Trouble> {
    let request = Request::get_with("/api/v1/query", &[("nocache", "1"), ("query", query)]);
    connections.send(endpoint, request).await?.text()
}

fn parse<'a>(text: &'a str, path: &str) -> Result<Vec<Series<'a>>, Trouble> {
    serde_json::from_str::<Answer<'a>>(text)
        .map(|answer| answer.data.result)
        .map_err(|error| Trouble::Malformed { url: path.to_owned(), message: error.to_string() })
}
