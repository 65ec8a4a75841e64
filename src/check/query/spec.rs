//! What a suite says about a query.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::selector::Selector;
use crate::check::measurement::Limit;
use crate::connect::{Application, Endpoint};
use crate::units::Duration;

/// What is asked, where, and what must come back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Where to ask.
    pub endpoint: Endpoint,
    /// Program that must answer there; `vmsingle` by default.
    #[serde(default = "vmsingle")]
    pub component: Application,
    /// MetricsQL that gives one value per series, asked as an instant query without caches.
    pub query: String,
    /// How many series must come back, and with which labels; at least one by default.
    #[serde(default)]
    pub series: Population,
    /// Bounds that the value of each series must keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Values>,
    /// Values of labels each of which some series must carry: `{job: [kubelet, node-exporter]}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub every: BTreeMap<String, Vec<String>>,
    /// How old the newest sample behind each series may be: `2m` by default; `unknown` gives freshness up.
    #[serde(default)]
    pub newest_sample: NewestSample,
    /// Selector of the series that the query rests on: `up{job="kubelet"}`. Their newest samples tell how fresh the answer
    /// is. Needed unless the query itself is a plain selector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_by: Option<Selector>,
}

/// Which series must come back.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// At least so many; 1 by default.
    #[serde(default = "one")]
    pub at_least: u64,
    /// At most so many. With 0 nothing may come back, and `fresh_by` tells what the absence rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
    /// Labels that each series must carry: `[cluster, namespace]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
}

/// Bounds of a value, in the unit that the query gives.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Values {
    /// Not less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// Not more than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// Strictly less than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// Exactly this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<f64>,
}

/// How old the newest sample may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewestSample {
    /// So old at most.
    AtMost(Duration),
    /// It is not asked for.
    Unknown,
}

impl Spec {
    /// The selector whose samples tell how fresh the answer is; `None` when there is none to ask.
    pub(super) fn freshness(&self) -> Option<Selector> {
        match self.newest_sample {
            NewestSample::Unknown => self.fresh_by.clone(),
            NewestSample::AtMost(_) => self.fresh_by.clone().or_else(|| Selector::of(&self.query)),
        }
    }
}

impl Values {
    /// Its bounds as limits; an exact value is both.
    pub(super) fn limits(&self) -> impl Iterator<Item = Limit> {
        let equals = self.equals.map(|value| [Limit::AtLeast(value), Limit::AtMost(value)]);
        let bounds = [self.at_least.map(Limit::AtLeast), self.at_most.map(Limit::AtMost), self.below.map(Limit::Below)];
        bounds.into_iter().flatten().chain(equals.into_iter().flatten())
    }
}

impl Default for Population {
    fn default() -> Self {
        Self { at_least: one(), at_most: None, labels: Vec::new() }
    }
}

impl Default for NewestSample {
    fn default() -> Self {
        Self::AtMost(Duration::seconds(120))
    }
}

impl FromStr for NewestSample {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "unknown" => Ok(Self::Unknown),
            age => age.parse().map(Self::AtMost).map_err(|error: String| format!("{error}, or `unknown`")),
        }
    }
}

impl<'de> Deserialize<'de> for NewestSample {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for NewestSample {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AtMost(age) => age.serialize(serializer),
            Self::Unknown => serializer.serialize_str("unknown"),
        }
    }
}

impl JsonSchema for NewestSample {
    fn schema_name() -> Cow<'static, str> {
        "NewestSample".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time with its unit (30s, 2m, 1h), or `unknown`",
            "pattern": r"^(unknown|([0-9.]+(ms|s|m|h|d|w|y))+)$"
        })
    }
}

fn vmsingle() -> Application {
    Application::VmSingle
}

fn one() -> u64 {
    1
}
