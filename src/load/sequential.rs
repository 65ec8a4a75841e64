//! When enough is known: Wald's sequential probability ratio test with a cap, and error rates that are computed, not hoped for.
//!
//! Each sample is slow or not. With the share that the limit allows (5 % for p95), a good system at a fifth of it and a bad one at five times
//! it, two ratio tests run (A. Wald, *Sequential Tests of Statistical Hypotheses*, Ann. Math. Stat. 16(2), 1945): good against the
//! limit accepts, bad against the limit rejects. Between them the end is a count at the cap. One test of good against the limit for
//! both ends would reject most systems with 4 % slow, however many samples were allowed.
//!
//! A count that is exact for a fixed sample would, on top of the early acceptances, be too generous (6.8 % at the limit for cap 208
//! with a beta of 5 %), so the count allowed at the cap is found from the exact distribution of all paths: in total at most [`RISK`].
//! Figures for p95, cap 220, looking from the first sample on: a system at the limit is accepted 4.9 % of the time, one with 1 % slow
//! passes 97.8 % of the time after 129 samples on average, one without a slow sample after 84, and one that is always slow fails after 3.
//!
//! All of this is for independent samples. A stall hits neighbours together, hence `first`: no decision before a whole window.

use std::collections::BTreeMap;

use super::quantile::Quantile;

/// The probability with which a system just at the limit may be accepted.
pub const RISK: f64 = 0.05;
/// The share of slow samples of a good system, relative to the share that the limit allows, and that of a bad one.
const GOOD: f64 = 0.2;
const BAD: f64 = 5.0;
/// Wald's beta of the test that accepts: early acceptance of a system at the limit. The rest of `RISK` is spent at the cap.
const EARLY_ACCEPTANCE: f64 = 0.03;
/// Wald's alpha of the test that accepts; it only places the bound.
const ALPHA: f64 = 0.05;
/// Early rejection of a system that keeps the limit.
const EARLY_REJECTION: f64 = 0.01;
/// Paths less likely than this are dropped from the exact distribution.
const NEGLIGIBLE: f64 = 1e-15;

/// The test, fixed before the first sample.
#[derive(Clone, Debug, PartialEq)]
pub struct TestPlan {
    /// The quantile that is tested.
    pub quantile: Quantile,
    /// No decision before this many samples.
    pub first: usize,
    /// The decision falls at this many samples at the latest.
    pub cap: usize,
    /// Slow samples allowed at the cap; `None` when the cap is too small to ever accept there.
    pub allowed_at_cap: Option<usize>,
}

/// Where a walk through the samples stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Undecided so far.
    Continue,
    /// The quantile keeps the limit.
    Accept,
    /// It does not.
    Reject,
}

impl TestPlan {
    /// A test of `quantile` with decisions between `first` and `cap` samples.
    pub fn new(quantile: Quantile, first: usize, cap: usize) -> Self {
        let mut plan = Self { quantile, first, cap, allowed_at_cap: None };
        plan.allowed_at_cap = plan.spend_rest();
        plan
    }

    /// A walk at its start.
    pub fn walk(&self) -> Walk<'_> {
        Walk { plan: self, samples: 0, slow: 0, step: Step::Continue }
    }

    /// Where a count leads before the cap.
    fn early(&self, samples: usize, slow: usize) -> Step {
        if samples < self.first || samples >= self.cap {
            return Step::Continue;
        }
        let limit = self.share();
        let fast = (samples - slow) as f64;
        let ln_ratio =
            |over: f64, under: f64| slow as f64 * (over / under).ln() + fast * ((1.0 - over) / (1.0 - under)).ln();
        if ln_ratio(limit, limit * GOOD) <= (EARLY_ACCEPTANCE / (1.0 - ALPHA)).ln() {
            Step::Accept
        } else if ln_ratio((limit * BAD).min(0.9), limit) >= EARLY_REJECTION.recip().ln() {
            Step::Reject
        } else {
            Step::Continue
        }
    }

    /// The share of slow samples that the limit allows.
    fn share(&self) -> f64 {
        1.0 - self.quantile.value()
    }

    /// The largest count at the cap that keeps the whole test within `RISK`: walks the distribution of paths of a system at the limit.
    fn spend_rest(&self) -> Option<usize> {
        let limit = self.share();
        let mut open = BTreeMap::from([(0_usize, 1.0_f64)]);
        let mut accepted = 0.0;
        for samples in 1..=self.cap {
            let mut next = BTreeMap::new();
            for (slow, mass) in std::mem::take(&mut open) {
                *next.entry(slow).or_insert(0.0) += mass * (1.0 - limit);
                *next.entry(slow + 1).or_insert(0.0) += mass * limit;
            }
            for (slow, mass) in next {
                match self.early(samples, slow) {
                    Step::Continue if mass > NEGLIGIBLE => drop(open.insert(slow, mass)),
                    Step::Accept => accepted += mass,
                    Step::Continue | Step::Reject => {}
                }
            }
        }
        let mut allowed = None;
        for (slow, mass) in open {
            accepted += mass;
            if accepted > RISK {
                break;
            }
            allowed = Some(slow);
        }
        allowed
    }
}

/// A walk through samples in the order in which they were due.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    plan: &'a TestPlan,
    samples: usize,
    slow: usize,
    step: Step,
}

impl Walk<'_> {
    /// Takes the next sample and says where that leads. A decision stays.
    pub fn push(&mut self, slow: bool) -> Step {
        if self.step != Step::Continue {
            return self.step;
        }
        self.samples += 1;
        self.slow += usize::from(slow);
        self.step = match self.plan.early(self.samples, self.slow) {
            Step::Continue if self.samples >= self.plan.cap => {
                let kept = self.plan.allowed_at_cap.is_some_and(|allowed| self.slow <= allowed);
                if kept { Step::Accept } else { Step::Reject }
            }
            step => step,
        };
        self.step
    }

    /// Samples that the decision took.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Where it stands.
    pub fn step(&self) -> Step {
        self.step
    }
}

#[cfg(test)]
mod tests;
