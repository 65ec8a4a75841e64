//! Workloads, custom objects and pods.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{STUCK, Stands, not_observed, seconds, suspended};
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::settled::said::{Said, State};
use crate::check::settled::{Object, Pod, Rollout};

/// Reasons of a HelmRelease's Ready=False that speak of others, which may still come.
const WAITS: [&str; 4] = ["DependencyNotReady", "SourceNotReady", "ArtifactFailed", "HealthCheckCanceled"];

/// How an object stands; `failed` are the workloads of which a pod has failed.
pub(super) fn object(object: &Object, failed: &BTreeSet<&str>, at: Timestamp) -> Stands {
    if let Some(said) = &object.said {
        return of_flux(said, at);
    }
    if let Some(finding) = behind(object) {
        return Stands::Moves(finding);
    }
    match &object.rollout {
        Some(rollout) if !rollout.is_done() => unfinished(rollout, failed.contains(object.name.as_str())),
        _ => Stands::Still,
    }
}

/// Why a controller has not acted on an object yet. One that says nothing has not looked at it.
fn behind(object: &Object) -> Option<Finding> {
    let actual = match object.observed_generation {
        Some(observed) if observed == object.generation && object.under_way => "it is still at it".to_owned(),
        Some(observed) if observed == object.generation => return None,
        Some(observed) if observed >= 0 => format!("only on generation {observed}"),
        _ => "on none yet".to_owned(),
    };
    Some(not_observed(object.generation, actual))
}

fn unfinished(rollout: &Rollout, pod_failed: bool) -> Stands {
    let Rollout { wanted, all, updated, to_update, ready, .. } = rollout;
    let counts = format!("{updated} of the present template, {ready} ready, {all} in all");
    if let Some(why) = &rollout.given_up {
        return Stands::Failed(format!("{why}: of {wanted} pods {counts}"));
    }
    if pod_failed {
        return Stands::Failed(format!("a pod of it has failed: of {wanted} pods {counts}"));
    }
    let expected = format!("{to_update} of the present template, {wanted} ready, {wanted} in all");
    let finding = Finding::new("settled/rolling-out", expected, counts);
    Stands::Moves(if rollout.paused {
        finding.hint("its rollouts are paused: `kubectl rollout resume` it").terminal()
    } else {
        finding.hint("wait; see its pods and events where it takes long")
    })
}

/// An object of Flux has no `observedGeneration` before it has succeeded; its conditions tell.
fn of_flux(said: &Said, at: Timestamp) -> Stands {
    let is_stuck = |why: &Condition| why.since.is_some_and(|since| seconds(since, at) >= STUCK);
    match said.state() {
        State::Ready => Stands::Still,
        State::Suspended => Stands::Moves(suspended("it is suspended")),
        State::Unobserved(actual) => Stands::Moves(not_observed(said.generation, actual)),
        State::Stalled(why) => Stands::Failed(why.reason.clone()),
        State::Failed(why) if !WAITS.contains(&why.reason.as_str()) || is_stuck(why) => {
            Stands::Failed(why.reason.clone())
        }
        State::Failed(why) | State::AtWork(why) => Stands::Moves(at_work(why)),
    }
}

/// Its controller is not done with it.
pub(super) fn at_work(why: &Condition) -> Finding {
    Finding::new("settled/reconciling", "its controller is done with it", why.words()).hint("wait; see its conditions")
}

pub(super) fn pod(pod: &Pod, limit: f64, at: Timestamp) -> Stands {
    if pod.leaving {
        return Stands::Moves(Finding::new("settled/pod-leaves", "no pod is on its way out", "this one is"));
    }
    let expected = format!("nothing has changed for {limit} s");
    let Some(change) = &pod.change else {
        return Stands::Moves(Finding::new("settled/pod-silent", expected, "it does not tell when it changed"));
    };
    let since = seconds(change.at, at);
    let actual = format!("{}, {since:.0} s ago", change.what);
    if since < limit {
        return Stands::Moves(Finding::new("settled/pod-moves", expected, actual));
    }
    match &pod.failed {
        Some(why) => Stands::Failed(why.clone()),
        None if pod.ready => Stands::Still,
        None if since >= STUCK => Stands::Failed(format!("it is not ready, and {actual}")),
        None => {
            let finding = Finding::new("settled/rolling-out", "it is ready", format!("it is not; {actual}"));
            Stands::Moves(finding.hint("wait; see its events and containers where it takes long"))
        }
    }
}
