//! Judges latency: a pass needs the sequential test *and* the upper bound, a fail must not be ours, the rest is inconclusive.

use std::collections::BTreeMap;

use super::figures::{Figures, Reading, lag_p99};
use super::observation::{Observation, Pass};
use super::spec::{Bound, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::verdict::Verdict;
use crate::load::{Answer, BackOff, End, RISK, Step, TestPlan, samples_needed};

mod measured;

/// A lag below this is no reason for doubt, however fast the system.
const LAG_FLOOR_SECONDS: f64 = 0.005;
/// Nor is one below this share of the limit: lag only ever lengthens latencies, so it cannot make a slow system pass.
const LAG_SHARE_OF_LIMIT: f64 = 0.025;
/// A lag above this share of the quantile, and above both of those, is: the figures are then not the system's.
const LAG_SHARE: f64 = 0.1;

pub(super) fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let test = TestPlan::new(spec.limit.quantile, seen.planned.first, seen.planned.cap);
    judgement.examined("queries of the mix", seen.passes.iter().flat_map(|pass| names(seen, pass)));
    for pass in &seen.passes {
        let judged = PassJudge::new(spec, seen, pass, &test);
        judged.decide(&mut judgement);
        judged.measure(&mut judgement);
    }
    measured::surroundings(seen, &mut judgement);
    judgement.conclude(too_few("at least one pass of load", "none").hint("run the check again"))
}

/// `cold range_6h (80 requests)` for every query that was asked.
fn names(seen: &Observation, pass: &Pass) -> Vec<String> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for sample in &pass.samples {
        *counts.entry(sample.query).or_default() += 1;
    }
    let name = |(query, count)| format!("{} {} ({count} requests)", pass.temperature.name(), seen.query_name(query));
    counts.into_iter().map(name).collect()
}

impl Observation {
    fn query_name(&self, query: usize) -> String {
        self.queries.get(query).cloned().unwrap_or_else(|| format!("query {query}"))
    }
}

/// One pass with its two readings.
struct PassJudge<'a> {
    spec: &'a Spec,
    seen: &'a Observation,
    pass: &'a Pass,
    test: &'a TestPlan,
    strict: Figures,
    lenient: Figures,
}

impl<'a> PassJudge<'a> {
    fn new(spec: &'a Spec, seen: &'a Observation, pass: &'a Pass, test: &'a TestPlan) -> Self {
        let read = |reading| Figures::of(&pass.samples, spec.limit.slow_at(), reading);
        Self { spec, seen, pass, test, strict: read(Reading::Strict), lenient: read(Reading::Lenient) }
    }

    fn decide(&self, judgement: &mut Judgement) {
        self.back_off(judgement);
        self.silent_queries(judgement);
        let lagged = self.lag(judgement);
        let needed = samples_needed(self.test.quantile, RISK);
        if self.breaks(&self.lenient, needed) {
            self.fail(judgement);
        } else if self.strict.walk(self.test) != Step::Accept || !self.strict.bound_holds(self.test) {
            self.undecided(judgement, lagged, needed);
        }
    }

    /// Whether a reading says that the limit is broken: by the test, by the sample quantile, or by the bound of all samples after the
    /// test had decided (what came in behind its decision counts, too).
    fn breaks(&self, figures: &Figures, needed: usize) -> bool {
        match figures.walk(self.test) {
            Step::Reject => true,
            Step::Accept => !figures.bound_holds(self.test),
            Step::Continue => figures.count() >= needed && figures.point_is_over(self.test.quantile),
        }
    }

    /// The system is too slow, or errs too often; which of the two, and by how much.
    fn fail(&self, judgement: &mut Judgement) {
        let errors = self.errors();
        if errors > 0 {
            judgement.fail(self.errors_finding(errors));
            let good = self.pass.samples.iter().filter(|sample| sample.answer.is_good());
            let good = Figures::of(good, self.spec.limit.slow_at(), Reading::Lenient);
            if !good.point_is_over(self.test.quantile) {
                return;
            }
        }
        let quantile = self.test.quantile;
        let slow = format!("{} of {} requests are beyond the limit", self.strict.slow(), self.strict.count());
        judgement.fail(if self.lenient.point_is_over(quantile) {
            let actual = format!("{quantile} is {}; {slow}", show(self.strict.quantile(quantile)));
            self.finding(&format!("latency/{quantile}-over-limit"), format!("{quantile} {}", self.limit()), actual)
                .hint("see the figures of each query and, on the server, /api/v1/status/top_queries and vm_slow_queries_total")
        } else {
            let expected = format!("the 95 % upper bound of {quantile} {}", self.limit());
            let actual = format!(
                "{quantile} is {}, but its upper bound is {}; {slow}",
                show(self.strict.quantile(quantile)),
                show(self.strict.upper_bound(self.test)),
            );
            self.finding("latency/bound-over-limit", expected, actual)
                .hint("the sample keeps the limit by luck as likely as not; more samples tell, or a faster system does")
        });
    }

    /// Neither a pass nor a fail can be said.
    fn undecided(&self, judgement: &mut Judgement, lagged: bool, needed: usize) {
        let empty = self.count(|answer| *answer == Answer::Empty);
        if empty > 0 {
            judgement.unclear(self.empty_finding(format!("{empty} of {} were empty", self.strict.count())));
        } else if lagged {
            // Said already.
        } else if self.breaks(&self.strict, needed) {
            let expected = format!("{} {} with our own lag counted", self.test.quantile, self.limit());
            let finding = self.finding("latency/sender-lagged", expected, "it is only without our own lag");
            judgement.unclear(finding.hint("the limit is within our own lag: run the check on a quieter machine"));
        } else {
            let expected = format!("at least {needed} requests, and a decision within {}", self.test.cap);
            let actual = format!("{} requests, {} of them slow", self.strict.count(), self.strict.slow());
            let finding = too_few(expected, actual).on(self.object());
            judgement.unclear(finding.hint("raise `samples`, `rate` or the window's `max`"));
        }
    }

    fn lag(&self, judgement: &mut Judgement) -> bool {
        let lag = lag_p99(&self.pass.samples);
        let quantile = self.strict.quantile(self.test.quantile).unwrap_or_default();
        let limit = self.spec.limit.slow_at().as_secs_f64();
        let most = LAG_FLOOR_SECONDS.max(LAG_SHARE_OF_LIMIT * limit).max(LAG_SHARE * quantile);
        if lag <= most {
            return false;
        }
        let expected = format!("requests sent within {most:.4} s of their due time (p99)");
        let finding = self.finding("latency/sender-lagged", expected, format!("{lag:.4} s late"));
        judgement.unclear(finding.hint("the machine that measures is too busy: this says nothing about the system"));
        true
    }

    /// A query that never had a result is not covered by the verdict, however rare it is.
    fn silent_queries(&self, judgement: &mut Judgement) {
        for query in 0..self.seen.queries.len() {
            let mut answers = self.pass.samples.iter().filter(|sample| sample.query == query).peekable();
            let name = self.seen.query_name(query);
            if answers.peek().is_none() {
                let finding = too_few(format!("`{name}` is asked"), "it never was").on(self.object());
                judgement.unclear(finding.hint("raise `samples` or its `weight`"));
            } else if answers.all(|sample| sample.answer == Answer::Empty) {
                judgement.unclear(self.empty_finding(format!("`{name}` never had a result")));
            }
        }
    }

    fn back_off(&self, judgement: &mut Judgement) {
        let End::BackedOff(why) = &self.pass.end else { return };
        let asked = self.pass.samples.len();
        let actual = match why {
            BackOff::Errors(count) => format!("{count} errors in a row; given up after {asked} requests"),
            BackOff::RetryAfter { wait } => {
                format!("it asked to be left alone (Retry-After: {wait}) after {asked} requests")
            }
        };
        let finding = self.finding(
            "latency/backed-off",
            format!("the component answers {} requests per second", self.seen.planned.per_second),
            actual,
        );
        let server = |answer: &Answer| answer.is_error() && !matches!(answer, Answer::Broken(_));
        if self.count(server) > 0 {
            judgement.fail(finding.hint(format!("answers: {}", self.error_kinds())));
        } else {
            judgement.unclear(finding.hint("the way to the component broke; see whether its pod is there"));
        }
    }
}

mod words;

fn too_few(expected: impl Into<String>, actual: impl Into<String>) -> Finding {
    Finding::new("latency/too-few-samples", expected, actual)
}

/// Seconds with the digits that matter.
fn show(seconds: Option<f64>) -> String {
    seconds.map_or_else(|| "unknown".to_owned(), |seconds| format!("{seconds:.4} s"))
}

#[cfg(test)]
mod tests;
