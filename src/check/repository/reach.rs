//! From the entries over every Kustomization of Flux to all that it would apply.

mod left;
mod own;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::build::{Builder, no_folder};
use super::fault::{Fault, Place};
use super::files::Files;
use super::model::{Build, Generated, KUSTOMIZE, Object};
use super::path::join;
use super::spec::Spec;
use crate::check::yaml::{Mark, Node};
use own::Own;

/// Everything that Flux would apply, and who applies it.
pub struct Reach {
    /// One build for each entry and each Kustomization that one leads to.
    pub builds: Vec<Build>,
    /// Objects of Flux that nothing leads to.
    pub unreached: Vec<Object>,
    /// Files that were read on the way.
    pub used: BTreeSet<usize>,
    /// What is wrong with the way itself.
    pub faults: Vec<Fault>,
    /// Entries that are no folder.
    pub no_entries: Vec<String>,
    /// Entries of which nobody knows which source is this repository.
    pub no_origins: BTreeSet<String>,
    /// What Flux would apply that is not in the files, or not made of them here.
    pub unseen: BTreeSet<String>,
    /// Patches that found nothing in a build, and places of those that found something in one.
    patches: (Vec<Fault>, Vec<Place>),
}

/// A folder that is to be built.
struct Next {
    entry: usize,
    owner: Option<Object>,
    folder: String,
}

impl Reach {
    /// Follows Flux from its entries.
    pub fn new(files: &Files<'_>, spec: &Spec) -> Self {
        let (builds, unreached, used) = (Vec::new(), Vec::new(), BTreeSet::new());
        let (faults, no_entries, patches) = (Vec::new(), Vec::new(), Default::default());
        let (no_origins, unseen) = Default::default();
        let mut reach = Self { builds, unreached, used, faults, no_entries, no_origins, unseen, patches };
        let mut own = BTreeMap::new();
        let mut queue = VecDeque::new();
        for (entry, written) in spec.entries.iter().enumerate() {
            match join("", written).filter(|folder| files.is_folder(folder)) {
                Some(folder) => queue.push_back(Next { entry, owner: own::applies(files, spec, &folder), folder }),
                None => reach.no_entries.push(written.clone()),
            }
        }
        let entries = queue.len();
        let mut begun = BTreeSet::new();
        while let Some(next) = queue.pop_front() {
            let build = reach.build(files, &next);
            // The entries are built before everything that they lead to.
            let own = own.entry(next.entry).or_insert_with(|| Own::of(files, spec, &build));
            let inner = build.objects.iter().filter(|object| object.is(KUSTOMIZE, "Kustomization"));
            let inner: Vec<Object> = inner.cloned().collect();
            reach.builds.push(build);
            for object in inner {
                if !begun.insert((next.entry, object.here(), object.title())) {
                    continue;
                }
                let Some(folder) = reach.leads_to(files, &object, (own, spec)) else { continue };
                // The Kustomization that Flux begins with is usually among what it applies.
                let is_own = |build: &&mut Build| {
                    let is_its = |owner: &Object| owner.here() == object.here();
                    build.entry == next.entry && build.folder == folder && build.owner.as_ref().is_none_or(is_its)
                };
                // The entries are the first ones.
                match reach.builds.iter_mut().take(entries).find(is_own) {
                    // As it is with its own patches.
                    Some(entry) => entry.owner = Some(object),
                    None => queue.push_back(Next { entry: next.entry, owner: Some(object), folder }),
                }
            }
        }
        reach.leftovers(files, spec);
        let (idle, useful) = std::mem::take(&mut reach.patches);
        reach.faults.extend(idle.into_iter().filter(|fault| !useful.contains(&fault.place)));
        reach
    }

    /// Every object that is applied.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.builds.iter().flat_map(|build| &build.objects)
    }

    /// The objects that are applied in a cluster.
    pub fn objects_in(&self, cluster: usize) -> impl Iterator<Item = &Object> {
        self.builds.iter().filter(move |build| build.entry == cluster).flat_map(|build| &build.objects)
    }

    /// What kustomize makes in a cluster.
    pub fn generated_in(&self, cluster: usize) -> impl Iterator<Item = &Generated> {
        self.builds.iter().filter(move |build| build.entry == cluster).flat_map(|build| &build.generated)
    }

    /// Whether an object is applied in a cluster, or made by kustomize: in this namespace, where one is told.
    pub fn has(&self, cluster: usize, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let is_in = |home: &str| namespace.is_none_or(|namespace| namespace == home);
        let mut made = self.generated_in(cluster);
        made.any(|made| made.is(kind, name) && is_in(made.home()))
            || self.objects_in(cluster).any(|one| one.kind() == kind && one.name() == name && is_in(one.home()))
    }

    fn build(&mut self, files: &Files<'_>, next: &Next) -> Build {
        let mut builder = Builder::new(files);
        builder.folder_of(&next.folder, next.owner.as_ref());
        if let Some(owner) = &next.owner {
            // What all Kustomizations get by a patch is idle in some of them.
            let own = owned_targets(files, owner.file);
            builder.idle.retain(|fault| fault.place.file != owner.file || own.contains(&fault.place.mark));
        }
        if builder.is_configured {
            builder.generated.iter_mut().for_each(|made| made.is_hashed = false);
        }
        builder.objects.iter_mut().for_each(|object| object.cluster = next.entry);
        self.unseen.extend(builder.unseen);
        self.used.extend(builder.used);
        self.faults.extend(builder.faults);
        self.patches.0.extend(builder.idle);
        self.patches.1.extend(builder.useful);
        let (objects, generated) = (builder.objects, builder.generated);
        Build { entry: next.entry, folder: next.folder.clone(), owner: next.owner.clone(), objects, generated }
    }

    /// The folder of a Kustomization whose source is this repository.
    fn leads_to(&mut self, files: &Files<'_>, object: &Object, (own, spec): (&Own, &Spec)) -> Option<String> {
        let source = |key| object.text(&["spec", "sourceRef", key]);
        if !own.is_source_of(files, spec, object) {
            self.unseen.insert(format!("{} of {} {}", object.title(), source("kind"), source("name")));
            if own.is_unknown() && source("kind") == "GitRepository" {
                self.no_origins.insert(spec.entries[object.cluster].clone());
            }
            return None;
        }
        let node = object.root.at(&["spec", "path"]);
        let written = node.and_then(Node::text).unwrap_or_default();
        if written.contains("${") {
            self.unseen.insert(format!("{} with a variable in its path", object.title()));
            return None;
        }
        let found = join("", written).filter(|folder| files.is_folder(folder));
        if found.is_none() {
            let place = node.map_or_else(|| object.here(), |node| object.place(node));
            self.faults.push(no_folder(files, place, written));
        }
        found
    }
}

/// The places of the targets that Kustomizations of a file write themselves.
fn owned_targets(files: &Files<'_>, file: usize) -> Vec<Mark> {
    let patches = files.documents(file).iter().filter_map(|root| root.at(&["spec", "patches"])).flat_map(Node::items);
    patches.filter_map(|patch| patch.get("target")).map(|target| target.mark).collect()
}
