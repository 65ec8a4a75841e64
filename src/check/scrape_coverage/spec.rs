//! What a suite says of scrape coverage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::waiver::Waiver;
use crate::check::wildcard;
use crate::connect::Endpoint;
use crate::units::Duration;

/// All expected targets of a VMAgent are discovered, up, freshly scraped and stored.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The VMAgent whose coverage is judged.
    pub vmagent: ObjectName,
    /// Where the samples are stored: the VMSingle.
    pub storage: Endpoint,
    /// How old a target's last scrape and its newest stored `up` may be. Default: two scrape intervals and 30 s.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Duration>,
    /// Components that must be scraped, whether or not a scrape CR exists for them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Required>,
    /// Whether ServiceMonitors and PodMonitors are part of it: their kinds must be served, one at least must exist, and each
    /// must have become a scrape CR.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub monitors: bool,
    /// Names of scrape jobs that do not come from scrape CRs, such as those of `inlineScrapeConfig`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_jobs: Vec<String>,
}

/// A namespaced object.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// A component that must be scraped.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Required {
    /// Its name, for people.
    pub name: String,
    /// Name of its scrape pools, with `*` for any text: `podScrape/flux-system/*`.
    pub pool: String,
    /// How many of its targets must be up.
    #[serde(default = "one")]
    pub at_least: u64,
    /// Why it may go unscraped for now: without a scrape CR, without a target, or with targets that are down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
}

fn one() -> u64 {
    1
}

impl Required {
    /// Whether a pool belongs to the component.
    pub fn owns(&self, pool: &str) -> bool {
        wildcard::matches(&self.pool, pool)
    }
}
