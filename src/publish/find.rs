//! Reports among the ConfigMaps of a namespace: the one that is meant, and those that are too many.

use std::num::NonZeroUsize;

use serde_json::Value;

use super::object::{CUT, EXIT, JOB, RUN};
use super::parcel::{JOURNAL, JUNIT, SUMMARY};

/// A report as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Name of the run.
    pub run: String,
    /// The run's exit code, where the label has one.
    pub exit: Option<u8>,
    /// The summary for people.
    pub summary: String,
    /// The JUnit, unless it did not fit.
    pub junit: Option<String>,
    /// The journal, unless it did not fit.
    pub journal: Option<String>,
    /// What did not fit, in words.
    pub cut: Option<String>,
}

/// The newest report that `named` means: a run, a ConfigMap, a Job, or `latest` for any.
pub fn choose<'a>(reports: &'a [Value], named: &str) -> Option<&'a Value> {
    let means = |report: &&Value| {
        let labels = &report["metadata"]["labels"];
        named == "latest" || name(report) == named || labels[RUN] == named || labels[JOB] == named
    };
    reports.iter().filter(means).max_by_key(|report| name(report))
}

/// Names of the oldest reports beyond those to keep.
pub fn beyond(reports: &[Value], keep: NonZeroUsize) -> Vec<&str> {
    let mut names: Vec<&str> = reports.iter().map(name).collect();
    names.sort_unstable();
    let too_many = names.len().saturating_sub(keep.get());
    names.truncate(too_many);
    names
}

/// Names of reports hold the time of their run, so they sort by it.
fn name(report: &Value) -> &str {
    report["metadata"]["name"].as_str().unwrap_or_default()
}

impl From<&Value> for Fetched {
    fn from(report: &Value) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (labels, data) = (&report["metadata"]["labels"], &report["data"]);
        Self {
            run: text(&labels[RUN]).unwrap_or_default(),
            exit: labels[EXIT].as_str().and_then(|code| code.parse().ok()),
            summary: text(&data[SUMMARY]).unwrap_or_default(),
            junit: text(&data[JUNIT]),
            journal: text(&data[JOURNAL]),
            cut: text(&report["metadata"]["annotations"][CUT]),
        }
    }
}
