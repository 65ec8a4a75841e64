//! Judges whether all stands still. What moves is no failure: it is too early to judge.

use jiff::Timestamp;

use super::flux::{Flux, Kustomization};
use super::{Object, Observation, Pod, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::revision::is_meant;
use crate::check::verdict::Verdict;

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    if let Some(flux) = &spec.flux {
        of_flux(flux, seen).into_iter().for_each(|finding| judgement.unclear(finding));
    }
    seen.objects.iter().filter_map(behind).for_each(|finding| judgement.unclear(finding));
    let limit = spec.stable_for.as_secs_f64();
    seen.pods.iter().filter_map(|pod| moving(pod, limit, at)).for_each(|finding| judgement.unclear(finding));
    for namespace in &spec.namespaces {
        if !seen.pods.iter().any(|pod| pod.name.split_once('/').is_some_and(|(one, _)| one == namespace)) {
            let finding = Finding::new("settled/no-pods", format!("workloads run in namespace {namespace}"), "no pod");
            judgement.unclear(finding.hint("see whether Flux has applied them there"));
        }
    }
    let workloads = seen.objects.iter().map(|object| object.name.clone());
    let pods = seen.pods.iter().map(|pod| format!("Pod {}", pod.name));
    let kustomizations = seen.kustomizations.iter().map(|one| format!("Kustomization {}", one.name));
    judgement.examined("objects", kustomizations.chain(workloads).chain(pods));
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

/// Why a controller has not acted on an object yet. One that says nothing has not looked at it.
fn behind(object: &Object) -> Option<Finding> {
    let actual = match object.observed_generation {
        Some(observed) if observed == object.generation && object.under_way => "it is still at it".to_owned(),
        Some(observed) if observed == object.generation => return None,
        Some(observed) if observed >= 0 => format!("only on generation {observed}"),
        _ => "on none yet".to_owned(),
    };
    let expected = format!("its controller has acted on generation {}", object.generation);
    let finding = Finding::new("settled/not-observed", expected, actual).on(object.name.clone());
    Some(finding.hint("see whether its controller runs, and its log"))
}

fn moving(pod: &Pod, limit: f64, at: Timestamp) -> Option<Finding> {
    let on = format!("Pod {}", pod.name);
    if pod.leaving {
        return Some(Finding::new("settled/pod-leaves", "no pod is on its way out", "this one is").on(on));
    }
    let expected = format!("nothing has changed for {limit} s");
    let Some(change) = &pod.change else {
        return Some(Finding::new("settled/pod-silent", expected, "it does not tell when it changed").on(on));
    };
    let since = seconds(change.at, at);
    let actual = format!("{}, {since:.0} s ago", change.what);
    (since < limit).then(|| Finding::new("settled/pod-moves", expected, actual).on(on))
}

fn of_flux(flux: &Flux, seen: &Observation) -> Vec<Finding> {
    let on = flux.source.path();
    let wanted = flux.revision.as_deref().filter(|revision| !revision.is_empty());
    let Some(source) = &seen.source else {
        let finding = Finding::new("settled/no-source", "the source is there", "it is not").on(on);
        return vec![finding.hint("see the name in the suite, and what should make it").terminal()];
    };
    let why = |trouble: &Option<String>| trouble.as_ref().map_or_else(String::new, |why| format!("; {why}"));
    let Some(fetched) = &source.revision else {
        let actual = format!("nothing{}", why(&source.trouble));
        return vec![Finding::new("settled/nothing-fetched", "the source has fetched a revision", actual).on(on)];
    };
    if let Some(wanted) = wanted.filter(|wanted| !is_meant(fetched, wanted)) {
        let actual = format!("{fetched}{}", why(&source.trouble));
        let finding = Finding::new("settled/other-revision", format!("the source has fetched {wanted}"), actual).on(on);
        return vec![finding.hint("see whether the commit is pushed, and on the source's branch")];
    }
    if seen.kustomizations.is_empty() {
        let finding = Finding::new("settled/no-kustomizations", "Kustomizations read the source", "none does").on(on);
        return vec![finding.hint("only those in the source's namespace are looked at")];
    }
    seen.kustomizations.iter().filter_map(|one| not_applied(one, fetched)).collect()
}

/// Why a Kustomization is not at the revision that its source has fetched.
fn not_applied(one: &Kustomization, fetched: &str) -> Option<Finding> {
    let on = format!("Kustomization {}", one.name);
    let applied = one.applied.as_deref() == Some(fetched);
    if applied && (one.observed_generation == Some(one.generation) || one.suspended) {
        return None;
    }
    let why = one.trouble.as_ref().map_or_else(String::new, |why| format!("; {why}"));
    if applied {
        let observed = one.observed_generation.map_or_else(|| "none".to_owned(), |observed| observed.to_string());
        let expected = format!("it was reconciled at its generation {}", one.generation);
        return Some(Finding::new("settled/not-observed", expected, format!("at {observed}{why}")).on(on));
    }
    let actual = format!("it has applied {}{why}", one.applied.as_deref().unwrap_or("nothing yet"));
    let expected = format!("{fetched} is applied");
    if one.suspended {
        let finding = Finding::new("settled/suspended", expected, format!("{actual}; it is suspended")).on(on);
        return Some(finding.hint("flux resume kustomization, or see who suspended it and why").terminal());
    }
    let finding = Finding::new("settled/not-applied", expected, actual).on(on);
    Some(finding.hint("see its conditions, and first those of what it depends on"))
}
