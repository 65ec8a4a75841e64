//! Judges a run again from what it saved, without a cluster: with its own suite, or with another one.
//!
//! An observation answers the question that was asked when it was made. So saved evidence is judged by a changed check only
//! where that still asks the same (see [`Kind::question`](crate::check::kind::Kind::question)); a check that is new, whose
//! kind or question is another, or that was never looked at is inconclusive. The last look decides, as it did in the run.

mod outcome;
mod saved;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use saved::{Saved, Unusable, evidence};

use crate::check::evidence::Evidence;
use crate::event::RunCard;
use crate::plan::{CheckCard, Selection};
use crate::record::{CheckRecord, Run};
use crate::suite::{Check, Suite};
use outcome::Again;

/// The run as it would have been with the suite `now`. `evidence` reads what was saved of a check, by its id.
///
/// The program that judges is named beside the one that looked where they are not the same.
pub fn rejudge(saved: &Saved, now: Suite, tool: &str, evidence: impl Fn(&str) -> Result<Evidence, String>) -> Run {
    let again = Again { saved, is_same: now.id.digest == saved.run.card.suite.digest, evidence: &evidence };
    let mut done = HashMap::new();
    for check in &now.checks {
        settle(check, &now.checks, &again, &mut done);
    }
    let checks: Vec<CheckRecord> = now.checks.iter().filter_map(|check| done.remove(&check.card.id)).collect();
    let before = &saved.run.card;
    let tool = if before.tool == tool { tool.to_owned() } else { format!("{tool} on evidence of {}", before.tool) };
    let cards = checks.iter().map(|check| (check.card.clone(), check.selection.clone())).collect();
    let card = RunCard { tool, suite: now.id, criteria: now.criteria, checks: cards, ..before.clone() };
    saved.run.with(card, checks)
}

/// Judges a check after those that it needs, so that what is not green blocks as it does in a run.
fn settle(check: &Check, all: &[Check], again: &Again<'_>, done: &mut HashMap<String, CheckRecord>) {
    if done.contains_key(&check.card.id) {
        return;
    }
    // A valid suite has no circles.
    for need in all.iter().filter(|other| check.card.needs.contains(&other.card.id)) {
        settle(need, all, again, done);
    }
    let needs: Vec<&CheckRecord> = check.card.needs.iter().filter_map(|need| done.get(need)).collect();
    let record = again.record(check, &needs);
    done.insert(check.card.id.clone(), record);
}

/// A check that the run did not have.
fn fresh(card: &CheckCard, selection: Selection, outcome: crate::event::Outcome) -> CheckRecord {
    CheckRecord {
        card: card.clone(),
        selection,
        outcome,
        started: None,
        took_seconds: 0.0,
        attempts: 0,
        evidence: None,
        objects: Vec::new(),
    }
}
