//! Judges the answer to a query.

use super::observation::{Freshness, Observation};
use super::spec::{NewestSample, Spec};
use crate::check::finding::Finding;
use crate::check::instant::Series;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

/// Findings about single series that are listed; more say the same again.
const LISTED: usize = 10;

pub(super) fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let nothing = Finding::new("query/nothing-examined", "series that the answer rests on", "none")
        .hint("give `fresh_by`: a selector of series that must be there for an empty answer to mean something");
    if seen.answer.result_type != "vector" {
        let actual = format!("a {}", seen.answer.result_type);
        let finding = Finding::new("query/not-instant", "one value per series (a vector)", actual);
        judgement
            .fail(finding.hint("the query selects a range: put a function around it, or drop the [..]").terminal());
        return judgement.conclude(nothing);
    }
    if seen.answer.partial {
        let actual = "a part of the storage did not answer";
        judgement.unclear(Finding::new("query/partial", "an answer from the whole storage", actual));
    }
    population(&mut judgement, spec, seen);
    members(&mut judgement, spec, seen);
    values(&mut judgement, spec, seen);
    examined(&mut judgement, seen);
    freshness(&mut judgement, spec, seen);
    measure(&mut judgement, spec, seen);
    judgement.conclude(nothing)
}

fn population(judgement: &mut Judgement, spec: &Spec, seen: &Observation) {
    let count = seen.answer.series.len() as u64;
    let wanted = &spec.series;
    let mut measurement = Measurement::new("series", count as f64, Unit::Count);
    if count == 0 && wanted.at_least > 0 {
        let finding = Finding::new("query/no-series", format!("at least {} series", wanted.at_least), "none");
        judgement.fail(finding.hint(format!("ask it yourself: {}", spec.query)));
    } else if count < wanted.at_least {
        let expected = format!("at least {} series", wanted.at_least);
        judgement.fail(Finding::new("query/too-few-series", expected, count.to_string()));
    }
    measurement = measurement.limit(Limit::AtLeast(wanted.at_least as f64));
    if let Some(most) = wanted.at_most
        && count > most
    {
        measurement = measurement.limit(Limit::AtMost(most as f64));
        let names = seen.answer.series.iter().take(LISTED).map(Series::to_string).collect::<Vec<_>>().join(", ");
        judgement.fail(Finding::new("query/too-many-series", format!("at most {most}"), format!("{count}: {names}")));
    }
    judgement.measured(measurement);
}

fn members(judgement: &mut Judgement, spec: &Spec, seen: &Observation) {
    for (label, values) in &spec.every {
        for value in values {
            if !seen.answer.series.iter().any(|series| series.labels.get(label) == Some(value)) {
                let expected = format!("a series with {label}={value:?}");
                judgement.fail(Finding::new("query/missing-member", expected, "none"));
            }
        }
    }
    for label in &spec.series.labels {
        let lacks = |series: &&Series| series.labels.get(label).is_none_or(String::is_empty);
        for series in seen.answer.series.iter().filter(lacks).take(LISTED) {
            let expected = format!("a label {label}");
            judgement.fail(Finding::new("query/missing-label", expected, "it has none").on(series.to_string()));
        }
    }
}

fn values(judgement: &mut Judgement, spec: &Spec, seen: &Observation) {
    let mut listed = 0;
    for series in &seen.answer.series {
        let finding = match series.number() {
            number if !number.is_finite() => Some(Finding::new("query/not-a-number", "a finite value", &series.value)),
            number => spec
                .value
                .iter()
                .flat_map(|value| value.limits())
                .find(|limit| !limit.holds(number))
                .map(|limit| Finding::new("query/value-out-of-range", words(limit), &series.value)),
        };
        if let Some(finding) = finding.filter(|_| listed < LISTED) {
            judgement.fail(finding.on(series.to_string()));
            listed += 1;
        }
    }
}

fn words(limit: Limit) -> String {
    match limit {
        Limit::AtMost(limit) => format!("at most {limit}"),
        Limit::AtLeast(limit) => format!("at least {limit}"),
        Limit::Below(limit) => format!("below {limit}"),
    }
}

/// An answer rests on the series that it holds; an empty or constant one on those that `fresh_by` finds.
fn examined(judgement: &mut Judgement, seen: &Observation) {
    let behind = match &seen.freshness {
        Freshness::Ages { ages, .. } => ages.iter().map(|age| age.series.clone()).collect(),
        Freshness::NotAsked => Vec::new(),
    };
    let constant = seen.answer.series_fetched == Some(0);
    if constant && behind.is_empty() && !seen.answer.series.is_empty() {
        let actual = "no stored series was read for it";
        judgement.unclear(
            Finding::new("query/constant", "an answer that rests on stored samples", actual)
                .hint("drop `or vector(0)` and the like, or give `fresh_by`"),
        );
    } else if seen.answer.series.is_empty() || constant {
        judgement.examined("series behind the answer", behind);
    } else {
        judgement.examined("series", seen.answer.series.iter().map(Series::to_string));
    }
}

fn freshness(judgement: &mut Judgement, spec: &Spec, seen: &Observation) {
    let NewestSample::AtMost(limit) = spec.newest_sample else { return };
    let Freshness::Ages { selector, ages } = &seen.freshness else {
        judgement.unclear(
            Finding::new("query/freshness-unknown", "how old the samples behind the answer are", "nothing tells it")
                .hint("give `fresh_by` with a plain selector of its series, or `newest_sample: unknown`")
                .terminal(),
        );
        return;
    };
    if ages.is_empty() && spec.fresh_by.is_some() {
        let finding = Finding::new("query/nothing-behind", format!("series of {selector}"), "none");
        judgement.fail(finding);
        return;
    }
    let mut oldest: f64 = 0.0;
    let mut stale = Vec::new();
    for age in ages {
        let seconds = age.seconds.unwrap_or(f64::INFINITY);
        oldest = oldest.max(seconds);
        if seconds > limit.as_secs_f64() {
            stale.push((seconds, &age.series));
        }
    }
    stale.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (seconds, series) in stale.iter().take(LISTED) {
        let actual = if seconds.is_finite() { format!("{seconds:.0} s old") } else { "no sample was found".to_owned() };
        let finding = Finding::new("query/stale", format!("a newest sample of at most {limit}"), actual);
        judgement.fail(finding.on(*series).hint("see whether it is still scraped, and whether vmagent can write"));
    }
    if oldest.is_finite() && !ages.is_empty() {
        judgement.age(oldest);
        let measurement = Measurement::new("newest_sample_age", oldest, Unit::Seconds);
        judgement.measured(measurement.limit(Limit::AtMost(limit.as_secs_f64())));
    }
}

fn measure(judgement: &mut Judgement, spec: &Spec, seen: &Observation) {
    let numbers = || seen.answer.series.iter().map(Series::number).filter(|number| number.is_finite());
    for (name, value) in [("value_min", numbers().reduce(f64::min)), ("value_max", numbers().reduce(f64::max))] {
        let Some(value) = value else { continue };
        let limits = spec.value.iter().flat_map(|values| values.limits());
        // A lower bound is about the least value, an upper one about the greatest.
        let limit = limits.into_iter().find(|limit| matches!(limit, Limit::AtLeast(_)) == (name == "value_min"));
        let measurement = Measurement::new(name, value, Unit::Value);
        judgement.measured(match limit {
            Some(limit) => measurement.limit(limit),
            None => measurement,
        });
    }
    if let Some(seconds) = seen.answer.execution_seconds {
        judgement.measured(Measurement::new("query_execution", seconds, Unit::Seconds));
    }
    judgement.measured(Measurement::new("query_time", seen.took_seconds, Unit::Seconds));
}
