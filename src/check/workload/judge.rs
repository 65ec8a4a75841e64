//! Judges a workload: first its pods, which tell causes, then the counts, which tell that something is missing.

use jiff::Timestamp;

use super::observation::{Observation, Pod, Workload};
use super::spec::Spec;
use super::{picture, pods};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    let object = format!("{} {}/{}", spec.kind, spec.namespace, spec.name);
    let Some(workload) = &seen.workload else {
        judgement.fail(Finding::new("workload/missing", "it exists", "it does not").on(object));
        return judgement.conclude(nothing());
    };
    let mut findings = of_workload(spec, workload);
    let current = current(workload, &seen.pods);
    findings.extend(of_pods(spec, workload, &seen.pods, &current, at));
    if findings.is_empty() {
        // The counts only say again what the pods say, except where pods are missing.
        findings.extend(counts(spec, workload, current.len()));
    }
    for finding in findings {
        let finding = if finding.object.is_some() { finding } else { finding.on(object.clone()) };
        judgement.fail(finding);
    }
    judgement.examined("pods", current.iter().map(|pod| pod.name.as_str()));
    measure(&mut judgement, spec, workload, &current, at);
    judgement.conclude(nothing().on(object))
}

fn nothing() -> Finding {
    Finding::new("workload/nothing-examined", "at least one pod of the current template", "none")
}

/// What the workload itself says.
fn of_workload(spec: &Spec, workload: &Workload) -> Vec<Finding> {
    let mut findings = Vec::new();
    if workload.terminating {
        findings.push(Finding::new("workload/terminating", "it stays", "its deletion has been asked for").terminal());
    }
    if workload.observed_generation < workload.generation {
        let expected = format!("its controller has acted on generation {}", workload.generation);
        let actual = format!("only on generation {}", workload.observed_generation);
        findings.push(Finding::new("workload/stale-generation", expected, actual));
    }
    if workload.paused {
        findings.push(Finding::new("workload/paused", "rollouts go on", "they are paused").terminal());
    }
    for condition in &workload.conditions {
        let said = format!("{}: {}", condition.reason, condition.message);
        match (condition.kind.as_str(), condition.status.as_str()) {
            ("Progressing", "False") => {
                findings.push(Finding::new("workload/deadline-exceeded", "the rollout progresses", said).terminal())
            }
            ("ReplicaFailure", "True") => findings.push(
                Finding::new("workload/replica-failure", "its pods can be created", said)
                    .hint("see quotas, limit ranges, pod security admission and webhooks of the namespace"),
            ),
            _ => {}
        }
    }
    if workload.counts.wanted == 0 {
        let finding = Finding::new("workload/no-replicas", "at least one pod is wanted", "none is");
        findings.push(finding.hint(format!("scale the {} up, or see why no node fits it", spec.kind)));
    }
    findings
}

/// Pods of the template in use, without those that are over or going.
fn current<'a>(workload: &Workload, pods: &'a [Pod]) -> Vec<&'a Pod> {
    let of_template = |pod: &&Pod| workload.revision.is_none() || pod.revision == workload.revision;
    pods.iter().filter(of_template).filter(|pod| !pod.is_over() && !pod.terminating).collect()
}

fn of_pods(spec: &Spec, workload: &Workload, all: &[Pod], current: &[&Pod], at: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = |pod: &Pod| format!("Pod {}/{}", spec.namespace, pod.name);
    for pod in current {
        let picture = picture::of(pod, spec, at);
        // An image that cannot be pulled does not run.
        let runs = picture.as_ref().is_none_or(|finding| finding.code != "workload/image-pull");
        match picture {
            Some(finding) => findings.push(finding.on(name(pod))),
            None => findings.extend(pods::past(pod, spec, at).into_iter().map(|finding| finding.on(name(pod)))),
        }
        let images = if runs { pods::images(pod, spec) } else { Vec::new() };
        findings.extend(images.into_iter().map(|finding| finding.on(name(pod))));
        findings.extend(too_young(pod, spec, at).map(|finding| finding.on(name(pod))));
    }
    for pod in all {
        let old = workload.revision.is_some() && pod.revision != workload.revision;
        let finding = match pod {
            pod if pod.is_over() && !old => pods::evicted(pod, spec, at),
            pod if pod.is_over() => None,
            pod if pod.terminating => {
                Some(Finding::new("workload/terminating", "no pod is on its way out", "this one is"))
            }
            _ if old => {
                Some(Finding::new("workload/old-pods", "all pods are of the current template", "this one is not"))
            }
            _ => None,
        };
        findings.extend(finding.map(|finding| finding.on(name(pod))));
    }
    findings
}

fn too_young(pod: &Pod, spec: &Spec, at: Timestamp) -> Option<Finding> {
    let wanted = spec.stable_for?;
    let ready = pods::ready_for(pod, at).filter(|ready| *ready < wanted.as_secs_f64())?;
    Some(Finding::new("workload/too-young", format!("ready for {wanted}"), format!("ready for {ready:.0} s")))
}

/// The status may be frozen when its controller is down, so the pods are counted as well.
fn counts(spec: &Spec, workload: &Workload, seen: usize) -> Vec<Finding> {
    let counts = &workload.counts;
    let mut findings = Vec::new();
    let all = [counts.replicas, counts.updated, counts.ready, counts.available];
    if all.iter().any(|count| *count != counts.wanted) || i64::try_from(seen) != Ok(i64::from(counts.wanted)) {
        let actual = format!(
            "{seen} seen; by its status {} there, {} of the current template, {} ready, {} available",
            counts.replicas, counts.updated, counts.ready, counts.available
        );
        let expected = format!("{} pods, all current, ready and available", counts.wanted);
        findings.push(Finding::new("workload/not-rolled-out", expected, actual));
    }
    let wanted = i64::from(counts.wanted);
    let expected = match (spec.replicas.exactly, spec.replicas.at_least) {
        (Some(exactly), _) if wanted != i64::from(exactly) => format!("exactly {exactly} pods are wanted"),
        (_, Some(least)) if wanted < i64::from(least) => format!("at least {least} pods are wanted"),
        _ => return findings,
    };
    findings.push(Finding::new("workload/replicas-differ", expected, format!("{wanted} are")));
    findings
}

fn measure(judgement: &mut Judgement, spec: &Spec, workload: &Workload, current: &[&Pod], at: Timestamp) {
    let wanted = spec.replicas.exactly.or(spec.replicas.at_least).map_or(f64::from(workload.counts.wanted), f64::from);
    let ready = f64::from(workload.counts.ready);
    judgement.measured(Measurement::new("pods_ready", ready, Unit::Count).limit(Limit::AtLeast(wanted)));
    let restarts = current.iter().flat_map(|pod| &pod.containers).map(|container| container.restarts).max();
    if let Some(restarts) = restarts {
        let limit = Limit::AtMost(f64::from(spec.restarts.at_most));
        let measurement = Measurement::new("restarts_of_one_container", f64::from(restarts), Unit::Count);
        // With a window the number alone is no limit.
        let limited = spec.restarts.within.is_none();
        judgement.measured(if limited { measurement.limit(limit) } else { measurement });
    }
    let ages = current.iter().filter_map(|pod| pods::ready_for(pod, at));
    if let Some(youngest) = ages.reduce(f64::min) {
        let measurement = Measurement::new("youngest_pod_ready_for", youngest, Unit::Seconds);
        let limit = spec.stable_for.map(|wanted| Limit::AtLeast(wanted.as_secs_f64()));
        judgement.measured(match limit {
            Some(limit) => measurement.limit(limit),
            None => measurement,
        });
    }
}
