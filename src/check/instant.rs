//! Asks an instant query, and reads its answer.
//!
//! VictoriaMetrics evaluates at 30 s ago (`-search.latencyOffset`) unless `nocache=1` switches the shift off, and it writes
//! the asked time to every series (VictoriaMetrics v1.131.0, app/vmselect/prometheus/prometheus.go).

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::exposition;
use super::trouble::Trouble;
use crate::connect::{Connections, Endpoint, Reply, Request};

/// The content of `/api/v1/query`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// `vector` for an instant query; a range selector gives a `matrix`.
    pub result_type: String,
    /// The series of a vector.
    pub series: Vec<Series>,
    /// Whether a part of the storage did not answer.
    pub partial: bool,
    /// How many stored series were read for it, where the server says so.
    pub series_fetched: Option<u64>,
    /// How long the server says that it took, in seconds.
    pub execution_seconds: Option<f64>,
}

/// One series of a vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its labels, with `__name__` where it has one.
    pub labels: BTreeMap<String, String>,
    /// When it was evaluated, in seconds since 1970. It says nothing about the age of samples.
    pub at: f64,
    /// The value as the server wrote it: JSON numbers have no NaN.
    pub value: String,
}

/// Asks a component for a query's value now; the reply tells the way and how long it took.
///
/// # Errors
/// A query that is refused comes with the server's own words.
pub async fn ask(connections: &Connections, endpoint: &Endpoint, query: &str) -> Result<(Reply, Answer), Trouble> {
    let request = Request::get_with("/api/v1/query", &[("query", query), ("nocache", "1")]);
    let reply = connections.send(endpoint, request).await?;
    let url = format!("/api/v1/query of `{query}`");
    if reply.status != 200 {
        let start = || String::from_utf8_lossy(&reply.body).chars().take(500).collect();
        let body = refusal(&reply.body).unwrap_or_else(start);
        return Err(Trouble::Refused { url, status: reply.status, body });
    }
    let answer = read(&reply.body).map_err(|message| Trouble::Malformed { url, message })?;
    Ok((reply, answer))
}

#[derive(Deserialize)]
struct Body<'a> {
    status: String,
    #[serde(default)]
    error: String,
    #[serde(borrow)]
    data: Option<Data<'a>>,
    #[serde(default)]
    stats: Stats,
    /// Only clusters say it.
    #[serde(default, rename = "isPartial")]
    partial: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    result_type: String,
    /// Read once its type is known: `up` of a large cluster is tens of megabytes.
    #[serde(borrow)]
    result: &'a RawValue,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Stats {
    /// A string, so that any size survives JavaScript.
    series_fetched: Option<String>,
    execution_time_msec: Option<f64>,
}

#[derive(Deserialize)]
struct Sample {
    metric: BTreeMap<String, String>,
    value: (f64, String),
}

/// Reads an answer.
///
/// # Errors
/// Says what is wrong with it: a status that is not `success`, or data that is not as documented.
pub fn read(body: &[u8]) -> Result<Answer, String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| format!("no answer to a query: {error}"))?;
    if body.status != "success" {
        return Err(format!("status {}: {}", body.status, body.error));
    }
    let data = body.data.ok_or("no data")?;
    let series = match data.result_type.as_str() {
        "vector" => {
            let samples: Vec<Sample> = serde_json::from_str(data.result.get()).map_err(|error| error.to_string())?;
            let series = |Sample { metric, value: (at, value) }| Series { labels: metric, at, value };
            samples.into_iter().map(series).collect()
        }
        _ => Vec::new(),
    };
    Ok(Answer {
        result_type: data.result_type,
        series,
        partial: body.partial,
        series_fetched: body.stats.series_fetched.and_then(|count| count.parse().ok()),
        execution_seconds: body.stats.execution_time_msec.map(|milliseconds| milliseconds / 1000.0),
    })
}

/// The words of a refused query.
fn refusal(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["error"].as_str().map(str::to_owned)
}

impl Series {
    /// Its value as a number; what is none becomes NaN.
    pub fn number(&self) -> f64 {
        self.value.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.labels.get("__name__").map_or("", String::as_str))?;
        f.write_str(&exposition::braced(self.labels.iter().filter(|(name, _)| *name != "__name__")))
    }
}
