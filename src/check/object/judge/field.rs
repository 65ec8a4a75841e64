//! Judges what paths lead to.

use jiff::Timestamp;

use super::{Told, value};
use crate::check::finding::Finding;
use crate::check::object::observation::{Found, Match, Seen, Unknown, Value};
use crate::check::object::path::Path;
use crate::check::object::spec::Demand;
use crate::check::object::wanted::Wanted;

/// Fields that are not as they should be. Those of a status that speaks of an older generation are left alone.
pub(super) fn of_object(demand: &Demand, object: &Found, settled: bool, at: Timestamp) -> Vec<Told> {
    let mut told = Vec::new();
    for (path, wanted) in demand.fields.iter().filter(|(path, _)| is_current(path, settled)) {
        match object.paths.iter().find(|seen| seen.path == path.as_str()) {
            Some(seen) => told.extend(of_path(path.as_str(), wanted, seen, at)),
            None => told.push(not_looked_at(path.as_str())),
        }
    }
    told
}

/// Whether what a path leads to is of the object as it is now.
pub(super) fn is_current(path: &Path, settled: bool) -> bool {
    settled || path.root().is_some_and(|root| root != "status")
}

pub(super) fn not_looked_at(path: &str) -> Told {
    let expected = format!("it was looked at {path}");
    Told::Unclear(Finding::new("object/not-looked-at", expected, "it was not").terminal())
}

pub(super) fn of_path(path: &str, wanted: &Wanted, seen: &Seen, at: Timestamp) -> Vec<Told> {
    if wanted.absent.is_some() {
        return seen.matches.iter().take(1).map(|found| unwanted(path, found)).collect();
    }
    if seen.count == 0 {
        let finding =
            Finding::new("object/missing-field", format!("{path} {}", value::words(wanted)), "nothing is there");
        let near = seen.near.as_ref().map(|near| format!("there is {near}: correct the path, or the object"));
        return vec![Told::Fails(Finding { hint: near, ..finding })];
    }
    let mut told = Vec::new();
    if let Some(count) = wanted.count.as_ref().filter(|count| !count.holds(seen.count)) {
        let actual = format!("to {}", seen.count);
        told.push(Told::Fails(Finding::new("object/other-count", format!("{path} leads to {count} places"), actual)));
    }
    if seen.count > seen.matches.len() as u64 {
        let actual = format!("{} of {}", seen.matches.len(), seen.count);
        let finding = Finding::new("object/too-many", format!("every place that {path} leads to is looked at"), actual);
        told.push(Told::Unclear(finding.hint("narrow the path").terminal()));
    }
    told.extend(seen.matches.iter().flat_map(|found| value::of_match(path, wanted, found, at)));
    told
}

fn unwanted(path: &str, found: &Match) -> Told {
    let actual = format!("{} is {}", found.at, value::shown(&found.holds));
    Told::Fails(Finding::new("object/unwanted-field", format!("{path} is absent"), actual))
}

/// A field that nobody reads.
pub(super) fn unknown(unknown: &Unknown, kind: &str) -> Finding {
    let actual = format!("it does not know {}", unknown.at);
    let finding = Finding::new("object/unknown-field", format!("{kind} knows every field"), actual).terminal();
    match &unknown.near {
        Some(near) => finding.hint(format!("did you mean {near}? As it is, nobody reads it")),
        None => finding.hint("nobody reads it: remove it, or see in which version it came"),
    }
}

/// Data that is not looked at.
pub(super) fn hidden(path: &str, words: &str, found: &Match) -> Told {
    let (why, code) = match &found.holds {
        Value::Large { bytes } => (format!("{} has {bytes} bytes, more than are kept", found.at), "object/too-large"),
        _ => (format!("{} may be a secret, and is not read", found.at), "object/hidden"),
    };
    Told::Unclear(Finding::new(code, format!("{path} {words}"), why).terminal())
}
