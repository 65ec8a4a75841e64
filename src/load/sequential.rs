//! When enough is known: Wald's sequential probability ratio test with a cap, and error rates that are computed, not hoped for.
//!
//! Each sample is slow or not. With `p1` = share allowed by the quantile (5 % for p95) and `p0` = a fifth of it (a good system),
//! the test stops as soon as the likelihood ratio is beyond one of two bounds (A. Wald, *Sequential Tests of
//! Statistical Hypotheses*, Ann. Math. Stat. 16(2), 1945). At the cap it ends by counting. A count that is exact for a fixed
//! sample would, on top of the early acceptances, accept a system at the limit 6.8 % of the time (cap 208), so the count
//! allowed at the cap is found from the exact distribution of all paths: in total at most [`RISK`].
//! Figures for p95, cap 240, looking from the first sample: a system at the limit is accepted 4.9 % of the time, one with 1 %
//! slow passes 96.9 % of the time after 127 samples on average, one without a slow sample passes after 84.
//!
//! All of this is for independent samples. A stall hits neighbours together, hence `first`: no decision before a whole window.

use std::collections::BTreeMap;

use super::quantile::Quantile;

/// The probability with which a system just at the limit may be accepted.
pub const RISK: f64 = 0.05;
/// The share of slow samples of a good system, relative to the share that the limit allows.
const GOOD: f64 = 0.2;
/// Wald's alpha: early rejection of a good system.
const ALPHA: f64 = 0.05;
/// Wald's beta: early acceptance of a system at the limit; the rest of `RISK` is spent at the cap.
const BETA: f64 = 0.03;
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

    fn bounds_step(&self, samples: usize, slow: usize) -> Step {
        if samples < self.first {
            return Step::Continue;
        }
        let (bad, good) = self.shares();
        let ratio = slow as f64 * (bad / good).ln() + (samples - slow) as f64 * ((1.0 - bad) / (1.0 - good)).ln();
        if ratio <= (BETA / (1.0 - ALPHA)).ln() {
            Step::Accept
        } else if ratio >= ((1.0 - BETA) / ALPHA).ln() {
            Step::Reject
        } else {
            Step::Continue
        }
    }

    fn shares(&self) -> (f64, f64) {
        let bad = 1.0 - self.quantile.value();
        (bad, bad * GOOD)
    }

    /// The largest count at the cap that keeps the whole test within `RISK`: walks the distribution of paths of a system at the limit.
    fn spend_rest(&self) -> Option<usize> {
        let (bad, _) = self.shares();
        let mut open = BTreeMap::from([(0_usize, 1.0_f64)]);
        let mut accepted = 0.0;
        for samples in 1..=self.cap {
            let mut next = BTreeMap::new();
            for (slow, mass) in std::mem::take(&mut open) {
                *next.entry(slow).or_insert(0.0) += mass * (1.0 - bad);
                *next.entry(slow + 1).or_insert(0.0) += mass * bad;
            }
            for (slow, mass) in next {
                match self.bounds_step(samples, slow) {
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
        self.step = match self.plan.bounds_step(self.samples, self.slow) {
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
