//! A run as metrics, in the text format of Prometheus: the verdict, and every measured value beside its limit.
//!
//! Labels are the story, the check, and names that the suite fixes, so that a thousand runs make no more series than one. The
//! revision is a label of one series only. Samples bear the time at which the run ended, not the time of the push.

use crate::check::measurement::{Limit, Measurement};
use crate::event::Outcome;
use crate::record::{CheckRecord, Run};
use crate::report::count::{self, Way};
use crate::report::value::suffix;

/// Measured values that are told of one check; a kind with more of them tells the first ones.
const MEASURED: usize = 40;

/// The ways in which a check that was to run can end, each with its name as a label.
const WAYS: [(Way, &str); 6] = [
    (Way::Passed, "passed"),
    (Way::Failed, "failed"),
    (Way::Inconclusive, "inconclusive"),
    (Way::Errored, "errored"),
    (Way::Blocked, "blocked"),
    (Way::Skipped, "skipped"),
];

/// Every sample of a run. Nothing is said of checks that a filter left out; a partial run has no verdict of the story.
pub fn metrics(run: &Run) -> String {
    let mut out = Samples { text: String::new(), at: ended_at(run) };
    let story = [("story", run.card.suite.story.as_str())];
    if !run.is_partial() {
        out.add("signoff_run_exit_code", &story, f64::from(run.exit().code()));
        out.add("signoff_run_duration_seconds", &story, run.took_seconds);
        out.add("signoff_last_run_timestamp_seconds", &story, out.at as f64 / 1000.0);
        out.add("signoff_criteria_unproven", &story, count::unproven(run).count() as f64);
        let suite = run.card.suite.digest.get(..12).unwrap_or(&run.card.suite.digest);
        let revision = fact(run, "revision").unwrap_or_default();
        out.add(
            "signoff_run_info",
            &[story[0], ("revision", revision), ("suite", suite), ("tool", &run.card.tool)],
            1.0,
        );
    }
    for check in run.checks.iter().filter(|check| check.was_to_run()) {
        self::check(&mut out, story[0], check);
    }
    out.text
}

fn check(out: &mut Samples, story: (&str, &str), check: &CheckRecord) {
    let labels = [story, ("check", check.card.id.as_str()), ("kind", check.card.kind.as_str())];
    let ended = count::way(check);
    for (way, name) in WAYS {
        let is = if way == ended { 1.0 } else { 0.0 };
        out.add("signoff_check_outcome", &[labels[0], labels[1], labels[2], ("outcome", name)], is);
    }
    out.add("signoff_check_duration_seconds", &labels, check.took_seconds);
    let Outcome::Judged(verdict) = &check.outcome else { return };
    for measured in verdict.measured.iter().take(MEASURED) {
        let name = format!("{}{}", measured.name, suffix(measured.unit));
        let labels = [labels[0], labels[1], labels[2], ("name", name.as_str())];
        out.add("signoff_check_measured", &labels, measured.value);
        if let Some(limit) = measured.limit {
            out.add("signoff_check_limit", &labels, bound(limit));
        }
        if let Some(margin) = margin(measured) {
            out.add("signoff_check_margin_ratio", &labels, margin);
        }
    }
}

fn bound(limit: Limit) -> f64 {
    match limit {
        Limit::AtMost(bound) | Limit::AtLeast(bound) | Limit::Below(bound) => bound,
    }
}

/// How far a value is from its limit, as a share of the limit: 0.25 where it may grow (or fall) by a quarter of the limit, below
/// zero beyond it. `None` where the limit is zero, or where only the limit itself will do, as for `at least all of them`.
pub fn margin(measured: &Measurement) -> Option<f64> {
    let limit = measured.limit?;
    let (limit, room) = match limit {
        Limit::AtMost(most) | Limit::Below(most) => (most, most - measured.value),
        Limit::AtLeast(least) => (least, measured.value - least),
    };
    let counts = limit != 0.0 && room.is_finite() && !is_exact(measured);
    counts.then(|| room / limit.abs())
}

/// A value that keeps its limit by being equal to it has no margin that could shrink: 4 of 4 pods.
fn is_exact(measured: &Measurement) -> bool {
    matches!(measured.limit, Some(Limit::AtLeast(least)) if measured.value == least)
}

/// The end of the run, in milliseconds since 1970.
fn ended_at(run: &Run) -> i64 {
    run.started.as_millisecond() + (run.took_seconds * 1000.0) as i64
}

fn fact<'a>(run: &'a Run, named: &str) -> Option<&'a str> {
    run.surroundings.iter().find(|(name, _)| name == named).map(|(_, value)| value.as_str())
}

/// Lines of the text format, all of the same time.
struct Samples {
    text: String,
    at: i64,
}

impl Samples {
    /// Adds a sample; a value that is no number is none. Labels without a value are left out.
    fn add(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        if !value.is_finite() {
            return;
        }
        let labels: Vec<String> = labels
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(label, value)| format!("{label}=\"{}\"", escaped(value)))
            .collect();
        self.text.push_str(&format!("{name}{{{}}} {value} {}\n", labels.join(","), self.at));
    }
}

/// A label's value as the text format quotes it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests;
