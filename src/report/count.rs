//! How many checks ended in which way.

use crate::check::verdict::Decision;
use crate::event::Outcome;
use crate::record::{CheckRecord, CriterionRecord, Run};

/// The ways in which a check can end, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Judged a failure.
    Failed,
    /// It could not be looked at.
    Errored,
    /// Judged unclear.
    Inconclusive,
    /// A need was not green.
    Blocked,
    /// It was not run for a reason of its own.
    Skipped,
    /// It passed.
    Passed,
    /// The filter left it out.
    LeftOut,
}

/// How a check ended.
pub fn way(check: &CheckRecord) -> Way {
    match &check.outcome {
        _ if !check.was_to_run() => Way::LeftOut,
        Outcome::Judged(verdict) => match verdict.decision {
            Decision::Pass(_) => Way::Passed,
            Decision::Fail(_) => Way::Failed,
            Decision::Inconclusive(_) => Way::Inconclusive,
        },
        Outcome::Errored { .. } => Way::Errored,
        Outcome::Blocked { .. } => Way::Blocked,
        Outcome::Skipped { .. } => Way::Skipped,
    }
}

/// The counts in words with what they count, without the zeros; unproven bullets among them.
pub fn counts(run: &Run) -> Vec<(Option<Way>, String)> {
    let words = [
        (Way::Failed, "failed"),
        (Way::Errored, "errored"),
        (Way::Inconclusive, "inconclusive"),
        (Way::Passed, "passed"),
        (Way::Blocked, "blocked"),
        (Way::Skipped, "skipped"),
        (Way::LeftOut, "left out"),
    ];
    let ways = words
        .into_iter()
        .map(|(way, word)| (Some(way), run.checks.iter().filter(|check| self::way(check) == way).count(), word));
    let unproven = std::iter::once((None, unproven(run).count(), "unproven"));
    ways.chain(unproven)
        .filter(|(_, count, _)| *count > 0)
        .map(|(way, count, word)| (way, format!("{count} {word}")))
        .collect()
}

/// Bullets and criteria without bullets that are unproven: those that stand in the story, not the ones that inherit it.
pub fn unproven(run: &Run) -> impl Iterator<Item = &CriterionRecord> {
    run.criteria.iter().filter(|record| record.is_unproven() && run.bullets(&record.criterion.id).next().is_none())
}

const NO_CHECK: &str = "no check proves it";

/// What to say of a criterion without a check that the filter left out: it is no better than unproven.
pub fn left_out(record: &CriterionRecord) -> String {
    match why_unproven(record) {
        why if why == NO_CHECK => format!("left out by the filter; {NO_CHECK}"),
        why => format!("left out by the filter; {NO_CHECK}: {why}"),
    }
}

/// Why a criterion without a check is unproven.
pub fn why_unproven(record: &CriterionRecord) -> String {
    use crate::plan::Unproven;
    match &record.criterion.unproven {
        Some(Unproven::Open { reason }) => reason.clone(),
        Some(Unproven::Manual { owner, reason }) => format!("to be attested by {owner}: {reason}"),
        None if record.criterion.checks.is_empty() => NO_CHECK.to_owned(),
        None => "its checks were skipped".to_owned(),
    }
}
