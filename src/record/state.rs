//! A run as reports see it: every check with an outcome, every criterion with a state.

use jiff::Timestamp;

use super::criteria::{self, CriterionRecord};
use super::exit::Exit;
use super::moves::Moves;
use crate::check::identity::Identity;
use crate::event::{EndReason, Outcome, Revision, RunCard, UnprovenPolicy};
use crate::plan::{CheckCard, Selection};

/// The fold of all events.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What was known before the first look.
    pub card: RunCard,
    /// When it began.
    pub started: Timestamp,
    /// From the first to the last event, in seconds.
    pub took_seconds: f64,
    /// Where it took place, as named facts.
    pub surroundings: Vec<(String, String)>,
    /// What Flux had fetched and applied, as it was read last.
    pub revisions: Vec<Revision>,
    /// What of it moved while checks were judged.
    pub moves: Moves,
    /// Every criterion and bullet, in the suite's order.
    pub criteria: Vec<CriterionRecord>,
    /// Every check, in the suite's order, the ones that were left out among them.
    pub checks: Vec<CheckRecord>,
    /// How it ended.
    pub end: End,
}

/// One check of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckRecord {
    /// What the suite says of it.
    pub card: CheckCard,
    /// Whether it was to run.
    pub selection: Selection,
    /// How it ended; a check without an end in the journal is an error that says so.
    pub outcome: Outcome,
    /// When its first look began.
    pub started: Option<Timestamp>,
    /// From its start to its end, in seconds; zero where it never started.
    pub took_seconds: f64,
    /// How many looks ended.
    pub attempts: u32,
    /// File of its last evidence, relative to the run's folder.
    pub evidence: Option<String>,
    /// What that evidence speaks of.
    pub objects: Vec<Identity>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// In order, for this reason.
    Ended(EndReason),
    /// The journal has no last line: the program was killed, or the run is still going on.
    CutShort,
}

impl CheckRecord {
    /// Whether it passed.
    pub fn is_green(&self) -> bool {
        self.outcome.is_green()
    }

    /// Whether it was to run, for its own sake or because another needs it.
    pub fn was_to_run(&self) -> bool {
        self.selection.runs()
    }
}

impl Run {
    /// The same run with another suite's checks, and what these say about its criteria.
    pub fn with(&self, card: RunCard, checks: Vec<CheckRecord>) -> Self {
        Self { criteria: criteria::states(&card, &checks), card, checks, ..self.clone() }
    }

    /// The check with this id.
    pub fn check(&self, id: &str) -> Option<&CheckRecord> {
        self.checks.iter().find(|check| check.card.id == id)
    }

    /// The criteria without a parent, each with its place in [`Run::criteria`].
    pub fn tops(&self) -> impl Iterator<Item = &CriterionRecord> {
        self.criteria.iter().filter(|record| record.criterion.parent.is_none())
    }

    /// The bullets of a criterion, in the suite's order.
    pub fn bullets<'a>(&'a self, top: &'a str) -> impl Iterator<Item = &'a CriterionRecord> {
        self.criteria.iter().filter(move |record| record.criterion.parent.as_deref() == Some(top))
    }

    /// Everything that tells what was judged: the surroundings, then every revision of Flux by its object.
    pub fn provenance(&self) -> impl Iterator<Item = (&str, &str)> {
        let facts = self.surroundings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        facts.chain(self.revisions.iter().map(|one| (one.object.as_str(), one.revision.as_str())))
    }

    /// Whether a filter left checks out, so that this run speaks only of a part of the suite.
    pub fn is_partial(&self) -> bool {
        self.checks.iter().any(|check| !check.was_to_run())
    }

    /// The exit code that the run deserves.
    ///
    /// An interruption comes first, then a failed check, then everything that kept a check from being judged, then revisions that
    /// moved meanwhile, then unproven criteria unless the run allows them. In a partial run the criteria that the filter left out do not count:
    /// see [`State::NotRun`](super::State::NotRun).
    pub fn exit(&self) -> Exit {
        match self.end {
            End::Ended(EndReason::Interrupted) => return Exit::Interrupted,
            End::Ended(EndReason::Terminated) => return Exit::Terminated,
            End::Ended(EndReason::Completed | EndReason::DeadlinePassed) | End::CutShort => {}
        }
        let ran = || self.checks.iter().filter(|check| check.was_to_run());
        let unproven = || self.criteria.iter().any(CriterionRecord::is_unproven);
        if ran().any(|check| check.outcome.is_failure()) {
            Exit::Failed
        } else if self.end == End::CutShort || ran().any(|check| !check.is_green() && !check.outcome.is_skip()) {
            Exit::Inconclusive
        } else if !self.moves.is_empty() {
            Exit::Moved
        } else if unproven() && self.card.unproven == UnprovenPolicy::Refused {
            Exit::Unproven
        } else {
            Exit::Proven
        }
    }
}
