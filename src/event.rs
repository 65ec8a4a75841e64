//! What happens in a run, as the journal keeps it: owned, serialisable, one line each.

mod surroundings;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::identity::Identity;
use crate::check::verdict::{Decision, Verdict};
use crate::plan::{CheckCard, Criterion, Selection, SuiteId};
pub use surroundings::{Reading, Revision, Surroundings, Swept};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub what: What,
}

/// What can happen in a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The run began; everything that is known before the first look.
    RunStarted(Box<RunCard>),
    /// The cluster, its components and their versions, and the ways to them, as they become known.
    Surroundings(Surroundings),
    /// What Flux had fetched and applied, read once more: when a check that waits for it had passed, and at the end.
    Reread(Reading),
    /// What killed runs had left was looked for, and something was found or something went wrong.
    Swept(Swept),
    /// A check's first look began.
    CheckStarted {
        /// Id of the check.
        check: String,
    },
    /// A look ended.
    Looked {
        /// Id of the check.
        check: String,
        /// Which attempt it was, from 1.
        attempt: u32,
        /// How long it took, in seconds.
        took_seconds: f64,
        /// What judging gave, or why there was nothing to judge.
        result: LookResult,
    },
    /// What the last evidence of a check speaks of.
    Identified {
        /// Id of the check.
        check: String,
        /// The objects, as they were.
        objects: Vec<Identity>,
    },
    /// A check ended.
    CheckEnded {
        /// Id of the check.
        check: String,
        /// How it ended.
        outcome: Outcome,
        /// From its start to its end, in seconds.
        took_seconds: f64,
        /// File of its last evidence, relative to the run's folder.
        evidence: Option<String>,
    },
    /// The run ended in order; a journal without this line was cut short.
    RunEnded {
        /// Why it ended.
        reason: EndReason,
    },
}

/// What is known of a run before the first look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunCard {
    /// Unique name, also of its folder: `20261125T013000Z-4f2a`.
    pub run: String,
    /// Name and version of this program.
    pub tool: String,
    /// Name of the machine that it runs on.
    pub host: String,
    /// The suite.
    pub suite: SuiteId,
    /// Its criteria.
    pub criteria: Vec<Criterion>,
    /// Its checks with their selection.
    pub checks: Vec<(CheckCard, Selection)>,
    /// Ids of the criteria and bullets that a filter left out by name; `None` in journals that do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Vec<String>>,
    /// Whether unproven criteria keep the run from exit 0.
    pub unproven: UnprovenPolicy,
    /// Whether checks were judged whatever became of those that they need.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_going: bool,
    /// The longest that the whole run may take, in seconds.
    pub deadline_seconds: f64,
}

/// What unproven criteria do to a run's exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnprovenPolicy {
    /// They make it inconclusive.
    Refused,
    /// They are shown, no more.
    Allowed,
}

/// The result of one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookResult {
    /// It was judged.
    Judged(Verdict),
    /// It could not be made.
    Errored(String),
}

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// With a verdict.
    Judged(Verdict),
    /// It could not be looked at.
    Errored {
        /// Why.
        error: String,
    },
    /// A check that it needs was not green.
    Blocked {
        /// Ids of the checks at the root: those that were looked at and were not green.
        by: Vec<String>,
    },
    /// It was not run.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// All checks ended.
    Completed,
    /// The run's deadline passed.
    DeadlinePassed,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

impl Event {
    /// Something that happens now.
    pub fn now(what: What) -> Self {
        Self { at: Timestamp::now(), what }
    }
}

impl LookResult {
    /// The look in one line: that it passed, its first finding, or its error.
    pub fn summary(&self) -> String {
        match self {
            Self::Judged(verdict) => summary(verdict),
            Self::Errored(error) => error.clone(),
        }
    }
}

impl Outcome {
    /// Whether it is a pass.
    pub fn is_green(&self) -> bool {
        matches!(self, Self::Judged(verdict) if verdict.is_pass())
    }

    /// The checks at the root for one that needs this check: none when it is green, else what blocked it, or `own`, its id.
    pub fn roots(&self, own: &str) -> BTreeSet<String> {
        match self {
            green if green.is_green() => BTreeSet::new(),
            Self::Blocked { by } => by.iter().cloned().collect(),
            _ => [own.to_owned()].into(),
        }
    }

    /// Whether it is a judged failure.
    pub fn is_failure(&self) -> bool {
        matches!(self, Self::Judged(verdict) if matches!(verdict.decision, Decision::Fail(_)))
    }

    /// Whether it was skipped.
    pub fn is_skip(&self) -> bool {
        matches!(self, Self::Skipped { .. })
    }

    /// The outcome in one line.
    pub fn summary(&self) -> String {
        match self {
            Self::Judged(verdict) => summary(verdict),
            Self::Errored { error } => error.clone(),
            Self::Blocked { by } => format!("blocked by {}", by.join(", ")),
            Self::Skipped { reason } => reason.clone(),
        }
    }
}

/// A verdict in one line: `Pod a/b: expected ..., got ... (and 2 more)`.
fn summary(verdict: &Verdict) -> String {
    let Some((first, more)) = verdict.findings().split_first() else { return "passed".to_owned() };
    let object = first.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    let more = if more.is_empty() { String::new() } else { format!(" (and {} more)", more.len()) };
    format!("{object}expected {}, got {}{more}", first.expected, first.actual)
}
