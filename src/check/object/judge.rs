//! Judges objects: whether they are there, seen by their controllers, and what they should be.

mod each;
mod expression;
mod field;
mod settled;
mod value;

use jiff::Timestamp;

use super::count::Count;
use super::observation::{Fields, Found, Observation, Served};
use super::spec::{Age, Demand};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

pub(super) fn judge(demand: &Demand, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    match &seen.served {
        Served::Not { versions } => judgement.fail(not_served(demand, versions)),
        Served::As { namespaced, kind, .. } if !demand.suits(*namespaced) => {
            judgement.fail(other_scope(kind, *namespaced).terminal());
        }
        Served::As { kind, .. } => of_objects(demand, seen, kind, at, &mut judgement),
    }
    judgement.conclude(Finding::new("object/nothing-examined", "at least one object", "none"))
}

fn not_served(demand: &Demand, versions: &[String]) -> Finding {
    let expected = format!("the cluster serves {} {}", demand.api_version, demand.kind);
    if versions.is_empty() {
        let finding = Finding::new("object/unknown-kind", expected, "it knows no such kind: its CRD is not installed");
        return finding.hint("install the CRD, or see why the operator's chart did not").terminal();
    }
    let finding = Finding::new("object/version-not-served", expected, format!("only in {}", versions.join(", ")));
    finding.hint("write the version that is served, here and in the manifests").terminal()
}

/// What the suite says of the namespace does not suit the kind.
fn other_scope(kind: &str, namespaced: bool) -> Finding {
    if namespaced {
        let finding = Finding::new("object/no-namespace-given", "one object by its name", "its namespace is not said");
        return finding.hint(format!("{kind} lives in namespaces: add `namespace` to the check"));
    }
    let finding = Finding::new("object/no-namespaces", format!("{kind} lives in namespaces"), "it does not");
    finding.hint("remove `namespace` from the check")
}

fn of_objects(demand: &Demand, seen: &Observation, kind: &str, at: Timestamp, judgement: &mut Judgement) {
    let names = seen.objects.iter().map(|object| name(kind, object));
    let least = demand.count.as_ref().map_or(1, Count::least);
    let measured = Measurement::new("objects", seen.owned as f64, Unit::Count);
    if demand.is_none() {
        // The answer to one question is what an absence rests on.
        judgement.examined("lists", [which(demand, kind)]);
        judgement.measured(measured.limit(Limit::AtMost(0.0)));
    } else {
        judgement.examined("objects", names);
        judgement.measured(measured.limit(Limit::AtLeast(least as f64)));
    }
    if let Some(finding) = miscounted(demand, seen, kind) {
        judgement.fail(finding);
    }
    if demand.is_none() {
        return;
    }
    if seen.owned > seen.objects.len() as u64 {
        let actual = format!("{} of {}", seen.objects.len(), seen.owned);
        let finding = Finding::new("object/too-many", "every object is looked at", actual);
        judgement.unclear(finding.hint("narrow the check by `namespace` or `selector`").terminal());
    }
    if demand.known_fields
        && let Some(finding) = not_examined(seen.fields.as_ref(), kind)
    {
        judgement.unclear(finding);
    }
    if !demand.for_each.is_empty() {
        let elements: u64 = seen.objects.iter().flat_map(|object| &object.elements).map(|seen| seen.count).sum();
        judgement.measured(Measurement::new("elements", elements as f64, Unit::Count));
    }
    seen.objects.iter().for_each(|object| of_object(demand, seen, kind, object, at, judgement));
}

/// `VMRule in namespace observability with app=x owned by StatefulSet y`.
fn which(demand: &Demand, kind: &str) -> String {
    let mut text = kind.to_owned();
    let mut add = |words: Option<String>| text.extend(words);
    add(demand.name.as_ref().map(|name| format!(" {name}")));
    add(demand.namespace.as_ref().map(|namespace| format!(" in namespace {namespace}")));
    add(demand.selector.as_ref().map(|selector| format!(" with {selector}")));
    add(demand.owner.as_ref().map(|owner| format!(" owned by {} {}", owner.kind, owner.name)));
    text
}

fn miscounted(demand: &Demand, seen: &Observation, kind: &str) -> Option<Finding> {
    let holds = demand.count.as_ref().map_or(seen.owned > 0, |count| count.holds(seen.owned));
    if holds {
        return None;
    }
    let which = which(demand, kind);
    let some: Vec<_> = seen.objects.iter().take(5).map(Found::path).collect();
    if demand.is_none() {
        let held = seen.objects.iter().find_map(|object| object.deleting.as_ref());
        let held = held.map_or_else(String::new, |held| format!("; one is being deleted {held}"));
        let actual = format!("{}: {}{held}", seen.owned, some.join(", "));
        return Some(Finding::new("object/unwanted", format!("no {which}"), actual));
    }
    if seen.owned == 0 {
        let others = demand.owner.is_some() && seen.found > 0;
        let actual = if others { format!("none is owned so, of {}", seen.found) } else { "none".to_owned() };
        let wanted = demand.count.as_ref().map_or_else(|| "at least 1".to_owned(), Count::to_string);
        let finding = Finding::new("object/missing", format!("{wanted} {which}"), actual);
        return Some(finding.hint("see what should make it: a HelmRelease, a Kustomization, or a controller"));
    }
    let count = demand.count.as_ref()?;
    let actual = format!("{}: {}", seen.owned, some.join(", "));
    Some(Finding::new("object/other-count", format!("{count} {which}"), actual))
}

fn not_examined(fields: Option<&Fields>, kind: &str) -> Option<Finding> {
    let why = match fields {
        Some(Fields::Cluster | Fields::Given(_)) => return None,
        Some(Fields::Nothing(why)) => why.as_str(),
        None => "it was not looked for",
    };
    let finding = Finding::new("object/fields-not-examined", format!("it is known which fields {kind} has"), why);
    Some(finding.hint("give a folder of full CRDs with --schemas, or remove `known_fields`").terminal())
}

/// An object on its way out explains the rest.
fn of_object(
    demand: &Demand,
    seen: &Observation,
    kind: &str,
    object: &Found,
    at: Timestamp,
    judgement: &mut Judgement,
) {
    let on = name(kind, object);
    if let Some(deleting) = &object.deleting {
        let finding = Finding::new("object/being-deleted", "it stays", format!("it is being deleted {deleting}"));
        judgement.fail(finding.on(on).hint("find who deleted it, and what its finalizers wait for"));
        return;
    }
    let unsettled = settled::of_object(demand, seen, object);
    let settled = unsettled.is_none();
    unsettled.into_iter().for_each(|finding| judgement.unclear(finding.on(&on)));
    let told = settled::conditions(demand, object, settled)
        .into_iter()
        .chain(field::of_object(demand, object, settled, at))
        .chain(each::of_object(demand, object, settled, at))
        .chain(expression::of_object(demand, object, settled));
    told.for_each(|found| found.tell(&on, judgement));
    if let Some(finding) = demand.age.as_ref().and_then(|age| other_age(age, object, at)) {
        judgement.fail(finding.on(&on));
    }
    object.unknown.iter().for_each(|unknown| judgement.fail(field::unknown(unknown, kind).on(&on)));
}

fn other_age(age: &Age, object: &Found, at: Timestamp) -> Option<Finding> {
    let Some(created) = object.created else {
        return Some(Finding::new("object/other-age", "it says when it was made", "it does not"));
    };
    let actual = format!("it was made {}", value::ago(created, at));
    let other = |expected: String| Some(Finding::new("object/other-age", expected, &actual));
    match (age.older_than, age.newer_than) {
        (Some(older), _) if !value::is_older(created, older, at) => other(format!("it was made at least {older} ago")),
        (_, Some(newer)) if !value::is_newer(created, newer, at) => other(format!("it was made at most {newer} ago")),
        _ => None,
    }
}

fn name(kind: &str, object: &Found) -> String {
    format!("{kind} {}", object.path())
}

/// What is not as it should be, and whether that is known for sure.
enum Told {
    Fails(Finding),
    Unclear(Finding),
}

impl Told {
    fn tell(self, on: &str, judgement: &mut Judgement) {
        match self {
            Self::Fails(finding) => judgement.fail(finding.on(on)),
            Self::Unclear(finding) => judgement.unclear(finding.on(on)),
        }
    }
}
