//! What will be run: the suite, resolved and valid.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::expectation::Expectation;

/// A valid suite with what was selected from it. Nothing in it can be wrong any more.
pub struct Plan {
    /// Where the suite comes from.
    pub suite: SuiteId,
    /// Every criterion and bullet, in the suite's order, each bullet behind its criterion.
    pub criteria: Vec<Criterion>,
    /// The checks in the suite's order, the unselected ones among them.
    pub checks: Vec<PlannedCheck>,
    /// The longest that the whole run may take.
    pub deadline: Duration,
}

/// Identity of a suite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuiteId {
    /// Name of the file as it was given.
    pub file: String,
    /// Key of the story.
    pub story: String,
    /// Its title.
    pub title: String,
    /// SHA-256 of the file's text and the variables, hexadecimal.
    pub digest: String,
    /// Variables after `--var`, by name.
    pub variables: Vec<(String, String)>,
}

/// One acceptance criterion (AC2) or one bullet of it (AC2.3).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// `AC2` or `AC2.3`.
    pub id: String,
    /// The story's own wording.
    pub text: String,
    /// The criterion that a bullet belongs to.
    pub parent: Option<String>,
    /// Line in the suite's file, from 1.
    pub line: u64,
    /// Ids of the checks that prove it. A bullet without any is unproven; a criterion with bullets stands or falls with them.
    pub checks: Vec<String>,
}

/// One check, ready to run.
pub struct PlannedCheck {
    /// What reports know of it.
    pub card: CheckCard,
    /// What it demands.
    pub expectation: Expectation,
    /// How long it may take to become true.
    pub within: Duration,
    /// Whether it will run.
    pub selection: Selection,
}

/// A check as reports show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckCard {
    /// Unique id in the suite: `vmsingle-answers`.
    pub id: String,
    /// The sentence about the system that must hold.
    pub sentence: String,
    /// Ids of the criteria that it proves, at least one.
    pub criteria: Vec<String>,
    /// Name of its kind.
    pub kind: String,
    /// Ids of the checks that must be green before it is worth looking.
    pub needs: Vec<String>,
    /// The author's advice for the day it is red.
    pub hint: Option<String>,
    /// Line in the suite's file, from 1.
    pub line: u64,
}

impl CheckCard {
    /// The name of its trial: `AC2.4::vmsingle-answers`. Stable, unique, without measured values.
    pub fn trial(&self) -> String {
        format!("{}::{}", self.criteria[0], self.id)
    }
}

/// Whether a check will run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Selection {
    /// It was asked for.
    Selected,
    /// A selected check needs it.
    Needed,
    /// It was left out, for this reason.
    LeftOut(String),
}
