//! How one check ends when it is judged again.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Saved, fresh};
use crate::check::evidence::Evidence;
use crate::check::finding::{Finding, Findings};
use crate::check::verdict::{Decision, Verdict};
use crate::event::{LookResult, Outcome};
use crate::plan::Selection;
use crate::record::CheckRecord;
use crate::run;
use crate::suite::Check;

/// What judging again needs to know.
pub struct Again<'a> {
    /// The run.
    pub saved: &'a Saved,
    /// Whether the suite is the run's own, its variables, too.
    pub is_same: bool,
    /// Reads the last evidence of a check.
    pub evidence: &'a dyn Fn(&str) -> Result<Evidence, String>,
}

impl Again<'_> {
    /// The check's record; `needs` are those of the checks that it needs.
    pub fn record(&self, check: &Check, needs: &[&CheckRecord]) -> CheckRecord {
        let Some(before) = self.saved.run.check(&check.card.id) else {
            let absent = || none(format!("run {} had no such check", self.saved.run.card.run));
            return fresh(&check.card, Selection::Selected, self.blocked(needs).unwrap_or_else(absent));
        };
        let record = CheckRecord { card: check.card.clone(), ..before.clone() };
        match self.outcome(check, before, needs) {
            outcome if outcome == before.outcome => record,
            // What was not looked at has no evidence to show.
            outcome @ Outcome::Blocked { .. } => fresh(&check.card, before.selection.clone(), outcome),
            outcome => CheckRecord { outcome, ..record },
        }
    }

    /// The checks at the root where a need is not green, unless the run went on all the same.
    fn blocked(&self, needs: &[&CheckRecord]) -> Option<Outcome> {
        let by: BTreeSet<String> = needs.iter().flat_map(|need| need.outcome.roots(&need.card.id)).collect();
        let stays = !by.is_empty() && !self.saved.run.card.keep_going;
        stays.then(|| Outcome::Blocked { by: by.into_iter().collect() })
    }

    fn outcome(&self, check: &Check, before: &CheckRecord, needs: &[&CheckRecord]) -> Outcome {
        if !before.was_to_run() || before.outcome.is_skip() {
            return before.outcome.clone();
        }
        let other = self.other_question(check, before);
        // What kept the run from looking keeps us from judging, whatever the limits are.
        if let (None, Outcome::Errored { .. }) = (&other, &before.outcome) {
            return before.outcome.clone();
        }
        if let Some(blocked) = self.blocked(needs) {
            return blocked;
        }
        match (other, &before.outcome) {
            (Some(finding), _) => inconclusive(finding),
            (None, Outcome::Blocked { by }) => none(format!("the check was blocked by {}", by.join(", "))),
            (None, _) => self.too_late(check).unwrap_or_else(|| self.judge(check, before)),
        }
    }

    /// Why what the run saw is no answer to what the check asks now.
    fn other_question(&self, check: &Check, before: &CheckRecord) -> Option<Finding> {
        let (kind, was) = (&check.card.kind, &before.card.kind);
        if kind != was {
            let finding =
                Finding::new("judge/other-kind", format!("evidence of kind {kind}"), format!("it is of kind {was}"));
            return Some(finding.hint("run the suite: the run did not look for this").terminal());
        }
        if self.is_same {
            return None;
        }
        let asked = match &self.saved.asked {
            Ok(suite) => suite.checks.iter().find(|other| other.card.id == check.card.id)?,
            Err(why) => {
                let finding = Finding::new("judge/question-unknown", "what the run asked", why.to_string());
                return Some(finding.hint("give the suite of the run, or run the suite").terminal());
            }
        };
        let keys = check.expectation.asks_otherwise(&asked.expectation);
        if keys.is_empty() {
            return None;
        }
        let actual = format!("another {} than the run asked with", keys.join(", "));
        let finding = Finding::new("judge/other-question", "the question that the saved evidence answers", actual);
        Some(finding.hint("only what an observation is held against may change; run the suite").terminal())
    }

    /// How the check ends where a shorter `within` is over before the look began that decided.
    fn too_late(&self, check: &Check) -> Option<Outcome> {
        let asked = self.saved.asked.as_ref().ok()?.checks.iter().find(|other| other.card.id == check.card.id)?;
        let looks = self.saved.looks.get(&check.card.id)?;
        let took: Vec<Duration> =
            looks.iter().map(|(took, _)| Duration::try_from_secs_f64(*took).unwrap_or_default()).collect();
        let starts = run::starts(asked.within, &took);
        let last = starts.last().filter(|start| check.within < asked.within && **start > check.within)?;
        // With the same limits the journal tells what the last look in time gave.
        if check.expectation.is_same_as(&asked.expectation) {
            let in_time = starts.iter().rposition(|start| *start <= check.within)?;
            return Some(ended(looks[in_time].1.clone()));
        }
        let (within, last) = (check.within.as_secs_f64(), last.as_secs_f64());
        let actual = format!("the look that decided began after {last:.1} s, and the run keeps the last one only");
        Some(inconclusive(
            Finding::new("judge/no-look-in-time", format!("a look within {within} s"), actual).terminal(),
        ))
    }

    fn judge(&self, check: &Check, before: &CheckRecord) -> Outcome {
        match (self.evidence)(&check.card.id) {
            Ok(evidence) if evidence.kind != check.card.kind || evidence.check != check.card.id => {
                none(format!("the file is evidence of {} of kind {}", evidence.check, evidence.kind))
            }
            Ok(evidence) => {
                let outcome = ended(run::judge_saved(&evidence, |seen| check.expectation.judge(seen, evidence.at)));
                let undoing = self.undoing(before, evidence.attempt);
                undoing.filter(|_| !outcome.is_failure()).unwrap_or(outcome)
            }
            Err(why) => none(why),
        }
    }

    /// How undoing what the check wrote went wrong, which the journal alone tells: its evidence is that of the look before.
    fn undoing(&self, before: &CheckRecord, seen: u32) -> Option<Outcome> {
        let looks = self.saved.looks.get(&before.card.id)?;
        let (_, last) = looks.last().filter(|_| seen < before.attempts)?;
        Some(ended(last.clone()))
    }
}

fn ended(result: LookResult) -> Outcome {
    match result {
        LookResult::Judged(verdict) => Outcome::Judged(verdict),
        LookResult::Errored(error) => Outcome::Errored { error },
    }
}

fn none(actual: String) -> Outcome {
    let finding = Finding::new("judge/no-evidence", "saved evidence of this check", actual);
    inconclusive(finding.hint("run the suite: without a look there is nothing to judge").terminal())
}

fn inconclusive(finding: Finding) -> Outcome {
    Outcome::Judged(Verdict { decision: Decision::Inconclusive(Findings::one(finding)), measured: Vec::new() })
}
