//! What Flux was to apply, and what it has applied.

use super::running::at_work;
use super::{Stands, not_observed, suspended};
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::revision::is_meant;
use crate::check::settled::said::State;
use crate::check::settled::{Flux, Kustomization, Observation, SourceSeen};

/// The source, where it stands still and holds what is meant.
pub(super) fn source<'a>(flux: &Flux, seen: &'a Observation) -> Result<&'a SourceSeen, Finding> {
    let on = flux.source.path();
    let wanted = flux.revision.as_deref().filter(|revision| !revision.is_empty());
    let Some(source) = &seen.source else {
        let finding = Finding::new("settled/no-source", "the source is there", "it is not").on(on);
        return Err(finding.hint("see the name in the suite, and what should make it").terminal());
    };
    let said = &source.said;
    let why = match &said.ready {
        Some(ready) if ready.is_true() => String::new(),
        Some(ready) => format!("; {}", ready.words()),
        None => "; it has no condition Ready".to_owned(),
    };
    let fetched = source.revision.as_deref().unwrap_or("nothing");
    let state = said.state();
    if matches!(state, State::Suspended) {
        let actual = format!("it is suspended, and holds {fetched}{why}");
        return Err(suspended(actual).on(on));
    }
    if source.revision.is_none() {
        let actual = format!("nothing{why}");
        return Err(Finding::new("settled/nothing-fetched", "the source has fetched a revision", actual).on(on));
    }
    if let Some(wanted) = wanted.filter(|wanted| !is_meant(fetched, wanted)) {
        let actual = format!("{fetched}{why}");
        let finding = Finding::new("settled/other-revision", format!("the source has fetched {wanted}"), actual).on(on);
        return Err(finding.hint("see whether the commit is pushed, and on the source's branch"));
    }
    match state {
        State::Unobserved(actual) => return Err(not_observed(said.generation, actual).on(on)),
        State::AtWork(why) | State::Failed(why) => return Err(not_ready(fetched, why).on(on)),
        State::Stalled(why) => return Err(not_ready(fetched, why).on(on).terminal()),
        State::Ready | State::Suspended => {}
    }
    if seen.kustomizations.is_empty() {
        let finding = Finding::new("settled/no-kustomizations", "Kustomizations read the source", "none does").on(on);
        return Err(finding.hint("only those in the source's namespace are looked at"));
    }
    Ok(source)
}

/// What it holds may be of the past: nobody knows what is newer.
fn not_ready(fetched: &str, why: &Condition) -> Finding {
    let actual = format!("it holds {fetched}, and {}", why.words());
    let finding = Finding::new("settled/source-not-ready", "the source can fetch", actual);
    finding.hint("see its address, its reference, and the Secret that it logs in with")
}

/// How a Kustomization stands that is to apply what its source has fetched.
pub(super) fn kustomization(one: &Kustomization, source: &SourceSeen, seen: &Observation) -> Stands {
    let fetched = source.revision.as_deref().unwrap_or_default();
    let applied = one.applied.as_deref().unwrap_or("nothing yet");
    match one.said.state() {
        // It does not move any more, and is where it should be: an app that somebody stopped must not hold up the others.
        State::Suspended if applied == fetched => Stands::Failed("it is suspended".to_owned()),
        State::Suspended => Stands::Moves(suspended(format!("it is suspended; it has applied {applied}"))),
        State::Unobserved(actual) => Stands::Moves(not_observed(one.said.generation, actual)),
        State::Stalled(why) => Stands::Failed(why.reason.clone()),
        State::Ready if applied == fetched => Stands::Still,
        State::Ready => Stands::Moves(not_applied(fetched, applied.to_owned())),
        State::Failed(why) if is_final(one, why, source, seen) => Stands::Failed(why.reason.clone()),
        State::Failed(why) => Stands::Moves(not_applied(fetched, format!("{applied}; {}", why.words()))),
        State::AtWork(why) => Stands::Moves(at_work(why)),
    }
}

fn not_applied(fetched: &str, actual: String) -> Finding {
    let finding =
        Finding::new("settled/not-applied", format!("{fetched} is applied"), format!("it has applied {actual}"));
    finding.hint("see its conditions, and first those of what it depends on")
}

/// Whether a failure is one of the revision that its source holds now: trying the same again makes it no better.
fn is_final(one: &Kustomization, why: &Condition, source: &SourceSeen, seen: &Observation) -> bool {
    match why.reason.as_str() {
        "DependencyNotReady" => waits_for_ever(one, source, seen, &mut vec![one.name.as_str()]),
        // The revision is noted only when its folder was found (kustomize-controller 1.7): the time tells.
        "ArtifactFailed" => why.since.zip(source.fetched).is_some_and(|(since, fetched)| since > fetched),
        "HealthCheckCanceled" => false,
        _ => one.attempted.is_some() && one.attempted == source.revision,
    }
}

/// Whether something that it waits for has failed, is suspended, does not exist, or waits for it. Of other namespaces, and of
/// other sources' revisions, nothing is known.
fn waits_for_ever<'a>(
    one: &'a Kustomization,
    source: &SourceSeen,
    seen: &'a Observation,
    way: &mut Vec<&'a str>,
) -> bool {
    one.depends_on.iter().any(|path| {
        if way.contains(&path.as_str()) {
            return true;
        }
        let beside = seen.beside.iter().find(|one| one.name == *path);
        let Some(dependency) = seen.kustomizations.iter().find(|one| one.name == *path).or(beside) else {
            return namespace(path) == namespace(&one.name);
        };
        match dependency.said.state() {
            State::Suspended | State::Stalled(_) => true,
            State::Failed(why) if why.reason == "DependencyNotReady" => {
                way.push(path);
                waits_for_ever(dependency, source, seen, way)
            }
            State::Failed(why) => beside.is_some() || is_final(dependency, why, source, seen),
            _ => false,
        }
    })
}

fn namespace(path: &str) -> &str {
    path.split_once('/').map_or("", |(namespace, _)| namespace)
}
