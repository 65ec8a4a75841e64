//! What judging evidence gives: a pass with what was examined, a fail or an inconclusive with its findings.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Findings};
use super::measurement::Measurement;

/// The end of judging one piece of evidence, with every value that was measured on the way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// Pass, fail or inconclusive.
    pub decision: Decision,
    /// Measured values, each with its limit where there is one.
    pub measured: Vec<Measurement>,
}

/// The three ways in which a judgement can end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The sentence holds for everything that was examined.
    Pass(Examined),
    /// The sentence does not hold.
    Fail(Findings),
    /// It cannot be said: nothing examined, stale, not settled, not permitted.
    Inconclusive(Findings),
}

/// The population that a pass speaks of. It cannot be empty: nothing examined is never a pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// How many there were.
    pub count: NonZeroU64,
    /// What they were, in the plural: `pods`, `series`, `targets`.
    pub what: String,
    /// Age in seconds of the oldest fact that the verdict rests on, where the source tells it.
    pub age_seconds: Option<f64>,
    /// Names of what was examined, shortened to what a report can show.
    pub names: Vec<String>,
    /// For how many the pass rests on somebody's signed word alone.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub waived: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Verdict {
    /// Whether this is a pass.
    pub fn is_pass(&self) -> bool {
        matches!(self.decision, Decision::Pass(_))
    }

    /// The findings; empty for a pass.
    pub fn findings(&self) -> &[Finding] {
        match &self.decision {
            Decision::Pass(_) => &[],
            Decision::Fail(findings) | Decision::Inconclusive(findings) => findings.as_slice(),
        }
    }

    /// Whether waiting cannot help: some finding of a fail, or every finding of an inconclusive verdict, says so.
    pub fn is_terminal(&self) -> bool {
        match &self.decision {
            Decision::Pass(_) => false,
            Decision::Fail(findings) => findings.iter().any(Finding::is_terminal),
            Decision::Inconclusive(findings) => findings.iter().all(Finding::is_terminal),
        }
    }
}
