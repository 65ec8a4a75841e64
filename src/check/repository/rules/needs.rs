//! `dependsOn`: names that exist, no circle, and what a suite wants something to wait for.

use std::collections::BTreeSet;

use super::Ground;
use super::names::{hint, namespace};
use super::wiring::plain;
use crate::check::repository::fault::Fault;
use crate::check::repository::model::{HELM, KUSTOMIZE, Object};
use crate::check::yaml::Node;

/// Namespace and name.
type Id<'o> = (&'o str, &'o str);

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let graphs = [(KUSTOMIZE, "Kustomization"), (HELM, "HelmRelease")];
    let mut faults = Vec::new();
    for cluster in 0..ground.spec.entries.len() {
        for (group, kind) in graphs {
            let all: Vec<&Object> = ground.reach.objects_in(cluster).filter(|object| object.is(group, kind)).collect();
            for object in &all {
                faults.extend(unknown(ground, object, &all));
                faults.extend(circle(object, &all));
            }
            if kind == "Kustomization" {
                faults.extend(wanted(ground, &all));
            }
        }
    }
    faults
}

fn id(object: &Object) -> Id<'_> {
    (object.home(), object.name())
}

/// The entries of `spec.dependsOn`, each with what it names.
fn dependencies(object: &Object) -> impl Iterator<Item = (&Node, Id<'_>)> {
    let items = object.root.at(&["spec", "dependsOn"]).map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| {
        let node = item.get("name")?;
        Some((node, (namespace(item, object)?, plain(Some(node))?)))
    })
}

fn unknown(ground: &Ground<'_>, object: &Object, all: &[&Object]) -> Vec<Fault> {
    let kind = object.kind();
    let is_known = |wanted: Id<'_>| all.iter().any(|other| id(other) == wanted) || ground.spec.is_given(kind, wanted.1);
    let open = dependencies(object).filter(|(_, wanted)| !is_known(*wanted));
    open.map(|(node, (namespace, name))| {
        let expected = format!("{} waits for a {kind} that exists", object.title());
        let actual = format!("no {kind} {name} in namespace {namespace}: it waits for ever");
        let hint = hint(ground, object.cluster, kind, name, "correct the name, or add what is missing");
        Fault::new(object.place(node), "unknown-dependency", expected, actual).hint(hint)
    })
    .collect()
}

/// Objects that wait for each other are told at each of them.
fn circle(object: &Object, all: &[&Object]) -> Option<Fault> {
    let (node, (_, name)) = dependencies(object).find(|(_, need)| behind(*need, all).contains(&id(object)))?;
    let expected = format!("{} waits for nothing that waits for it", object.title());
    let fault = Fault::new(object.place(node), "circle", expected, format!("{name} does: neither ever begins"));
    Some(fault.hint("remove one of the dependencies"))
}

/// An object, and everything that it waits for.
fn behind<'o>(first: Id<'o>, all: &[&'o Object]) -> BTreeSet<Id<'o>> {
    let mut found = BTreeSet::from([first]);
    let mut open = vec![first];
    while let Some(one) = open.pop() {
        let of_it = all.iter().filter(|object| id(object) == one).flat_map(|object| dependencies(object));
        for (_, next) in of_it {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

fn wanted(ground: &Ground<'_>, all: &[&Object]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, needs) in &ground.spec.depends_on {
        // Where the Kustomization itself is missing, `files` says so.
        for object in all.iter().filter(|object| object.name() == name) {
            let found = behind(id(object), all);
            for need in needs.iter().filter(|need| !found.iter().any(|(_, name)| name == need)) {
                let place = object.nearest(&["spec", "dependsOn"]);
                let expected = format!("{} waits for {need}, over however many steps", object.title());
                let fault = Fault::new(place, "not-behind", expected, "it does not");
                faults.push(fault.hint(format!("add `- name: {need}` to spec.dependsOn")));
            }
        }
    }
    faults
}
