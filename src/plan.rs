//! What will be run: the suite with what was selected from it.

mod filter;
mod list;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::expectation::Expectation;
use crate::check::uses::Use;
use crate::suite::{self, Suite};
pub use crate::suite::{CheckCard, Criterion, SuiteId, Unproven};
pub use filter::Filter;
pub use list::{list, table};

/// A valid suite with what was selected from it. Nothing in it can be wrong any more.
pub struct Plan {
    /// Where the suite comes from.
    pub suite: SuiteId,
    /// The text of the suite's file.
    pub text: String,
    /// Every criterion and bullet, in the suite's order, each bullet behind its criterion.
    pub criteria: Vec<Criterion>,
    /// Ids of the criteria and bullets that the filter does not ask for, or leaves out.
    pub left_out: Vec<String>,
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

impl Selection {
    /// Whether the check runs, asked for or needed.
    pub fn runs(&self) -> bool {
        !matches!(self, Self::LeftOut(_))
    }
}

impl Plan {
    /// Selects from a suite. A valid suite and any filter make a plan; that nothing was selected is for the caller to judge.
    pub fn new(suite: Suite, filter: &Filter) -> Self {
        let cards: Vec<_> = suite.checks.iter().map(|check| &check.card).collect();
        let selections = filter.select(&cards);
        let checks = suite.checks.into_iter().zip(selections);
        Self {
            suite: suite.id,
            text: suite.text,
            left_out: filter.left_out(&suite.criteria),
            criteria: suite.criteria,
            checks: checks.map(|(check, selection)| PlannedCheck::new(check, selection)).collect(),
            deadline: suite.deadline,
        }
    }

    /// The checks that run, asked for or needed.
    pub fn running(&self) -> impl Iterator<Item = &PlannedCheck> {
        self.checks.iter().filter(|check| check.selection.runs())
    }

    /// Whether a check that runs uses anything of a cluster.
    pub fn needs_cluster(&self) -> bool {
        self.running().any(|check| check.expectation.uses().iter().any(Use::is_of_cluster))
    }

    /// Whether the filter left nothing to run.
    pub fn is_empty(&self) -> bool {
        self.running().next().is_none()
    }
}

impl PlannedCheck {
    fn new(check: suite::Check, selection: Selection) -> Self {
        Self { card: check.card, expectation: check.expectation, within: check.within, selection }
    }
}
