//! How full a VMSingle is, and how fast it fills, as its own series tell.
//!
//! Series of VictoriaMetrics v1.131.0, app/vmstorage/main.go. How full it is stands on its page of metrics; the rate is asked of
//! what it has stored of itself, since a page only tells sums since the process started.

use serde::{Deserialize, Serialize};

use crate::check::exposition;
use crate::check::instant::Answer;
use crate::units::Duration;

/// What a VMSingle holds; a number is absent without its series.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Filling {
    /// Samples that it holds: `vm_rows`, those of the index left out.
    pub rows: Option<f64>,
    /// Bytes that they take: `vm_data_size_bytes`, the index left out. Parts in memory count, too: they are on their way.
    pub row_bytes: Option<f64>,
    /// Bytes of the index, which knows every series by its labels and the days on which it was seen.
    pub index_bytes: Option<f64>,
    /// Size of the disk as the process sees it: `vm_total_disk_space_bytes`.
    pub disk_bytes: Option<f64>,
    /// What is free of it, whoever took the rest: `vm_free_disk_space_bytes`.
    pub free_bytes: Option<f64>,
    /// How fast rows come; `None` where it has stored nothing of itself.
    pub growth: Option<Growth>,
}

/// Rates over the time that its own series cover.
#[derive(Debug, Serialize, Deserialize)]
pub struct Growth {
    /// Rows added a second: `vm_rows_added_to_storage_total`.
    pub added: f64,
    /// Rows dropped a second as duplicates when parts are merged: `vm_deduplicated_samples_total{type="merge"}`.
    pub deduplicated: f64,
    /// How long these series go back, in seconds; at most the time that was asked for.
    pub covered_seconds: f64,
    /// How old their newest sample is, in seconds.
    pub age_seconds: f64,
}

/// Reads a page of metrics.
pub(super) fn filling(page: &str) -> Filling {
    let sum = |name: &str, part: &str| {
        let of_part = |kind: &String| kind.starts_with(part);
        let samples = exposition::samples(page, name).filter(|sample| sample.labels.get("type").is_some_and(of_part));
        samples.map(|sample| sample.value).reduce(|a, b| a + b)
    };
    Filling {
        rows: sum("vm_rows", "storage/"),
        row_bytes: sum("vm_data_size_bytes", "storage/"),
        index_bytes: sum("vm_data_size_bytes", "indexdb/"),
        disk_bytes: exposition::value(page, "vm_total_disk_space_bytes"),
        free_bytes: exposition::value(page, "vm_free_disk_space_bytes"),
        growth: None,
    }
}

/// The query for the growth of what these pods hold.
pub(super) fn query(namespace: &str, pods: &[&str], over: Duration) -> String {
    let of = |name: &str| format!("{name}{{namespace={namespace:?},pod=~{:?}}}[{over}]", pods.join("|"));
    let (added, deduplicated) = (of("vm_rows_added_to_storage_total"), of("vm_deduplicated_samples_total"));
    // Two scrape pools may each have stored the series of one pod. Duplicates are also counted where queries pass over them:
    // the larger of both kinds would be none of what is stored.
    let deduplicated = deduplicated.replacen('{', "{type=\"merge\",", 1);
    let parts = [
        ("added", format!("sum(max(rate({added})) by (pod))")),
        ("deduplicated", format!("sum(max(rate({deduplicated})) by (pod))")),
        ("covered", format!("max(tlast_over_time({added}) - tfirst_over_time({added}))")),
        ("age", format!("time() - max(tlast_over_time({added}))")),
    ];
    format!("union({})", parts.map(|(is, part)| format!("label_set({part}, \"is\", {is:?})")).join(", "))
}

/// What the answer tells; nothing where it lacks a number.
pub(super) fn growth(answer: &Answer) -> Option<Growth> {
    let value = |is: &str| {
        let series = answer.series.iter().find(|series| series.labels.get("is").is_some_and(|found| found == is))?;
        Some(series.number()).filter(|number| number.is_finite())
    };
    Some(Growth {
        added: value("added")?,
        // Without duplicates there may be no such series.
        deduplicated: value("deduplicated").unwrap_or(0.0),
        covered_seconds: value("covered")?,
        age_seconds: value("age")?,
    })
}
