//! Reads the answer of `/api/v1/query`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::observation::{Answer, Series};

#[derive(Deserialize)]
struct Body {
    status: String,
    #[serde(default)]
    error: String,
    data: Option<Data>,
    #[serde(default)]
    stats: Stats,
    /// Only clusters say it.
    #[serde(default, rename = "isPartial")]
    partial: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: Value,
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

/// Reads an answer; the error says what is wrong with it.
pub(super) fn read(body: &[u8]) -> Result<Answer, String> {
    let body: Body = serde_json::from_slice(body).map_err(|error| format!("no answer to a query: {error}"))?;
    if body.status != "success" {
        return Err(format!("status {}: {}", body.status, body.error));
    }
    let data = body.data.ok_or("no data")?;
    let series = match data.result_type.as_str() {
        "vector" => {
            let samples: Vec<Sample> = serde_json::from_value(data.result).map_err(|error| error.to_string())?;
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
pub(super) fn error(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body["error"].as_str().map(str::to_owned)
}
