//! `dependsOn`: names that exist, no circle, and what a suite wants something to wait for.

use std::collections::BTreeSet;

use super::Ground;
use super::wiring::{kustomizations, plain};
use crate::check::repository::fault::{Fault, meant};
use crate::check::repository::model::{HELM, KUSTOMIZE, Object};
use crate::check::yaml::Node;

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let graphs = [(KUSTOMIZE, "Kustomization"), (HELM, "HelmRelease")];
    let mut faults = Vec::new();
    for (group, kind) in graphs {
        let all: Vec<&Object> = ground.reach.objects().filter(|object| object.is(group, kind)).collect();
        for object in &all {
            faults.extend(unknown(ground, object, &all));
            faults.extend(circle(object, &all));
        }
    }
    faults.extend(wanted(ground));
    faults
}

/// The entries of `spec.dependsOn` with their names.
fn dependencies(object: &Object) -> impl Iterator<Item = (&Node, &str)> {
    let items = object.root.at(&["spec", "dependsOn"]).map(Node::items).unwrap_or_default();
    items.iter().filter_map(|item| Some((item.get("name")?, plain(item.get("name"))?)))
}

fn unknown(ground: &Ground<'_>, object: &Object, all: &[&Object]) -> Vec<Fault> {
    let kind = object.kind();
    let names = || all.iter().map(|other| other.name());
    let is_known = |name: &str| names().any(|other| other == name) || ground.spec.is_given(kind, name);
    let open = dependencies(object).filter(|(_, name)| !is_known(name));
    open.map(|(node, name)| {
        let expected = format!("{} waits for a {kind} that exists", object.title());
        let actual = format!("no {kind} {name}: it waits for ever");
        let hint = meant(name, names(), "correct the name, or add what is missing");
        Fault::new(object.place(node), "unknown-dependency", expected, actual).hint(hint)
    })
    .collect()
}

/// Objects that wait for each other are told at each of them.
fn circle(object: &Object, all: &[&Object]) -> Option<Fault> {
    let (node, name) = dependencies(object).find(|(_, name)| behind(name, all).contains(object.name()))?;
    let expected = format!("{} waits for nothing that waits for it", object.title());
    let fault = Fault::new(object.place(node), "circle", expected, format!("{name} does: neither ever begins"));
    Some(fault.hint("remove one of the dependencies"))
}

/// A name, and everything that the objects of that name wait for.
fn behind<'o>(name: &'o str, all: &[&'o Object]) -> BTreeSet<&'o str> {
    let mut found = BTreeSet::from([name]);
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let of_it = all.iter().filter(|object| object.name() == name).flat_map(|object| dependencies(object));
        for (_, next) in of_it {
            if found.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

fn wanted(ground: &Ground<'_>) -> Vec<Fault> {
    let all: Vec<&Object> = kustomizations(ground).collect();
    let mut faults = Vec::new();
    for (name, needs) in &ground.spec.depends_on {
        // Where the Kustomization itself is missing, `files` says so.
        for object in all.iter().filter(|object| object.name() == name) {
            let found = behind(name, &all);
            for need in needs.iter().filter(|need| !found.contains(need.as_str())) {
                let place = object.nearest(&["spec", "dependsOn"]);
                let expected = format!("{} waits for {need}, over however many steps", object.title());
                let fault = Fault::new(place, "not-behind", expected, "it does not");
                faults.push(fault.hint(format!("add `- name: {need}` to spec.dependsOn")));
            }
        }
    }
    faults
}
