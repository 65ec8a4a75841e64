//! What an object says of itself.
//!
//! Ready=True of an earlier generation is no news of this one, and a suspended object keeps the Ready that it had. Flux
//! writes `status.observedGeneration` only on success, so that a failure is told by the condition's own.

use super::Told;
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::flux::seen::Object;

/// What is wrong with an object.
pub(super) struct Fault {
    pub(super) told: Told,
    pub(super) follows: Follows,
}

/// What a fault may only follow from. What does not is told whatever else is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    Nothing,
    /// From its source, which could not be read.
    Source,
    /// From what it waits for, and then from its source.
    Dependencies,
}

/// What keeps an object from having done its work; `None` when it says that it has.
pub(super) fn fault(object: &Object) -> Option<Fault> {
    let own = |finding: Finding| Some(Fault { told: Told::Fails(finding), follows: Follows::Nothing });
    if object.deleting {
        let finding = Finding::new("flux/being-deleted", "it stays", "its deletion has been asked for");
        return own(finding.hint("see who deletes it: a Kustomization with `prune` deletes what left its folder"));
    }
    if object.suspended {
        let actual = "it is suspended: whatever its status says is of the past";
        return own(
            Finding::new("flux/suspended", "it is at work", actual).hint("`flux resume` it, and find who suspended it")
        );
    }
    if object.fixed {
        return None;
    }
    let Some(ready) = object.condition("Ready") else {
        let finding =
            Finding::new("flux/unobserved", "its controller says whether it is ready", "it has said nothing yet");
        return unclear(finding.hint("see whether Flux's controller for it runs"));
    };
    if let Some(told) = of_another_generation("condition Ready", object.generation, ready.observed_generation) {
        return unclear(told);
    }
    if let Some(finding) = remediated(object, ready) {
        return own(finding);
    }
    if let Some(stalled) = holds(object, "Stalled") {
        let finding = Finding::new("flux/stalled", "it goes on", stalled.words());
        return own(finding.hint("it does not try again until it is changed: mend what the message says").terminal());
    }
    match ready.status.as_str() {
        "True" => unsettled(object),
        "False" => {
            let (code, hint) = code(object, ready);
            let finding = Finding::new(code, "it is ready", ready.words()).hint(hint);
            Some(Fault { told: Told::Fails(finding), follows: follows(ready) })
        }
        _ => unclear(Finding::new("flux/progressing", "it is ready", ready.words())),
    }
}

fn unclear(finding: Finding) -> Option<Fault> {
    Some(Fault { told: Told::Unclear(finding), follows: Follows::Dependencies })
}

/// Whether the reason speaks of others (kustomize-controller 1.7, helm-controller 1.4, and source-controller 1.7 of a HelmChart). A
/// build that failed was begun, so that its dependencies were ready.
fn follows(ready: &Condition) -> Follows {
    match ready.reason.as_str() {
        "DependencyNotReady" => Follows::Dependencies,
        "ArtifactFailed" | "SourceNotReady" | "SourceUnavailable" | "NoSourceArtifact" => Follows::Source,
        _ => Follows::Nothing,
    }
}

/// Ready, but not at rest.
fn unsettled(object: &Object) -> Option<Fault> {
    if let Some(reconciling) = holds(object, "Reconciling") {
        return unclear(Finding::new("flux/progressing", "it is at rest", reconciling.words()));
    }
    let observed = object.observed_generation.unwrap_or(-1);
    of_another_generation("its status", object.generation, Some(observed)).and_then(unclear)
}

fn of_another_generation(who: &str, generation: Option<i64>, observed: Option<i64>) -> Option<Finding> {
    let (generation, observed) = (generation?, observed?);
    if generation == observed {
        return None;
    }
    let expected = format!("{who} is of generation {generation}");
    let actual = if observed < 0 { "of none yet".to_owned() } else { format!("of generation {observed}") };
    Some(Finding::new("flux/stale-generation", expected, actual).hint("see whether Flux's controller for it runs"))
}

/// Helm failed, and what runs now is another release than the one that was meant, or none.
fn remediated(object: &Object, ready: &Condition) -> Option<Finding> {
    let done = holds(object, "Remediated").filter(|_| ready.status != "True")?;
    let released = object.condition("Released").map(Condition::words);
    let why = released.map_or_else(String::new, |why| format!("; first: {why}"));
    let finding = Finding::new("flux/remediated", "the release that was meant runs", format!("{}{why}", done.words()));
    let finding = finding.hint("see the first message: an earlier release runs, or none");
    // With retries left, it tries again.
    Some(if holds(object, "Stalled").is_some() { finding.terminal() } else { finding })
}

/// A condition that is true of this generation.
fn holds<'a>(object: &'a Object, name: &str) -> Option<&'a Condition> {
    let condition = object.condition(name).filter(|condition| condition.is_true())?;
    let is_old = condition.observed_generation.is_some_and(|of| object.generation.is_some_and(|now| of != now));
    (!is_old).then_some(condition)
}

/// The code of a reason, and what to do (kustomize-controller 1.7, helm-controller 1.4, source-controller 1.7).
fn code(object: &Object, ready: &Condition) -> (&'static str, &'static str) {
    let is_source = object.kustomization.is_none() && object.release.is_none();
    match ready.reason.as_str() {
        "DependencyNotReady" => ("flux/waits", "see what it depends on; it asks again every 30 s"),
        _ if is_source => ("flux/fetch-failed", "see its address, its reference, and the Secret that it logs in with"),
        "ArtifactFailed" | "SourceNotReady" => {
            ("flux/artifact-failed", "see its source, and whether the path is in it")
        }
        "BuildFailed" => ("flux/build-failed", "try `kustomize build` and `flux build kustomization` in the checkout"),
        "HealthCheckFailed" => ("flux/unhealthy", "see the objects that the message names"),
        "ReconciliationFailed" | "PruneFailed" if object.kustomization.is_some() => {
            ("flux/apply-failed", "the API server refused an object; where one is refused, none is applied")
        }
        "InstallFailed" | "UpgradeFailed" | "TestFailed" | "RollbackFailed" | "UninstallFailed" => {
            ("flux/release-failed", "see the message, and `helm history` of the release")
        }
        _ => ("flux/not-ready", "see the message, and the controller's log"),
    }
}
