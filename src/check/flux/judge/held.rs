//! What the inventories hold, and whether it is still there.

use super::{Told, is_kustomization};
use crate::check::finding::Finding;
use crate::check::flux::inventory::Id;
use crate::check::flux::seen::{Entry, Object, Observation};
use crate::check::flux::spec::{Demand, Named};

pub(super) fn of_object(demand: &Demand, seen: &Observation, object: &Object) -> Vec<Told> {
    let Some(own) = &object.kustomization else { return Vec::new() };
    let mut told: Vec<Told> = own.inventory.iter().filter_map(|entry| twice(seen, object, entry)).collect();
    if demand.present.is_empty() {
        return told;
    }
    if own.inventory.is_empty() {
        let finding = Finding::new("flux/inventory-empty", "it has applied something", "its inventory is empty");
        told.push(Told::Unclear(finding.on(object.title())));
    }
    told.extend(own.inventory.iter().filter_map(|entry| gone(demand, seen, object, entry)));
    told
}

/// What was looked into for variables that were not replaced, and what was found.
#[derive(Default)]
pub(super) struct Searched {
    pub(super) examined: Vec<String>,
    pub(super) told: Vec<Told>,
}

/// Looks into each object that was asked for, but those that Flux is asked to leave as they are.
pub(super) fn texts(demand: &Demand, seen: &Observation, chosen: &[&Object]) -> Searched {
    let mut searched = Searched::default();
    if !demand.substituted {
        return searched;
    }
    let entries = chosen.iter().filter_map(|object| object.kustomization.as_ref()).flat_map(|own| &own.inventory);
    let found = entries.filter_map(|entry| seen.held.iter().find(|held| held.id == entry.id));
    for (held, texts) in found.filter_map(|held| Some((held, held.texts.as_ref()?))).filter(|(_, texts)| !texts.spared)
    {
        let title = Id::parse(&held.id).map_or_else(|| held.id.clone(), |id| id.title());
        if texts.read > 0 {
            searched.examined.push(format!("{title} ({} texts)", texts.read));
        }
        if !texts.literal.is_empty() {
            let all: Vec<String> =
                texts.literal.iter().map(|one| format!("`{}` in {}", one.variable, one.field)).collect();
            let expected = "Flux has replaced every variable in it";
            let finding = Finding::new("flux/not-substituted", expected, all.join(", ")).on(title);
            let hint =
                "see `postBuild` of its Kustomization; what is meant to stay has the annotation `substitute: disabled`";
            searched.told.push(Told::Fails(finding.hint(hint)));
        }
    }
    if searched.examined.is_empty() {
        let expected = "what they have applied has texts, in which a variable could be left";
        searched.told.push(Told::Unclear(Finding::new("flux/not-looked-at", expected, "none was looked at")));
    }
    searched
}

/// What none of them holds.
pub(super) fn of_all(demand: &Demand, chosen: &[&Object]) -> Vec<Told> {
    let entries = || chosen.iter().filter_map(|object| object.kustomization.as_ref()).flat_map(|own| &own.inventory);
    let is_held = |named: &Named| entries().filter_map(|entry| Id::parse(&entry.id)).any(|id| is(named, &id));
    let missing = demand.holds.iter().filter(|named| is_kustomization(demand) && !is_held(named));
    let finding = |named: &Named| {
        let place = named.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
        let expected = format!("one of them has applied {} {place}{}", named.kind, named.name);
        let finding = Finding::new("flux/not-held", expected, format!("none of {} inventories has it", chosen.len()));
        Told::Fails(finding.hint("see the folder, and whether its kustomization.yaml lists the file"))
    };
    missing.map(finding).collect()
}

fn is(named: &Named, id: &Id) -> bool {
    named.kind == id.kind && named.name == id.name && named.namespace == id.namespace
}

/// Two owners apply it by turns, each with what it takes for right; the first to prune it takes it from the other.
fn twice(seen: &Observation, object: &Object, entry: &Entry) -> Option<Told> {
    let others = seen.objects.iter().filter(|other| other.title() != object.title());
    let mut owners =
        others.filter(|other| other.kustomization.iter().any(|own| own.inventory.iter().any(|one| one.id == entry.id)));
    let other = owners.next()?;
    let title = Id::parse(&entry.id).map_or_else(|| entry.id.clone(), |id| id.title());
    let finding =
        Finding::new("flux/owned-twice", format!("{title} has one owner"), format!("{} owns it, too", other.title()));
    Some(Told::Fails(finding.on(object.title()).hint("take it out of one of the two folders")))
}

fn gone(demand: &Demand, seen: &Observation, object: &Object, entry: &Entry) -> Option<Told> {
    let id = Id::parse(&entry.id);
    let title = id.as_ref().map_or_else(|| entry.id.clone(), Id::title);
    let expected = format!("{title}, which it has applied, is there");
    match seen.held.iter().find(|held| held.id == entry.id) {
        Some(held) if held.there => None,
        Some(_) => {
            let finding = Finding::new("flux/drift", expected, "it is gone, or its kind is");
            Some(Told::Fails(
                finding.on(object.title()).hint("it comes back with the next reconciliation: find who deletes it"),
            ))
        }
        None if id.is_some_and(|id| demand.unread.contains(&id.kind)) => None,
        None => {
            let finding = Finding::new("flux/not-read", expected, "`present` does not name its kind and namespace");
            Some(Told::Unclear(
                finding.on(object.title()).hint("add it to `present`, or its kind to `unread`").terminal(),
            ))
        }
    }
}
