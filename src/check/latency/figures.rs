//! Figures of a pass: order statistics of samples, counted in the two ways that an honest verdict needs.

use std::time::Duration;

use crate::load::{Answer, Quantile, RISK, Sample, Step, TestPlan, exceedances_allowed};

/// How samples are counted where they leave room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// For a pass: all lateness counts, and an answer without a result is slow.
    Strict,
    /// For a fail: our own lag is taken off, and an empty answer is as fast as it came.
    Lenient,
}

/// One reading of the samples of a pass or of one query in it.
#[derive(Clone, Debug)]
pub(super) struct Figures {
    /// Latencies in microseconds in due order.
    in_order: Vec<u64>,
    sorted: Vec<u64>,
    slow_at_us: u64,
}

impl Figures {
    pub fn of<'a>(samples: impl IntoIterator<Item = &'a Sample>, slow_at: Duration, reading: Reading) -> Self {
        let in_order: Vec<u64> = samples
            .into_iter()
            .map(|sample| match (reading, &sample.answer) {
                (Reading::Strict, _) => sample.counted_us(slow_at),
                (Reading::Lenient, Answer::Empty) => sample.latency_us.saturating_sub(sample.lag_us),
                (Reading::Lenient, answer) => {
                    let latency_us = sample.latency_us.saturating_sub(sample.lag_us);
                    Sample { latency_us, answer: answer.clone(), ..*sample }.counted_us(slow_at)
                }
            })
            .collect();
        let mut sorted = in_order.clone();
        sorted.sort_unstable();
        Self { in_order, sorted, slow_at_us: u64::try_from(slow_at.as_micros()).unwrap_or(u64::MAX) }
    }

    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// How many broke the limit.
    pub fn slow(&self) -> usize {
        self.sorted.len() - self.sorted.partition_point(|&latency| latency < self.slow_at_us)
    }

    /// A quantile in seconds.
    pub fn quantile(&self, quantile: Quantile) -> Option<f64> {
        quantile.of(&self.sorted).map(seconds)
    }

    /// The longest, in seconds.
    pub fn max(&self) -> Option<f64> {
        self.sorted.last().copied().map(seconds)
    }

    /// Whether the sample quantile breaks the limit.
    pub fn point_is_over(&self, quantile: Quantile) -> bool {
        quantile.of(&self.sorted).is_some_and(|latency| latency >= self.slow_at_us)
    }

    /// Where the sequential test ends on these samples.
    pub fn walk(&self, test: &TestPlan) -> Step {
        let mut walk = test.walk();
        for &latency in &self.in_order {
            walk.push(latency >= self.slow_at_us);
        }
        walk.step()
    }

    /// Slow samples that the bound allows: what the test allows at its cap, and the fixed-sample count before.
    pub fn allowed(&self, test: &TestPlan) -> Option<usize> {
        let fixed = exceedances_allowed(self.count(), test.quantile, RISK);
        if self.count() >= test.cap { fixed.min(test.allowed_at_cap) } else { fixed }
    }

    /// One-sided 95 % upper bound of the quantile, in seconds.
    pub fn upper_bound(&self, test: &TestPlan) -> Option<f64> {
        test.quantile.upper_bound(&self.sorted, self.allowed(test)).map(seconds)
    }

    /// Whether that bound keeps the limit.
    pub fn bound_holds(&self, test: &TestPlan) -> bool {
        self.allowed(test).is_some_and(|allowed| self.slow() <= allowed)
    }
}

/// The 99th percentile of our own lag, in seconds.
pub(super) fn lag_p99(samples: &[Sample]) -> f64 {
    let mut lags: Vec<u64> = samples.iter().map(|sample| sample.lag_us).collect();
    lags.sort_unstable();
    Quantile::P99.of(&lags).map_or(0.0, seconds)
}

/// The median, in seconds.
pub(super) fn median(values_us: &[u64]) -> Option<f64> {
    let mut sorted = values_us.to_vec();
    sorted.sort_unstable();
    Quantile::MEDIAN.of(&sorted).map(seconds)
}

fn seconds(us: u64) -> f64 {
    us as f64 / 1e6
}
