//! Scripts of a truth server whose quantiles are known exactly.

use std::time::Duration;

use super::server::Deed;

/// Service times of `count` requests: 5 ms plus an exponential with a mean of 20 ms, one from each of `count` strata, so that
/// every order statistic is known. Neighbours are far apart in the order.
pub fn stratified(count: usize) -> impl Fn(usize) -> Duration {
    move |n| {
        // 7919 is prime, so this visits every stratum once.
        let stratum = n * 7919 % count;
        let share = (stratum as f64 + 0.5) / count as f64;
        Duration::from_secs_f64(0.005 - 0.020 * (1.0 - share).ln())
    }
}

/// The exact order statistics of [`stratified`], in microseconds.
pub fn stratified_sorted(count: usize) -> Vec<u64> {
    let mut sorted: Vec<u64> = (0..count).map(|n| stratified(count)(n).as_micros() as u64).collect();
    sorted.sort_unstable();
    sorted
}

/// A server that answers in `service`, but stands still for `lasts` from `from` on.
#[derive(Clone, Copy)]
pub struct Stall {
    pub service: Duration,
    pub from: Duration,
    pub lasts: Duration,
}

impl Stall {
    /// What a request takes that arrives at this time.
    pub fn takes(self, arrived: Duration) -> Duration {
        let end = self.from + self.lasts;
        if arrived + self.service <= self.from || arrived >= end {
            self.service
        } else {
            // What was begun before goes on after the stall; what came in it begins then.
            let begun = self.from.saturating_sub(arrived);
            end - arrived + self.service - begun
        }
    }

    /// The script.
    pub fn script(self) -> impl Fn(usize, Duration) -> Deed {
        move |_, arrived| Deed::good(self.takes(arrived))
    }

    /// The latencies of evenly spaced requests, in microseconds, sorted: the analytic truth.
    pub fn sorted(self, per_second: f64, count: usize) -> Vec<u64> {
        let due = |n| Duration::from_secs_f64(n as f64 / per_second);
        let mut sorted: Vec<u64> = (0..count).map(|n| self.takes(due(n)).as_micros() as u64).collect();
        sorted.sort_unstable();
        sorted
    }
}
