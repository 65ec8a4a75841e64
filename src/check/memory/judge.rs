//! Judges memory: complete in both sources, fresh, agreeing, and below the limit now and at its peak.

use std::collections::BTreeMap;

use super::limits;
use super::seen::{ContainerSeen, Observation, Source};
use super::spec::Spec;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;
use crate::units::both_units;

/// A container that just started has no reading yet: metrics-server needs two scrapes, cAdvisor's series one.
const WARM_UP_SECONDS: f64 = 60.0;

/// Judges one observation.
pub fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let running: Vec<&ContainerSeen> =
        seen.containers.iter().filter(|container| container.running_seconds.is_some()).collect();
    oom_kills(seen, &mut judgement);
    let sources =
        [("metrics.k8s.io", "memory_metrics_api", &seen.metrics_api), ("cAdvisor", "memory_series", &seen.series)];
    let sums = sources.map(|(name, measured, source)| {
        let sum = sum(spec, name, source, &running, &mut judgement);
        if let Some(sum) = sum {
            judgement.measured(below(spec, measured, sum));
            over_limit(spec, &format!("{name}, now"), sum).into_iter().for_each(|finding| judgement.fail(finding));
        }
        sum
    });
    if let [Some(one), Some(other)] = sums {
        agree(spec, one, other, &mut judgement);
    }
    match seen.peak_bytes {
        Some(peak) => {
            judgement.measured(below(spec, "memory_peak", peak));
            // A peak of the past does not go away while anybody waits.
            let finding = over_limit(spec, &format!("peak over {}", spec.window), peak).map(Finding::terminal);
            finding.into_iter().for_each(|finding| judgement.fail(finding));
        }
        None if seen.series.trouble.is_none() && !seen.series.readings.is_empty() => judgement.unclear(Finding::new(
            "memory/no-peak",
            format!("a largest sum over {}", spec.window),
            "the query gave no series",
        )),
        None => {}
    }
    if let Some(limits) = &spec.limits {
        limits::judge(limits, &running, &mut judgement);
    }
    by_component(seen, &running, &mut judgement);
    judgement.examined("containers", running.iter().map(|container| container.title()));
    let ages = [&seen.metrics_api, &seen.series].into_iter().flat_map(|source| &source.readings);
    if let Some(oldest) = ages.map(|reading| reading.age_seconds).reduce(f64::max) {
        judgement.age(oldest);
    }
    judgement.conclude(Finding::new("memory/nothing-runs", "at least one running container", "none"))
}

fn oom_kills(seen: &Observation, judgement: &mut Judgement) {
    for container in &seen.containers {
        if let Some(at) = &container.oom_killed_at {
            judgement.fail(
                Finding::new("memory/oom-killed", "no container killed for want of memory", format!("killed at {at}"))
                    .on(container.title())
                    .hint("raise its limit or lower its use: the sum is small because it starts anew")
                    .terminal(),
            );
        }
    }
}

/// The sum of a source over all running containers; `None` when it is not complete and fresh.
fn sum(spec: &Spec, name: &str, source: &Source, running: &[&ContainerSeen], judgement: &mut Judgement) -> Option<f64> {
    if let Some(trouble) = &source.trouble {
        let silent = || {
            Finding::new("memory/source-silent", format!("{name} tells the containers' memory"), trouble.to_string())
                .on(name)
        };
        judgement.unclear(trouble.denial().unwrap_or_else(silent));
        return None;
    }
    if source.readings.is_empty() && !running.is_empty() {
        judgement.unclear(
            Finding::new(
                "memory/source-empty",
                format!("{name} tells the containers' memory"),
                "it has no reading at all",
            )
            .on(name)
            .hint(
                "see metrics-server, or the scrape of the kubelet's /metrics/cadvisor and what its relabelling drops",
            ),
        );
        return None;
    }
    let mut total = 0.0;
    let mut complete = true;
    for container in running {
        match source.of(container) {
            Some(reading) if reading.age_seconds <= spec.fresh.as_secs_f64() => total += reading.bytes,
            Some(reading) => {
                complete = false;
                judgement.unclear(
                    Finding::new(
                        "memory/stale",
                        format!("a reading of the last {}", spec.fresh),
                        format!("{:.0} s old", reading.age_seconds),
                    )
                    .on(format!("{} in {name}", container.title())),
                );
            }
            None => {
                complete = false;
                judgement.unclear(missing(name, container));
            }
        }
    }
    (complete && !running.is_empty()).then_some(total)
}

fn missing(name: &str, container: &ContainerSeen) -> Finding {
    let finding = Finding::new(
        "memory/container-missing",
        "every running container is in the sum",
        format!("{name} has no reading"),
    )
    .on(format!("{} in {name}", container.title()));
    if container.running_seconds.is_some_and(|seconds| seconds < WARM_UP_SECONDS) {
        finding.hint("it started less than a minute ago")
    } else {
        finding.hint(
            "a sum without it proves nothing: see metrics-server, or the scrape of the kubelet's /metrics/cadvisor",
        )
    }
}

fn below(spec: &Spec, name: &str, bytes: f64) -> Measurement {
    Measurement::new(name, bytes, Unit::Bytes).limit(Limit::Below(spec.below.as_f64()))
}

fn over_limit(spec: &Spec, what: &str, bytes: f64) -> Option<Finding> {
    let limit = spec.below.as_f64();
    (!Limit::Below(limit).holds(bytes)).then(|| {
        let actual = format!("{} ({what})", both_units(bytes));
        Finding::new("memory/over-limit", format!("below {}", both_units(limit)), actual)
            .hint("the evidence lists the containers by component")
    })
}

fn agree(spec: &Spec, one: f64, other: f64, judgement: &mut Judgement) {
    let difference = (one - other).abs() / one.max(other).max(1.0);
    let tolerance = Limit::AtMost(spec.tolerance.share());
    judgement.measured(Measurement::new("memory_sources_differ", difference, Unit::Ratio).limit(tolerance));
    if !tolerance.holds(difference) {
        judgement.fail(
            Finding::new(
                "memory/sources-differ",
                format!("the two sources within {:.0} %", spec.tolerance.percent()),
                format!("metrics.k8s.io {}, cAdvisor {}", both_units(one), both_units(other)),
            )
            .hint("a factor of two points to series counted twice: pod rows, pause containers, /metrics/resource beside /metrics/cadvisor"),
        );
    }
}

/// Each component's use and its share of its limits, where all its containers have one.
fn by_component(seen: &Observation, running: &[&ContainerSeen], judgement: &mut Judgement) {
    let mut components: BTreeMap<&str, (f64, Option<f64>)> = BTreeMap::new();
    for container in running {
        let Some(reading) = seen.metrics_api.of(container).or_else(|| seen.series.of(container)) else { continue };
        let (bytes, limit) = components.entry(&container.component).or_insert((0.0, Some(0.0)));
        *bytes += reading.bytes;
        *limit = limit.zip(container.limit_bytes).map(|(sum, one)| sum + one);
    }
    for (component, (bytes, limit)) in components {
        let measurement = Measurement::new(&format!("memory.{component}"), bytes, Unit::Bytes);
        judgement.measured(match limit {
            Some(limit) => measurement.limit(Limit::AtMost(limit)),
            None => measurement,
        });
    }
}

impl ContainerSeen {
    pub(super) fn title(&self) -> String {
        format!("{}/{}", self.pod, self.container)
    }
}

#[cfg(test)]
mod tests;
