//! The values that a verdict on latency shows: each pass, each query, and what was measured beside them.

use super::{Observation, PassJudge};
use crate::check::judgement::Judgement;
use crate::check::latency::figures::{Figures, Reading, lag_p99, median};
use crate::check::latency::spec::Bound;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::load::Quantile;

impl PassJudge<'_> {
    /// Adds `cold_p95`, `cold_p95_upper_bound` and so on.
    pub(super) fn measure(&self, judgement: &mut Judgement) {
        let pass = self.pass.temperature.name();
        let quantile = self.test.quantile;
        let limit = match self.spec.limit.bound {
            Bound::Below(limit) => Limit::Below(limit.as_secs_f64()),
            Bound::AtMost(limit) => Limit::AtMost(limit.as_secs_f64()),
        };
        let mut add = |name: String, value: Option<f64>, unit: Unit, limit: Option<Limit>| {
            if let Some(value) = value {
                judgement.measured(Measurement { name, value, unit, limit });
            }
        };
        let strict = &self.strict;
        let judged = snake(&quantile.to_string());
        add(format!("{pass}_{judged}"), strict.quantile(quantile), Unit::Seconds, Some(limit));
        add(format!("{pass}_{judged}_upper_bound"), strict.upper_bound(self.test), Unit::Seconds, Some(limit));
        for other in [Quantile::MEDIAN, Quantile::P99].into_iter().filter(|other| *other != quantile) {
            add(format!("{pass}_{other}"), strict.quantile(other), Unit::Seconds, None);
        }
        add(format!("{pass}_max"), strict.max(), Unit::Seconds, None);
        add(format!("{pass}_requests"), Some(strict.count() as f64), Unit::Count, None);
        add(format!("{pass}_requests_over_limit"), Some(strict.slow() as f64), Unit::Count, None);
        add(format!("{pass}_errors"), Some(self.errors() as f64), Unit::Count, None);
        add(format!("{pass}_rate"), self.rate(), Unit::PerSecond, None);
        add(format!("{pass}_send_lag_p99"), Some(lag_p99(&self.pass.samples)), Unit::Seconds, None);
        for (index, name) in self.seen.queries.iter().enumerate() {
            let samples = self.pass.samples.iter().filter(|sample| sample.query == index);
            let figures = Figures::of(samples, self.spec.limit.slow_at(), Reading::Strict);
            let name = snake(name);
            add(format!("{pass}_{name}_p50"), figures.quantile(Quantile::MEDIAN), Unit::Seconds, None);
            add(format!("{pass}_{name}_{judged}"), figures.quantile(quantile), Unit::Seconds, None);
            add(format!("{pass}_{name}_requests"), Some(figures.count() as f64), Unit::Count, None);
        }
    }

    /// The rate at which requests really became due; `None` for fewer than two.
    fn rate(&self) -> Option<f64> {
        let samples = &self.pass.samples;
        let seconds = samples.last()?.due_us.saturating_sub(samples.first()?.due_us) as f64 / 1e6;
        (seconds > 0.0).then(|| (samples.len() - 1) as f64 / seconds)
    }
}

/// Adds what the transport alone takes, and the server's nearest quantile, neither with a limit.
pub(super) fn surroundings(seen: &Observation, judgement: &mut Judgement) {
    if let Some(overhead) = median(&seen.health_us) {
        judgement.measured(Measurement::new("transport_overhead", overhead, Unit::Seconds));
    }
    for view in seen.server_view.iter().filter(|view| view.quantile == "0.97") {
        let path = snake(view.path.rsplit('/').next().unwrap_or_default());
        judgement.measured(Measurement::new(&format!("server_{path}_p97"), view.seconds, Unit::Seconds));
    }
}

/// A name as measurements have it.
fn snake(name: &str) -> String {
    let clean = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    clean.collect()
}
