//! Where a verdict comes from: the run, the suite, the program, the time, the cluster.

use jiff::SignedDuration;

use super::cell::{plain, row};
use crate::record::Run;

/// A table of everything that identifies what was judged, by what, and when.
pub fn provenance(run: &Run) -> String {
    let suite = &run.card.suite;
    let own = [
        ("run", run.card.run.clone()),
        ("tool", run.card.tool.clone()),
        ("host", run.card.host.clone()),
        ("story", suite.story.clone()),
        ("suite", suite.file.clone()),
        ("suite digest", suite.digest.clone()),
        ("time", window(run)),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    let variables = suite.variables.iter().map(|(name, value)| (format!("variable {name}"), value.clone()));
    let around = run.provenance().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let rows = own.chain(variables).chain(around).chain(judged(run));
    let rows: String = rows.map(|(name, value)| row(&[&plain(&name), &plain(&value)])).collect();
    format!("## Provenance\n\n{}|---|---|\n{rows}", row(&["what", "value"]))
}

/// Rows of objects; the journal has all.
const LISTED: usize = 250;

/// The objects that were judged, in every state in which they were seen.
fn judged(run: &Run) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    for object in run.checks.iter().flat_map(|check| &check.objects) {
        let row = (object.object.clone(), object.parts().join("; "));
        if !rows.contains(&row) {
            rows.push(row);
        }
    }
    let more = rows.len().saturating_sub(LISTED);
    rows.truncate(LISTED);
    if more > 0 {
        rows.push((format!("{more} more objects"), "in events.jsonl".to_owned()));
    }
    rows
}

/// From the first to the last event.
fn window(run: &Run) -> String {
    let took = SignedDuration::try_from_secs_f64(run.took_seconds).unwrap_or_default();
    let end = run.started.checked_add(took).unwrap_or(run.started);
    format!("{:.0} to {:.0}", run.started, end)
}
