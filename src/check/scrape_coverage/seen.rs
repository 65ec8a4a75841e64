//! What a look at scrape coverage sees: facts by pool, and each target that is not as expected.

use serde::{Deserialize, Serialize};

use super::discovered::Stage;
use super::job::Defect;
use super::monitors::Monitors;
use crate::check::identity::Identity;
use crate::check::trouble::Trouble;

/// One look at the coverage of a VMAgent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Whether the VMAgent exists.
    pub agent_exists: bool,
    /// The VMAgent and the scrape CRs that it selects, where they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub judged: Vec<Identity>,
    /// How many vmagent pods its spec asks for.
    pub agents_wanted: usize,
    /// Its pods.
    pub agents: Vec<AgentSeen>,
    /// Every pool that should be, and every pool that is.
    pub pools: Vec<PoolSeen>,
    /// Scrape CRs that no VMAgent selects.
    pub unselected: Vec<Refusal>,
    /// Scrape CRs that the operator refused.
    pub refused: Vec<Refusal>,
    /// ServiceMonitors and PodMonitors, where they are asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monitors: Option<Monitors>,
    /// Active targets that nothing in the cluster explains.
    pub unexplained: Vec<Unexplained>,
    /// Why the storage could not be asked.
    pub storage_trouble: Option<Trouble>,
    /// Objects that came, went or moved while the targets were read.
    pub changed: Vec<String>,
    /// Container ports that look like metrics and that no scrape CR selects: `Pod ns/name port (number)`.
    pub uncovered: Vec<String>,
}

/// One vmagent pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AgentSeen {
    /// How it is reached: `Pod observability/vmagent-vmagent-0 port 8429`.
    pub pod: String,
    /// Its version, where it tells one: `v1.131.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `vm_promscrape_config_last_reload_successful`, if it could be read.
    pub last_reload_successful: Option<bool>,
    /// Number of its active targets.
    pub active: u64,
    /// Why it could not be asked.
    pub trouble: Option<Trouble>,
}

/// One scrape pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolSeen {
    /// Its name.
    pub pool: String,
    /// The scrape CR that it comes from.
    pub scrape: String,
    /// Its scrape interval, in seconds.
    pub interval_seconds: f64,
    /// What it should hold.
    pub expected: Expected,
    /// Why vmagent refuses it.
    pub defect: Option<Defect>,
    /// How many targets it holds.
    pub active: u64,
    /// How many of the expected ones are up.
    pub up: u64,
    /// How many of the expected ones are up, freshly scraped and freshly stored.
    pub good: u64,
    /// The age of the oldest of those samples in storage, in seconds.
    pub oldest_stored_seconds: Option<f64>,
    /// Expected targets that are not.
    pub gaps: Vec<Gap>,
}

/// What a pool should hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// Exactly so many targets, each known.
    Exactly(u64),
    /// Between one and so many: its relabelling is not evaluated.
    AtMost(u64),
    /// None, because all are lost at this stage.
    Lost(Stage),
    /// At least one: it discovers outside the cluster.
    AtLeastOne,
}

impl Expected {
    /// Whether a target may be one of them that was not computed.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::AtMost(_) | Self::AtLeastOne)
    }
}

/// One target that is not as expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The URL that should be scraped.
    pub url: String,
    /// How far it came.
    pub lost: Lost,
}

/// How far a target came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    /// No vmagent has it.
    NotDiscovered,
    /// A vmagent has it, and has not scraped it yet.
    NeverScraped,
    /// It is down, with this error.
    Down(String),
    /// It has more samples than its limit allows.
    SampleLimit(String),
    /// It is up, but the last scrape is so many seconds old.
    ScrapedLongAgo(f64),
    /// It is up, but without a single sample.
    NoSamples,
    /// It is up, but storage has no `up` of it.
    NotStored,
    /// Storage has an `up` of it, so many seconds old.
    StoredLongAgo(f64),
    /// Storage says that it is down.
    StoredAsDown,
}

/// A scrape CR that has no effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refusal {
    /// `VMServiceScrape flux-system/controllers`.
    pub scrape: String,
    /// Why.
    pub reason: String,
}

/// An active target that nothing explains.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unexplained {
    /// Its pool.
    pub pool: String,
    /// Its URL.
    pub url: String,
}
