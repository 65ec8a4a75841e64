//! The table: criterion, outcome, what was measured against its limit, evidence.

use super::cell::{link, plain, row};
use super::{state, way};
use crate::check::verdict::Decision;
use crate::event::Outcome;
use crate::record::{CheckRecord, CriterionRecord, Run, State};
use crate::report::{count, value};

/// Every criterion, with its bullets below it.
pub fn table(run: &Run) -> String {
    let mut out = row(&["criterion", "outcome", "measured against limit", "evidence"]);
    out += "|---|---|---|---|\n";
    for top in run.tops() {
        out += &line(run, top, true);
        out += &run.bullets(&top.criterion.id).map(|bullet| line(run, bullet, false)).collect::<String>();
    }
    out
}

fn line(run: &Run, record: &CriterionRecord, is_top: bool) -> String {
    let id = plain(&record.criterion.id);
    let id = if is_top { format!("**{id}**") } else { id };
    let checks: Vec<&CheckRecord> = record.criterion.checks.iter().filter_map(|id| run.check(id)).collect();
    let is_heading = checks.is_empty() && run.bullets(&record.criterion.id).next().is_some();
    let measured = match checks.is_empty() {
        true if is_heading => String::new(),
        true if record.state == State::NotRun => plain(&count::left_out(record)),
        true => plain(&count::why_unproven(record)),
        false => breaks(checks.iter().map(|check| measured(run, check))),
    };
    let evidence = checks.iter().filter_map(|check| Some(link(&check.card.id, check.evidence.as_ref()?)));
    let criterion = format!("{id} {}", plain(&record.criterion.text));
    row(&[&criterion, state(record.state), &measured, &breaks(evidence)])
}

fn breaks(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("<br>")
}

/// A check: how it ended and its sentence, what it examined, and what it measured against a limit.
fn measured(run: &Run, check: &CheckRecord) -> String {
    let verdict = match &check.outcome {
        Outcome::Judged(verdict) => Some(verdict),
        Outcome::Errored { .. } | Outcome::Blocked { .. } | Outcome::Skipped { .. } => None,
    };
    let examined = match verdict.map(|verdict| &verdict.decision) {
        Some(Decision::Pass(examined)) => Some(value::examined(examined)),
        // What was found is told below the table.
        Some(Decision::Fail(_) | Decision::Inconclusive(_)) => None,
        None => reason(run, check),
    };
    let limited = verdict.iter().flat_map(|verdict| &verdict.measured).filter(|measured| measured.limit.is_some());
    let parts: Vec<String> =
        examined.into_iter().chain(limited.map(value::measurement)).map(|part| plain(&part)).collect();
    let told = if parts.is_empty() { String::new() } else { format!(": {}", parts.join("; ")) };
    format!("{}: {}{told}", way(check), plain(&check.card.sentence))
}

/// Why a check was not judged, where that is short; errors are told below the table.
fn reason(run: &Run, check: &CheckRecord) -> Option<String> {
    match &check.outcome {
        Outcome::Blocked { by } => {
            let root = |id: &String| match run.check(id) {
                Some(root) => format!("{id} ({})", root.card.sentence),
                None => id.clone(),
            };
            Some(format!("by {}", by.iter().map(root).collect::<Vec<_>>().join(", ")))
        }
        Outcome::Skipped { reason } => Some(reason.clone()),
        Outcome::Judged(_) | Outcome::Errored { .. } => None,
    }
}
