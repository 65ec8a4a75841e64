//! The one way to a verdict: collect what was examined, measured and found, then draw the conclusion.

use std::num::NonZeroU64;

use super::finding::{Finding, Findings};
use super::measurement::Measurement;
use super::verdict::{Decision, Examined, Verdict};

/// A judgement in the making. Failing findings win over unclear ones, and a pass needs something examined.
#[derive(Debug, Default)]
pub struct Judgement {
    examined: Option<Examined>,
    measured: Vec<Measurement>,
    failing: Vec<Finding>,
    unclear: Vec<Finding>,
}

/// Names kept in a verdict; the evidence holds all of them.
const NAMES_KEPT: usize = 20;

impl Judgement {
    /// An empty judgement, which would end as inconclusive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Says what the verdict rests on: the names of everything examined, and `what` they are in the plural.
    /// None examined leaves the judgement without a population.
    pub fn examined<N: Into<String>>(&mut self, what: &str, names: impl IntoIterator<Item = N>) {
        let mut names: Vec<String> = names.into_iter().map(Into::into).collect();
        let Some(count) = NonZeroU64::new(names.len() as u64) else { return };
        names.truncate(NAMES_KEPT);
        self.examined = Some(Examined { count, what: what.to_owned(), age_seconds: None, names, waived: 0 });
    }

    /// Says how old, in seconds, the oldest fact is that the verdict rests on. Call it after `examined`.
    pub fn age(&mut self, seconds: f64) {
        if let Some(examined) = &mut self.examined {
            examined.age_seconds = Some(seconds);
        }
    }

    /// Says for how many a waiver had to stand in. Call it after `examined`.
    pub fn waived(&mut self, count: u64) {
        if let Some(examined) = &mut self.examined {
            examined.waived = count;
        }
    }

    /// Adds a measured value.
    pub fn measured(&mut self, measurement: Measurement) {
        self.measured.push(measurement);
    }

    /// Adds a finding that makes the sentence false.
    pub fn fail(&mut self, finding: Finding) {
        self.failing.push(finding);
    }

    /// Adds a finding that keeps the sentence from being judged.
    pub fn unclear(&mut self, finding: Finding) {
        self.unclear.push(finding);
    }

    /// Draws the conclusion. `nothing` is the finding for the case that nothing at all was examined.
    pub fn conclude(self, nothing: Finding) -> Verdict {
        let decision = match (Findings::try_from(self.failing), Findings::try_from(self.unclear), self.examined) {
            (Ok(failing), _, _) => Decision::Fail(failing),
            (_, Ok(unclear), _) => Decision::Inconclusive(unclear),
            (_, _, Some(examined)) => Decision::Pass(examined),
            (_, _, None) => Decision::Inconclusive(Findings::one(nothing)),
        };
        Verdict { decision, measured: self.measured }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing() -> Finding {
        Finding::new("test/nothing-examined", "at least one pod", "none")
    }

    #[test]
    fn nothing_examined_is_never_a_pass() {
        let mut judgement = Judgement::new();
        judgement.examined("pods", Vec::<String>::new());
        let verdict = judgement.conclude(nothing());
        assert!(matches!(verdict.decision, Decision::Inconclusive(_)));
        assert_eq!(verdict.findings()[0].code, "test/nothing-examined");
    }

    #[test]
    fn a_failing_finding_wins_over_an_unclear_one() {
        let mut judgement = Judgement::new();
        judgement.examined("pods", ["a"]);
        judgement.unclear(Finding::new("test/stale", "fresh", "old"));
        judgement.fail(Finding::new("test/bad", "good", "bad"));
        let verdict = judgement.conclude(nothing());
        assert!(matches!(verdict.decision, Decision::Fail(_)));
        assert_eq!(verdict.findings().len(), 1);
    }

    #[test]
    fn an_unclear_finding_keeps_a_full_population_from_passing() {
        let mut judgement = Judgement::new();
        judgement.examined("pods", ["a"]);
        judgement.unclear(Finding::new("test/stale", "fresh", "old"));
        assert!(matches!(judgement.conclude(nothing()).decision, Decision::Inconclusive(_)));
    }

    #[test]
    fn a_pass_counts_everything_but_keeps_few_names() {
        let mut judgement = Judgement::new();
        judgement.examined("pods", (0..50).map(|n| n.to_string()));
        judgement.age(3.0);
        let Decision::Pass(examined) = judgement.conclude(nothing()).decision else { panic!("no pass") };
        assert_eq!((examined.count.get(), examined.names.len(), examined.age_seconds), (50, NAMES_KEPT, Some(3.0)));
    }
}
