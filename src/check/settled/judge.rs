//! Judges whether all stands still. What moves is no failure: it is too early to judge.
//!
//! What has failed for good stands still, too: waiting makes it no better, and the checks behind must be able to tell it. It
//! is let through, and the pass says so.

mod applied;
mod running;

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{Observation, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

/// Seconds after which what is not ready is taken for something that waiting does not mend: Kubernetes' own
/// `progressDeadlineSeconds` of a Deployment.
const STUCK: f64 = 600.0;

/// How an object stands.
#[derive(Debug)]
enum Stands {
    /// Still, as it should.
    Still,
    /// Still, but not as it should; why, in words.
    Failed(String),
    /// Not still.
    Moves(Finding),
}

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    // Those of pods first: a workload whose pods have failed waits for nothing else.
    let limit = spec.stable_for.as_secs_f64();
    let pods: Vec<_> = seen.pods.iter().map(|pod| (pod, running::pod(pod, limit, at))).collect();
    let failed = pods.iter().filter(|(_, stands)| matches!(stands, Stands::Failed(_)));
    let failed: BTreeSet<&str> = failed.filter_map(|(pod, _)| pod.owner.as_deref()).collect();
    let mut all: Vec<(String, Stands)> = Vec::new();
    if let Some(flux) = &spec.flux {
        match applied::source(flux, seen) {
            Ok(source) => all.extend(
                seen.kustomizations
                    .iter()
                    .map(|one| (format!("Kustomization {}", one.name), applied::kustomization(one, source, seen))),
            ),
            Err(finding) => judgement.unclear(finding),
        }
    }
    all.extend(seen.objects.iter().map(|one| (one.name.clone(), running::object(one, &failed, at))));
    all.extend(pods.into_iter().map(|(pod, stands)| (format!("Pod {}", pod.name), stands)));
    let (mut names, mut let_through) = (Vec::new(), Vec::new());
    for (name, stands) in all {
        match stands {
            Stands::Still => names.push(name),
            Stands::Failed(why) => let_through.push(format!("{name} (left to other checks: {why})")),
            Stands::Moves(finding) => judgement.unclear(finding.on(name)),
        }
    }
    for namespace in &spec.namespaces {
        if !seen.pods.iter().any(|pod| pod.name.split_once('/').is_some_and(|(one, _)| one == namespace)) {
            let finding = Finding::new("settled/no-pods", format!("workloads run in namespace {namespace}"), "no pod");
            judgement.unclear(finding.hint("see whether Flux has applied them there"));
        }
    }
    let what = match let_through.len() {
        0 => "objects".to_owned(),
        failed => format!("objects, {failed} of them left to other checks"),
    };
    judgement.examined(&what, let_through.into_iter().chain(names));
    let youngest = seen.pods.iter().filter_map(|pod| pod.change.as_ref()).max();
    if let Some(change) = youngest {
        let still = Measurement::new("stands_still", seconds(change.at, at), Unit::Seconds);
        judgement.measured(still.limit(Limit::AtLeast(limit)));
    }
    judgement.conclude(Finding::new("settled/nothing-examined", "at least one workload", "none"))
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Nobody will act on it, however long one waits.
fn suspended(actual: impl Into<String>) -> Finding {
    let finding = Finding::new("settled/suspended", "it is at work", actual);
    finding.hint("`flux resume` it, or see who suspended it and why").terminal()
}

/// Its controller has not looked at the present generation.
fn not_observed(generation: i64, actual: impl Into<String>) -> Finding {
    let finding =
        Finding::new("settled/not-observed", format!("its controller has acted on generation {generation}"), actual);
    finding.hint("see whether its controller runs, and its log")
}
