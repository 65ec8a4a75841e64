//! One active target, as vmagent tells it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;

/// An item of `data.activeTargets` of `/api/v1/targets` (VictoriaMetrics v1.131.0, lib/promscrape/targetstatus.go).
///
/// It borrows from the answer's bytes. `discoveredLabels` is passed over: it is the bulk of the answer, and empty
/// unless `-promscrape.dropOriginalLabels=false`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target<'a> {
    /// Labels after relabelling, without the agent's external labels.
    #[serde(borrow, default)]
    pub labels: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    /// The job's name in the agent's configuration: `serviceScrape/<namespace>/<name>/<endpoint index>`.
    #[serde(borrow)]
    pub scrape_pool: Cow<'a, str>,
    /// The URL that is scraped, with its parameters.
    #[serde(borrow)]
    pub scrape_url: Cow<'a, str>,
    /// Text of the last failure; empty when there was none or no scrape yet.
    #[serde(borrow, default)]
    pub last_error: Cow<'a, str>,
    /// RFC 3339 time of the last scrape; 1970-01-01 for a target that was never scraped.
    #[serde(borrow)]
    pub last_scrape: Cow<'a, str>,
    /// Samples in the last scrape.
    #[serde(default)]
    pub last_samples_scraped: u64,
    /// `up` or `down`; a target that was never scraped is `down` too.
    #[serde(borrow)]
    pub health: Cow<'a, str>,
}
