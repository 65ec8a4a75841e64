//! What the outcomes of checks say about the criteria that they prove.

use super::state::CheckRecord;
use crate::check::verdict::Decision;
use crate::event::{Outcome, RunCard};
use crate::plan::Criterion;

/// A criterion or bullet with its state.
#[derive(Clone, Debug, PartialEq)]
pub struct CriterionRecord {
    /// What the suite says of it.
    pub criterion: Criterion,
    /// What the run says of it.
    pub state: State,
}

/// What a run says about a criterion, the strongest first: a criterion is what the first of its parts is in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// A check of it failed.
    Failed,
    /// A check of it could not be judged or not be looked at.
    Inconclusive,
    /// A check of it waited for another that was not green.
    Blocked,
    /// No check proves it, or its checks were skipped.
    Unproven,
    /// The filter left it out: nothing is said about it. A bullet without a check counts as left out, too, where the filter
    /// does not ask for it by its id, unless every check of its whole criterion ran.
    NotRun,
    /// All its checks passed.
    Proven,
}

impl CriterionRecord {
    /// Whether this is itself an unproven bullet or criterion, not only one that has such bullets.
    pub fn is_unproven(&self) -> bool {
        self.state == State::Unproven
    }
}

/// Gives every criterion its state, in the order given.
pub(super) fn states(card: &RunCard, checks: &[CheckRecord]) -> Vec<CriterionRecord> {
    let criteria = &card.criteria;
    let partial = checks.iter().any(|check| !check.was_to_run());
    // Older journals do not tell what was asked for by id.
    let named = |id: &String| card.left_out.as_ref().is_some_and(|left_out| !left_out.contains(id));
    criteria
        .iter()
        .map(|criterion| {
            let family = family(criteria, criterion);
            let whole = !partial || family_ran(&family, checks);
            let asked = |criterion: &Criterion| whole || named(&criterion.id);
            let bullets = criteria.iter().filter(|bullet| bullet.parent.as_deref() == Some(&criterion.id));
            let parts = bullets.map(|bullet| own(bullet, checks, asked(bullet)));
            let mine = (!criterion.checks.is_empty()).then(|| own(criterion, checks, asked(criterion)));
            let state = parts.chain(mine).min().unwrap_or_else(|| own(criterion, checks, asked(criterion)));
            CriterionRecord { criterion: criterion.clone(), state }
        })
        .collect()
}

/// The top-level criterion of `of`, and all its bullets.
fn family<'a>(criteria: &'a [Criterion], of: &Criterion) -> Vec<&'a Criterion> {
    let top = of.parent.as_deref().unwrap_or(&of.id);
    criteria.iter().filter(|other| other.id == top || other.parent.as_deref() == Some(top)).collect()
}

/// Whether the family has checks and every one of them was to run.
fn family_ran(family: &[&Criterion], checks: &[CheckRecord]) -> bool {
    let mut ids = family.iter().flat_map(|criterion| &criterion.checks).peekable();
    ids.peek().is_some() && ids.all(|id| checks.iter().any(|check| &check.card.id == id && check.was_to_run()))
}

/// What a criterion's own checks say about it.
fn own(criterion: &Criterion, checks: &[CheckRecord], asked: bool) -> State {
    let states = criterion.checks.iter().filter_map(|id| checks.iter().find(|check| &check.card.id == id)).map(proves);
    states.min().unwrap_or(if asked { State::Unproven } else { State::NotRun })
}

/// What one check says about the criteria that it proves.
fn proves(check: &CheckRecord) -> State {
    match &check.outcome {
        _ if !check.was_to_run() => State::NotRun,
        Outcome::Judged(verdict) => match verdict.decision {
            Decision::Pass(_) => State::Proven,
            Decision::Fail(_) => State::Failed,
            Decision::Inconclusive(_) => State::Inconclusive,
        },
        Outcome::Errored { .. } => State::Inconclusive,
        Outcome::Blocked { .. } => State::Blocked,
        Outcome::Skipped { .. } => State::Unproven,
    }
}
