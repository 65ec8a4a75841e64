//! One look: observed within a limit, saved, and judged from what was saved.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::FutureExt;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::evidence::Shelf;
use super::probe::Probe;
use super::redact::redact_text;
use crate::check::evidence::{Evidence, Seen};
use crate::check::finding::Findings;
use crate::check::identity::Identity;
use crate::check::trouble::Trouble;
use crate::check::verdict::{Decision, Verdict};
use crate::event::LookResult;
use crate::plan::CheckCard;

/// A look that ended.
pub struct Looked {
    /// What it gave.
    pub result: LookResult,
    /// How long it took.
    pub took: Duration,
    /// What it saw, by name.
    pub objects: Vec<Identity>,
}

/// Looks at one check.
pub struct Looker<'a> {
    /// The check.
    pub card: &'a CheckCard,
    /// Where its evidence goes.
    pub shelf: &'a Shelf,
}

impl Looker<'_> {
    /// Looks for the `attempt`th time, for at most `limit`.
    pub async fn look(&self, probe: &mut impl Probe, attempt: u32, limit: Duration) -> Looked {
        let (at, begun) = (Timestamp::now(), Instant::now());
        let seen = match timeout(limit, AssertUnwindSafe(probe.observe()).catch_unwind()).await {
            Ok(Ok(Ok(value))) => Ok(Seen::Observation(value)),
            Ok(Ok(Err(trouble))) => Ok(Seen::Trouble(trouble)),
            Ok(Err(panic)) => Err(panicked(&*panic)),
            Err(_) => Ok(Seen::Trouble(self.gave_up(limit))),
        };
        let took = begun.elapsed();
        let (result, objects) = match seen {
            Ok(seen) => self.judge(probe, attempt, at, took, seen),
            Err(error) => (LookResult::Errored(error), Vec::new()),
        };
        Looked { result, took, objects }
    }

    /// Undoes what the looks wrote, for at most `limit`; gives a result where that is part of the verdict, or where it went wrong.
    pub async fn finish(&self, probe: &mut impl Probe, attempt: u32, limit: Duration) -> Option<Looked> {
        let (at, begun) = (Timestamp::now(), Instant::now());
        let finished = timeout(limit, AssertUnwindSafe(probe.finish()).catch_unwind()).await;
        let took = begun.elapsed();
        let result = match finished {
            Ok(Ok(Ok(None))) => return None,
            Ok(Ok(Ok(Some(value)))) => {
                let (result, objects) = self.judge(probe, attempt, at, took, Seen::Observation(value));
                return Some(Looked { result, took, objects });
            }
            Ok(Ok(Err(trouble))) => not_undone(&trouble),
            Ok(Err(panic)) => unclean(&panicked(&*panic)),
            Err(_) => unclean(&format!("it took longer than {} s", limit.as_secs_f64())),
        };
        Some(Looked { result, took, objects: Vec::new() })
    }

    fn judge(
        &self,
        probe: &impl Probe,
        attempt: u32,
        at: Timestamp,
        took: Duration,
        seen: Seen,
    ) -> (LookResult, Vec<Identity>) {
        let (check, kind) = (self.card.id.clone(), self.card.kind.clone());
        let evidence = Evidence { check, kind, attempt, at, took_seconds: took.as_secs_f64(), seen };
        match self.shelf.keep(&evidence) {
            Ok(saved) => {
                let result = judge_saved(&saved, |seen| probe.judge(seen, saved.at));
                let objects = match (&result, &saved.seen) {
                    (LookResult::Judged(_), Seen::Observation(seen)) => probe.identities(seen),
                    _ => Vec::new(),
                };
                (result, objects)
            }
            Err(error) => (LookResult::Errored(format!("evidence could not be saved: {error}")), Vec::new()),
        }
    }

    fn gave_up(&self, limit: Duration) -> Trouble {
        Trouble::TimedOut { to: format!("the look of kind {}", self.card.kind), seconds: limit.as_secs_f64() }
    }
}

/// Judges saved evidence: its observation by `judge`, its trouble by itself.
pub fn judge_saved(
    evidence: &Evidence,
    judge: impl FnOnce(&Value) -> Result<Verdict, serde_json::Error>,
) -> LookResult {
    match &evidence.seen {
        Seen::Observation(value) => match catch_unwind(AssertUnwindSafe(|| judge(value))) {
            Ok(Ok(verdict)) => LookResult::Judged(verdict),
            Ok(Err(error)) => {
                LookResult::Errored(format!("saved evidence could not be read as this kind's observation: {error}"))
            }
            Err(panic) => LookResult::Errored(panicked(&*panic)),
        },
        Seen::Trouble(trouble) => match trouble.verdict() {
            Some(verdict) => LookResult::Judged(verdict),
            None => LookResult::Errored(trouble.to_string()),
        },
    }
}

/// What was left for want of a permission is told with the rule to add; any other trouble is an error of ours.
fn not_undone(trouble: &Trouble) -> LookResult {
    match trouble.denial() {
        Some(denied) => {
            let denied = denied.on("what the check wrote, and could not remove");
            let decision = Decision::Inconclusive(Findings::one(denied));
            LookResult::Judged(Verdict { decision, measured: Vec::new() })
        }
        None => unclean(&redact_text(&trouble.to_string())),
    }
}

fn unclean(error: &str) -> LookResult {
    LookResult::Errored(format!("what the check wrote could not be removed: {error}"))
}

/// A panic is an error of ours and never one of the system.
fn panicked(panic: &(dyn Any + Send)) -> String {
    let message = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("the check itself panicked, which is a bug in signoff: {}", redact_text(message.unwrap_or("no message")))
}
