//! Judges an ExternalSecret by what its controller wrote, and not by `Ready` alone.

use jiff::Timestamp;

use super::observation::{External, Observation, Served, Store};
use super::spec::Spec;
use super::target;
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::verdict::Verdict;
use crate::units::Duration;

/// Reason and message of a synchronisation. `Ready` is True as well when the provider's data is gone and the Secret was
/// deleted or kept (External Secrets 1.0.0, pkg/controllers/externalsecret/externalsecret_controller.go).
const SYNCED: (&str, &str) = ("SecretSynced", "secret synced");
/// Reason of a store that was tried (pkg/controllers/secretstore/common.go).
const VALID: &str = "Valid";

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    let nothing = Finding::new("external_secret/nothing-examined", "an ExternalSecret", "none");
    if let Served::Not(versions) = &seen.served {
        judgement.fail(unserved(versions));
        return judgement.conclude(nothing);
    }
    let Some(external) = &seen.external else {
        let finding = Finding::new("external_secret/missing", "the ExternalSecret exists", "it does not");
        judgement.fail(finding.on(spec.object()).hint("check its name and namespace, and who was to apply it"));
        return judgement.conclude(nothing);
    };
    judgement.examined("ExternalSecrets", [spec.object()]);
    let mut findings = Vec::new();
    if let Some(since) = &external.deleting {
        let actual = format!("it is being deleted since {since}");
        findings.push(Finding::new("external_secret/being-deleted", "the ExternalSecret stays", actual));
    }
    findings.extend(store(spec, external, seen.store.as_ref()));
    let synced = synced(external);
    // What was not synchronised is neither old nor wrong in its Secret.
    let is_synced = synced.is_none();
    findings.extend(synced);
    if is_synced {
        match refreshed(spec, external, at) {
            Ok(age) => judgement.age(age.max(0.0)),
            Err(finding) => findings.push(finding),
        }
        findings.extend(target::judge(spec, external, seen.target.as_ref()));
    }
    for finding in findings {
        let on = finding.object.clone().unwrap_or_else(|| spec.object());
        judgement.fail(finding.on(on));
    }
    judgement.conclude(nothing)
}

fn unserved(versions: &[String]) -> Finding {
    let expected = "the API serves externalsecrets.external-secrets.io as v1";
    if versions.is_empty() {
        let finding = Finding::new("external_secret/not-installed", expected, "it serves nothing of that group");
        return finding.hint("install External Secrets with its CRDs").terminal();
    }
    let actual = format!("it serves {}", versions.join(", "));
    let hint = "see which version of External Secrets runs, and whether all of its CRDs are of that version";
    Finding::new("external_secret/other-version", expected, actual).hint(hint).terminal()
}

/// The store that it names is the wanted one, exists and works.
fn store(spec: &Spec, external: &External, store: Option<&Store>) -> Option<Finding> {
    let Some(named) = &external.store else {
        let finding = Finding::new("external_secret/other-store", "it names a store", "spec.secretStoreRef names none");
        return Some(
            finding.hint("entries with a sourceRef of their own are not judged: name the store for all of them"),
        );
    };
    if let Some(wanted) = spec.store.as_ref().filter(|wanted| *wanted != named) {
        let finding = Finding::new("external_secret/other-store", wanted.to_string(), named.to_string());
        return Some(finding.hint("see spec.secretStoreRef; without `kind` it means a SecretStore of its namespace"));
    }
    let Some(store) = store else {
        let finding = Finding::new("external_secret/store-missing", "the store exists", "it does not");
        return Some(finding.on(named.to_string()).hint("see spec.secretStoreRef, and who was to apply the store"));
    };
    let is_valid = |ready: &Condition| ready.is_true() && ready.reason == VALID;
    if store.ready.as_ref().is_some_and(is_valid) {
        return None;
    }
    let finding = Finding::new("external_secret/store-not-ready", "Ready True, Valid", words(store.ready.as_ref()));
    Some(finding.on(&store.name).hint("see its credentials, and whether its provider can be reached"))
}

/// Synchronised as it is now.
fn synced(external: &External) -> Option<Finding> {
    let expected = format!("Ready True, {}: {}", SYNCED.0, SYNCED.1);
    let actual = words(external.ready.as_ref());
    let ready = external.ready.as_ref().filter(|ready| ready.is_true());
    let Some(ready) = ready else {
        let finding = Finding::new("external_secret/not-ready", expected, actual);
        return Some(finding.hint("see its events: a key that the store does not have, or a store that does not work"));
    };
    if (ready.reason.as_str(), ready.message.as_str()) != SYNCED {
        let finding = Finding::new("external_secret/not-synced", expected, actual);
        return Some(
            finding.hint("it is Ready without having synchronised: the store's data is gone, or was never there"),
        );
    }
    let generation = external.synced.as_deref().and_then(|synced| synced.split_once('-')?.0.parse::<i64>().ok());
    if generation.is_some() && generation == external.generation {
        return None;
    }
    let shown = |generation: Option<i64>| generation.map_or_else(|| "none".to_owned(), |number| number.to_string());
    let expected = format!("generation {} was synchronised", shown(external.generation));
    let finding = Finding::new("external_secret/old-generation", expected, format!("generation {}", shown(generation)));
    Some(finding.hint("see whether the controller runs: it synchronises at once when the spec changes"))
}

/// How long ago it was refreshed, in seconds, where that is not too long.
fn refreshed(spec: &Spec, external: &External, at: Timestamp) -> Result<f64, Finding> {
    let Some(refreshed) = external.refreshed.as_ref().and_then(|text| text.parse::<Timestamp>().ok()) else {
        let actual = external.refreshed.as_deref().unwrap_or("it has none");
        return Err(Finding::new("external_secret/never-refreshed", "status.refreshTime is a time", actual));
    };
    let age = at.duration_since(refreshed).as_secs_f64();
    let interval = external.interval.as_deref().unwrap_or("1h");
    let periodic = external.policy.as_deref().is_none_or(|policy| policy == "Periodic");
    let interval = interval.parse::<Duration>().map_err(|error| {
        Finding::new("external_secret/never-refreshed", "spec.refreshInterval is a length of time", error)
    })?;
    if !periodic || interval.0.is_zero() {
        let policy = external.policy.as_deref().unwrap_or("Periodic");
        let actual = format!("refreshInterval {interval}, refreshPolicy {policy}");
        let finding = Finding::new("external_secret/never-refreshed", "it is refreshed again and again", actual);
        let hint = "a secret that is changed in the store stays as it was here; with `once: true` that is right";
        return if spec.once { Ok(age) } else { Err(finding.hint(hint)) };
    }
    let limit = interval.as_secs_f64() + spec.grace.as_secs_f64();
    // A time to come would stay fresh for as long as it is wrong.
    if age <= limit && age >= -spec.grace.as_secs_f64() {
        return Ok(age);
    }
    let expected = format!("refreshed within {interval}, and {} of grace", spec.grace);
    let finding = Finding::new("external_secret/stale", expected, format!("{age:.0} s ago, at {refreshed}"));
    Err(finding.hint("see whether the controller runs, and its log: Ready stays True when it does not"))
}

fn words(condition: Option<&Condition>) -> String {
    condition.map_or_else(|| "it has no condition Ready".to_owned(), Condition::words)
}
