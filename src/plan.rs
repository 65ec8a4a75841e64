//! What will be run: the suite, resolved and valid.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::expectation::Expectation;
pub use crate::suite::{CheckCard, Criterion, SuiteId, Unproven};

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
