//! Whether everything is applied, and once.

use std::collections::{BTreeMap, BTreeSet};

use super::Ground;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::{Build, HELM, Object};
use crate::check::yaml::Node;

/// Namespaces that every cluster has, or that Flux makes for itself.
const THERE: [&str; 5] = ["default", "kube-system", "kube-public", "kube-node-lease", "flux-system"];

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let unreached = ground.reach.unreached.iter().map(unreached);
    let targets = ground.reach.builds.iter().filter_map(|build| target(ground, build));
    unreached.chain(targets).chain(namespaces(ground)).chain(twice(ground)).collect()
}

fn unreached(object: &Object) -> Fault {
    let expected = "Flux finds it from an entry of the repository";
    let fault = Fault::new(object.here(), "unreachable", expected, format!("nothing leads to {}", object.title()));
    fault.hint("list its file in the kustomization.yaml of a folder that a Kustomization has as its path")
}

/// `targetNamespace` puts objects into a namespace, and does not make it (kustomize-controller, docs/spec/v1).
fn target(ground: &Ground<'_>, build: &Build) -> Option<Fault> {
    let (owner, node) = (build.owner.as_ref()?, build.field(&["targetNamespace"])?);
    let name = node.text().filter(|name| is_missing(ground, build.entry, name))?;
    Some(missing(
        owner.place(node),
        format!("no Namespace {name} is in the repository, and spec.targetNamespace makes none"),
    ))
}

/// Namespaces that objects name themselves, or that a kustomization.yaml gives them: each at the first of its objects.
fn namespaces(ground: &Ground<'_>) -> Vec<Fault> {
    let mut told = BTreeSet::new();
    let mut faults = Vec::new();
    for build in &ground.reach.builds {
        let target = build.field(&["targetNamespace"]).and_then(Node::text);
        for object in &build.objects {
            let Some(name) = object.namespace.as_deref().filter(|name| Some(*name) != target) else { continue };
            if is_missing(ground, build.entry, name) && told.insert((build.entry, name)) {
                let own = object.root.at(&["metadata", "namespace"]).filter(|node| node.text() == Some(name));
                let place = own.map_or_else(|| object.here(), |node| object.place(node));
                let actual = format!("no Namespace {name} is in the repository, and {} is in it", object.title());
                faults.push(missing(place, actual));
            }
        }
    }
    faults
}

fn is_missing(ground: &Ground<'_>, cluster: usize, name: &str) -> bool {
    let makes = |object: &Object| {
        let target = Some(object.text(&["spec", "targetNamespace"])).filter(|target| !target.is_empty());
        object.is(HELM, "HelmRelease")
            && object.text(&["spec", "install", "createNamespace"]) == "true"
            && target == Some(name)
    };
    !name.is_empty()
        && !name.contains("${")
        && !THERE.contains(&name)
        && !ground.spec.is_given("Namespace", name)
        && !ground.reach.has(cluster, "Namespace", None, name)
        && !ground.reach.objects_in(cluster).any(makes)
}

fn missing(place: Place, actual: String) -> Fault {
    let fault = Fault::new(place, "missing-namespace", "somebody makes the namespace", actual);
    fault.hint("add its manifest to what is applied before, or give Namespace/... in the suite where it is there")
}

/// Objects that are applied twice in one cluster: by their names, or the same lines of a file by two Kustomizations of which
/// one takes them without having been told. Each undoes what the other one sets.
fn twice(ground: &Ground<'_>) -> Vec<Fault> {
    let mut by_name: BTreeMap<(usize, String, String), (&Build, &Object)> = BTreeMap::new();
    let mut by_place: BTreeMap<(usize, Place), (&Build, &Object)> = BTreeMap::new();
    let mut faults = Vec::new();
    for build in &ground.reach.builds {
        for object in build.objects.iter().filter(|object| !object.name().contains("${")) {
            let (here, name) = (object.here(), (build.entry, object.group().to_owned(), object.title()));
            let same_name = *by_name.entry(name).or_insert((build, object));
            let same_place = *by_place.entry((build.entry, here)).or_insert((build, object));
            let is_other = |(_, there): &(&Build, &Object)| !std::ptr::eq(*there, object);
            // Two that build one folder are told apart by what they change.
            let is_taken = |(other, there): &(&Build, &Object)| {
                (there.is_taken || object.is_taken) && other.folder != build.folder
            };
            let taken = Some(same_place).filter(is_taken);
            if let Some((other, there)) = Some(same_name).filter(is_other).or(taken.filter(is_other)) {
                let path = format!("{}:{}", ground.files.all[there.file].path, there.here().mark.line);
                let expected = format!("{} is applied once", object.title());
                let actual = format!("{} applies it, and so does {}, from {path}", by(build), by(other));
                let hint = "list it in one kustomization.yaml; without one, Flux takes every file below a path";
                faults.push(Fault::new(here, "applied-twice", expected, actual).hint(hint));
            }
        }
    }
    faults
}

fn by(build: &Build) -> String {
    build.owner.as_ref().map_or_else(|| "the entry itself".to_owned(), Object::title)
}

/// The text of a field that may hold a variable; `None` then.
pub fn plain(node: Option<&Node>) -> Option<&str> {
    node.and_then(Node::text).filter(|text| !text.contains("${"))
}
