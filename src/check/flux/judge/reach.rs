//! What an object waits for, and where it comes from.

use std::collections::BTreeSet;

use super::Told;
use super::cause::{self, Graph};
use crate::check::finding::Finding;
use crate::check::flux::inventory::Id;
use crate::check::flux::kinds::Target;
use crate::check::flux::seen::{Object, Reference};
use crate::check::flux::spec::{Demand, Root};

pub(super) fn of_object(demand: &Demand, graph: &Graph<'_>, object: &Object) -> Vec<Told> {
    let mut told = dependencies(demand, graph, object);
    if let Some(root) = &demand.from {
        told.extend(from(root, graph, object).map(|finding| Told::Fails(finding.on(object.title()))));
    }
    told
}

/// Ready stays true when a dependency goes later, so the whole closure is looked at.
fn dependencies(demand: &Demand, graph: &Graph<'_>, object: &Object) -> Vec<Told> {
    let awaited = graph.waits_for(object);
    let is_waiting = object.condition("Ready").is_some_and(|ready| ready.status != "True");
    // Of an object that waits, a dependency that is missing is its first cause, and told as such.
    let missing = awaited.iter().filter(|one| one.object.is_none() && !is_waiting);
    let of_missing = |one: &cause::Awaits<'_>| {
        cause::missing_dependency(&object.kind, one.path).map(|finding| finding.on(one.by.title()))
    };
    let mut told: Vec<Told> = missing.map(of_missing).collect();
    for wanted in &demand.depends_on {
        let path = if wanted.contains('/') { wanted.clone() } else { format!("{}/{wanted}", object.namespace) };
        if awaited.iter().any(|one| one.path == path) {
            continue;
        }
        let all: Vec<&str> = awaited.iter().map(|one| one.path).collect();
        let actual =
            if all.is_empty() { "it waits for nothing".to_owned() } else { format!("it waits for {}", all.join(", ")) };
        let finding =
            Finding::new("flux/no-dependency", format!("it waits for {path}, itself or by way of others"), actual);
        told.push(Told::Fails(finding.on(object.title()).hint("add it to `spec.dependsOn`")));
    }
    if awaited.iter().any(|one| one.object.is_some_and(|one| one.depends_on.contains(&object.path()))) {
        let finding = Finding::new("flux/dependency-cycle", "it does not wait for itself", "it does, by way of others");
        told.push(Told::Fails(finding.on(object.title()).hint("take one `dependsOn` out of the circle")));
    }
    told
}

/// Follows the labels that kustomize-controller gives to everything that it applies, up to a Kustomization that nobody
/// applied, or that is in its own folder, as `flux bootstrap` makes it.
fn from(root: &Root, graph: &Graph<'_>, object: &Object) -> Option<Finding> {
    let wanted = format!("{} {}/{}", root.kind, root.namespace, root.name);
    let broken = |actual: String| {
        let finding = Finding::new("flux/not-from", format!("it is applied from {wanted}, step by step"), actual);
        Some(finding.hint("see the kustomization.yaml of each folder on the way: it must list what is below"))
    };
    let (mut here, mut seen) = (object, BTreeSet::new());
    while let Some(above) = here.applied_by.as_deref().filter(|above| *above != here.path() || !is_kustomization(here))
    {
        if !seen.insert(here.title()) {
            return broken(format!("{} is applied by itself, by way of others", here.title()));
        }
        let Some(parent) = graph.get(Target::Kustomization.name(), above) else {
            return broken(format!(
                "{} says that it is applied by Kustomization {above}, which does not exist",
                here.title()
            ));
        };
        if !holds(parent, here) {
            return broken(format!("{} does not have {} in its inventory", parent.title(), here.title()));
        }
        here = parent;
    }
    if !is_kustomization(here) {
        return broken(format!("no Kustomization has applied {}", here.title()));
    }
    let source = here.source.as_ref().map_or_else(|| "nothing".to_owned(), Reference::title);
    if source == wanted { None } else { broken(format!("{}, at the top, takes it from {source}", here.title())) }
}

fn is_kustomization(object: &Object) -> bool {
    object.kustomization.is_some()
}

fn holds(parent: &Object, object: &Object) -> bool {
    let entries = parent.kustomization.iter().flat_map(|one| &one.inventory);
    entries
        .filter_map(|entry| Id::parse(&entry.id))
        .any(|id| id.kind == object.kind && id.name == object.name && id.namespace.as_ref() == Some(&object.namespace))
}
