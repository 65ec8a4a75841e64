//! What a suite says about latency: where, what is asked, how often, and the limit.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::connect::{Application, Endpoint};
use crate::load::{Quantile, TestPlan};
use crate::units::Duration;

/// What the suite says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where to ask.
    pub endpoint: Endpoint,
    /// Program that must answer there; `vmsingle` by default.
    #[serde(default = "vmsingle")]
    pub component: Application,
    /// The quantile and its limit: `{p95: {below: 2s}}`.
    pub limit: Limit,
    /// The queries that are asked, taking turns.
    pub mix: Vec<MixQuery>,
    /// With or without the server's cache of results; both by default, each with its own figures.
    #[serde(default)]
    pub cache: Cache,
    /// Arrivals per second, evenly spread, at most 500/s; 20/s by default.
    #[serde(default)]
    pub rate: PerSecond,
    /// Requests per pass at most, 59 to 10000; 220 by default. A longer shortest window raises it.
    #[serde(default = "samples")]
    #[schemars(range(min = 59, max = 10_000))]
    #[serde(deserialize_with = "between::<59, 10_000, _>")]
    pub samples: u32,
    /// How long the load lasts.
    #[serde(default)]
    pub window: Window,
    /// Requests in flight at most, 1 to 64; 16 by default.
    #[serde(default = "concurrency")]
    #[schemars(range(min = 1, max = 64))]
    #[serde(deserialize_with = "between::<1, 64, _>")]
    pub concurrency: u32,
    /// How long one request may take once it is sent; 10s by default, at least twice the limit.
    #[serde(default = "timeout")]
    pub timeout: Duration,
}

/// One query of the mix.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MixQuery {
    /// Its name in figures and findings.
    pub name: String,
    /// MetricsQL. It must return something: an empty result proves no latency.
    pub query: String,
    /// Asks `query_range` over this time up to now; an instant query without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Duration>,
    /// Step of a range; 1m by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Duration>,
    /// How often it comes, compared with the others; 1 by default, at most 100.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 100))]
    #[serde(deserialize_with = "between::<1, 100, _>")]
    pub weight: u32,
}

/// Which passes are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// Every request with `nocache=1`.
    Cold,
    /// As a dashboard asks, after each query was asked once.
    Warm,
    /// A cold pass, then a warm one.
    #[default]
    Both,
}

/// How long a pass lasts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WindowText")]
pub struct Window {
    /// No verdict before this, since a stall is one event however many requests it hits; at least 10s.
    pub min: Duration,
    /// No request becomes due after this.
    pub max: Duration,
}

/// A quantile with its bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "BTreeMap<String, Bound>", into = "BTreeMap<String, Bound>")]
#[schemars(with = "BTreeMap<String, Bound>")]
pub struct Limit {
    /// Which quantile.
    pub quantile: Quantile,
    /// Its bound.
    pub bound: Bound,
}

/// What a latency must keep.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    /// Strictly less.
    Below(Duration),
    /// Not more.
    AtMost(Duration),
}

impl Limit {
    /// The shortest latency that breaks it; latencies are whole microseconds.
    pub fn slow_at(self) -> std::time::Duration {
        match self.bound {
            Bound::Below(limit) => limit.0,
            Bound::AtMost(limit) => limit.0 + std::time::Duration::from_micros(1),
        }
    }
}

impl Spec {
    /// The longest that one request may take: a time limit below the limit itself would hide what is asked for.
    pub fn patience(&self) -> std::time::Duration {
        self.timeout.0.max(self.limit.slow_at() * 2)
    }

    /// The test that a pass runs: first and last number of samples at which it may end.
    pub fn test_plan(&self) -> TestPlan {
        let per_second = self.rate.0;
        let first = (self.window.min.as_secs_f64() * per_second).floor() as usize + 1;
        let most = (self.window.max.as_secs_f64() * per_second).floor().max(1.0) as usize;
        TestPlan::new(self.limit.quantile, first.min(most), (self.samples as usize).max(first).min(most))
    }
}

impl TryFrom<BTreeMap<String, Bound>> for Limit {
    type Error = String;

    fn try_from(map: BTreeMap<String, Bound>) -> Result<Self, String> {
        let mut entries = map.into_iter();
        match (entries.next(), entries.next()) {
            (Some((quantile, bound)), None) => Ok(Self { quantile: quantile.parse()?, bound }),
            _ => Err("a limit is one quantile with its bound, such as {p95: {below: 2s}}".to_owned()),
        }
    }
}

impl From<Limit> for BTreeMap<String, Bound> {
    fn from(limit: Limit) -> Self {
        Self::from([(limit.quantile.to_string(), limit.bound)])
    }
}

/// How long a pass lasts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WindowText {
    /// No verdict before this; at least and by default 10s.
    min: Option<Duration>,
    /// No request becomes due after this; 2m by default.
    max: Option<Duration>,
}

/// A shorter window could fall between two stalls.
const SHORTEST: Duration = Duration::seconds(10);

impl Default for Window {
    fn default() -> Self {
        Self { min: SHORTEST, max: Duration::seconds(120) }
    }
}

impl TryFrom<WindowText> for Window {
    type Error = String;

    fn try_from(text: WindowText) -> Result<Self, String> {
        let min = text.min.unwrap_or(SHORTEST);
        let max = text.max.unwrap_or(Self::default().max.max(min));
        if min < SHORTEST {
            Err(format!("the shortest window is {min}: expected at least {SHORTEST}, or a stall is easily missed"))
        } else if max < min {
            Err(format!("the longest window is {max}: expected at least the shortest, {min}"))
        } else {
            Ok(Self { min, max })
        }
    }
}

/// A rate, written `20/s`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PerSecond(pub f64);

impl Default for PerSecond {
    fn default() -> Self {
        Self(20.0)
    }
}

impl FromStr for PerSecond {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let rate: Option<f64> = text.strip_suffix("/s").and_then(|number| number.parse().ok());
        match rate {
            Some(rate) if (0.1..=500.0).contains(&rate) => Ok(Self(rate)),
            _ => Err(format!("`{text}` is not a rate: expected requests per second from 0.1/s to 500/s, such as 20/s")),
        }
    }
}

impl fmt::Display for PerSecond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl<'de> Deserialize<'de> for PerSecond {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for PerSecond {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for PerSecond {
    fn schema_name() -> Cow<'static, str> {
        "PerSecond".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "A rate: 20/s", "pattern": r"^[0-9.]+/s$" })
    }
}

fn between<'de, const MIN: u32, const MAX: u32, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let value = u32::deserialize(deserializer)?;
    if (MIN..=MAX).contains(&value) {
        Ok(value)
    } else {
        Err(serde::de::Error::custom(format!("{value} is out of range: expected {MIN} to {MAX}")))
    }
}

fn vmsingle() -> Application {
    Application::VmSingle
}

fn samples() -> u32 {
    220
}

fn concurrency() -> u32 {
    16
}

fn timeout() -> Duration {
    Duration::seconds(10)
}

fn one() -> u32 {
    1
}

#[cfg(test)]
mod tests;
