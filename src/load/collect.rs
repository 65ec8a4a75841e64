//! Collects finished requests in due order and says when the load may or must end.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::dispatch::Done;
use super::pacer::Schedule;
use super::sample::{Answer, Sample, micros};
use super::sequential::{Step, TestPlan, Walk};

/// Why a load ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The sequential test was sure, either way, or reached its cap.
    Decided,
    /// The time for arrivals was over before.
    WindowOver,
    /// The server erred or asked to be left alone.
    BackedOff(BackOff),
}

/// Why a load stopped asking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BackOff {
    /// So many errors came one after the other.
    Errors(usize),
    /// A 429 or 503 said when to come again.
    RetryAfter {
        /// The header's value.
        wait: String,
    },
}

/// What came back so far.
pub(super) struct Collector<'a> {
    schedule: Schedule,
    slow_at: Duration,
    errors_in_a_row: usize,
    patience: usize,
    samples: Vec<Option<Sample>>,
    /// Samples that the walk has seen: all before this one in due order.
    walked: usize,
    walk: Walk<'a>,
    end: Option<End>,
}

impl<'a> Collector<'a> {
    pub fn new(schedule: Schedule, test: &'a TestPlan, slow_at: Duration, patience: usize) -> Self {
        Self {
            schedule,
            slow_at,
            errors_in_a_row: 0,
            patience,
            samples: vec![None; schedule.count],
            walked: 0,
            walk: test.walk(),
            end: None,
        }
    }

    /// Takes a finished request.
    pub fn record(&mut self, done: Done) {
        self.errors_in_a_row = if done.sample.answer.is_error() { self.errors_in_a_row + 1 } else { 0 };
        if self.errors_in_a_row >= self.patience {
            self.end.get_or_insert(End::BackedOff(BackOff::Errors(self.errors_in_a_row)));
        }
        if let Some(wait) = done.retry_after {
            self.end.get_or_insert(End::BackedOff(BackOff::RetryAfter { wait }));
        }
        if let Some(place) = self.samples.get_mut(done.n) {
            *place = Some(done.sample);
        }
    }

    /// Walks on in due order. A request in flight that is already too late is slow, whatever it will bring: were the walk to
    /// wait for answers, the slowest would be the ones that an early end leaves out.
    pub fn walk_on(&mut self, now: Instant) {
        while self.end.is_none() && self.walked < self.samples.len() {
            let slow = match &self.samples[self.walked] {
                Some(sample) => sample.counted_us(self.slow_at) >= micros(self.slow_at),
                None if now >= self.schedule.due(self.walked) + self.slow_at => true,
                None => return,
            };
            self.walked += 1;
            if self.walk.push(slow) != Step::Continue {
                self.end = Some(End::Decided);
            }
        }
    }

    /// Why the load should end, if it should.
    pub fn end(&self) -> Option<&End> {
        self.end.as_ref()
    }

    /// Ends collecting. Requests among the first `issued` that never came back count with the time that they have waited.
    pub fn finish(self, issued: usize, query_of: impl Fn(usize) -> usize, sent_all: bool) -> (Vec<Sample>, usize, End) {
        let now = Instant::now();
        let (schedule, mut unsent) = (self.schedule, 0);
        let mut samples = Vec::with_capacity(issued);
        for (n, sample) in self.samples.into_iter().enumerate().take(issued) {
            match sample {
                Some(sample) => samples.push(sample),
                None if sent_all => samples.push(Sample {
                    query: query_of(n),
                    due_us: micros(schedule.due(n).duration_since(schedule.started)),
                    lag_us: 0,
                    latency_us: micros(now.saturating_duration_since(schedule.due(n))),
                    answer: Answer::TimedOut,
                }),
                None => unsent += 1,
            }
        }
        (samples, unsent, self.end.unwrap_or(End::WindowOver))
    }
}
