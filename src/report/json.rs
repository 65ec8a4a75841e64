//! A short summary for scripts: verdict, exit, counts, criteria and checks.

use serde_json::{Value, json};

use super::count;
use crate::record::Run;

/// The summary as pretty JSON. Durations are in seconds.
pub fn json(run: &Run) -> String {
    let criteria: Vec<Value> = run
        .criteria
        .iter()
        .map(|record| json!({"id": record.criterion.id, "state": format!("{:?}", record.state), "text": record.criterion.text}))
        .collect();
    let checks: Vec<Value> = run
        .checks
        .iter()
        .map(|check| {
            json!({
                "id": check.card.id, "trial": check.card.trial(), "sentence": check.card.sentence,
                "way": format!("{:?}", count::way(check)), "outcome": check.outcome, "attempts": check.attempts,
                "took_seconds": check.took_seconds, "evidence": check.evidence, "objects": check.objects,
            })
        })
        .collect();
    let summary = json!({
        "run": run.card.run, "tool": run.card.tool, "suite": run.card.suite, "started": run.started,
        "took_seconds": run.took_seconds, "exit": run.exit().code(), "reason": super::exit::words(run),
        "partial": run.is_partial(), "keep_going": run.card.keep_going, "moves": run.moves, "surroundings": run.surroundings, "revisions": run.revisions, "criteria": criteria, "checks": checks,
    });
    format!("{summary:#}\n")
}
