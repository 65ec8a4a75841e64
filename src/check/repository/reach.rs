//! From the entries over every Kustomization of Flux to all that it would apply.

use std::collections::{BTreeSet, VecDeque};

use super::build::{Builder, Since};
use super::fault::{Fault, Place, meant};
use super::files::Files;
use super::model::{Build, KUSTOMIZE, Object};
use super::observation::Content;
use super::path::join;
use super::spec::Spec;
use crate::check::yaml::{Mark, Node};

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
        let mut reach = Self { builds, unreached, used, faults, no_entries, patches };
        let mut queue = VecDeque::new();
        for (entry, written) in spec.entries.iter().enumerate() {
            match join("", written).filter(|folder| files.is_folder(folder)) {
                Some(folder) => queue.push_back(Next { entry, owner: None, folder }),
                None => reach.no_entries.push(written.clone()),
            }
        }
        let mut begun = BTreeSet::new();
        while let Some(next) = queue.pop_front() {
            let build = reach.build(files, &next);
            let inner = build.objects.iter().filter(|object| object.is(KUSTOMIZE, "Kustomization"));
            let inner: Vec<Object> = inner.cloned().collect();
            reach.builds.push(build);
            for object in inner {
                if !begun.insert((next.entry, object.here(), object.title())) {
                    continue;
                }
                let Some(folder) = reach.leads_to(files, &object) else { continue };
                // The Kustomization that Flux begins with is usually among what it applies.
                let is_own =
                    |build: &&mut Build| build.owner.is_none() && build.entry == next.entry && build.folder == folder;
                match reach.builds.iter_mut().find(is_own) {
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

    /// Whether an object is applied, or made by kustomize.
    pub fn has(&self, kind: &str, name: &str) -> bool {
        let mut made = self.builds.iter().flat_map(|build| &build.generated);
        made.any(|(other, found, _)| other == kind && found == name)
            || self.objects().any(|object| object.kind() == kind && object.name() == name)
    }

    fn build(&mut self, files: &Files<'_>, next: &Next) -> Build {
        let mut builder = Builder::new(files);
        builder.folder(&next.folder);
        if let Some(owner) = &next.owner {
            self.components(files, &mut builder, owner, &next.folder);
            let patches = owner.root.at(&["spec", "patches"]).map(Node::items).unwrap_or_default();
            builder.patch(owner.file, None, patches, Since::START);
            // What all Kustomizations get by a patch is idle in some of them.
            let own = owned_targets(files, owner.file);
            builder.idle.retain(|fault| fault.place.file != owner.file || own.contains(&fault.place.mark));
            if let Some(namespace) = owner.root.at(&["spec", "targetNamespace"]).and_then(Node::text) {
                builder.objects.iter_mut().for_each(|object| object.move_to(namespace));
            }
        }
        self.used.extend(builder.used);
        self.faults.extend(builder.faults);
        self.patches.0.extend(builder.idle);
        self.patches.1.extend(builder.useful);
        let (objects, generated) = (builder.objects, builder.generated);
        Build { entry: next.entry, folder: next.folder.clone(), owner: next.owner.clone(), objects, generated }
    }

    /// `spec.components`, paths from the folder that is built.
    fn components(&mut self, files: &Files<'_>, builder: &mut Builder<'_, '_>, owner: &Object, folder: &str) {
        for node in owner.root.at(&["spec", "components"]).map(Node::items).unwrap_or_default() {
            let Some(path) = node.text().filter(|path| !path.contains("${")) else { continue };
            match join(folder, path).filter(|path| files.is_folder(path)) {
                Some(path) => builder.component(&path, Since::START),
                None => self.faults.push(no_folder(files, owner.place(node), path)),
            }
        }
    }

    /// The folder of a Kustomization, where its source may be this repository.
    fn leads_to(&mut self, files: &Files<'_>, object: &Object) -> Option<String> {
        if object.text(&["spec", "sourceRef", "kind"]) != "GitRepository" {
            return None;
        }
        let node = object.root.at(&["spec", "path"]);
        let written = node.and_then(Node::text).unwrap_or_default();
        if written.contains("${") {
            return None;
        }
        let found = join("", written).filter(|folder| files.is_folder(folder));
        if found.is_none() {
            let place = node.map_or_else(|| object.here(), |node| object.place(node));
            self.faults.push(no_folder(files, place, written));
        }
        found
    }

    /// Objects of Flux that are written down and lead nowhere, and files that cannot be read on the way.
    fn leftovers(&mut self, files: &Files<'_>, spec: &Spec) {
        let applied: BTreeSet<(usize, Place)> =
            self.objects().map(|object| (object.file, object.place(&object.root))).collect();
        for (file, content) in files.all.iter().enumerate() {
            if spec.is_ignored(&content.path) {
                continue;
            }
            let objects = files.documents(file).iter().map(|root| Object::new(file, root));
            let left = objects.filter(|object| object.is_flux() && !object.name().is_empty());
            self.unreached.extend(left.filter(|one| !applied.contains(&(file, one.place(&one.root)))));
            let Content::Broken(broken) = &content.content else { continue };
            if self.used.contains(&file) {
                let place = Place { file, mark: broken.mark };
                let fault = Fault::new(place, "no-yaml", "YAML", format!("this is none: {}", broken.message));
                self.faults.push(fault.hint("check indentation, quotes, brackets and braces around this place"));
            }
        }
        for (file, content) in files.all.iter().enumerate().filter(|(file, _)| self.used.contains(file)) {
            if let Content::Documents(documents) = &content.content {
                self.faults.extend(documents.repeated.iter().map(|key| {
                    let place = Place { file, mark: key.mark };
                    let fault = Fault::new(place, "duplicate-key", "each key once in a map", "a second one");
                    fault.hint("kustomize refuses the file: remove or rename one of them")
                }));
            }
        }
    }

    /// Files on the way that were not kept.
    pub fn unread<'f>(&self, files: &'f Files<'_>) -> Vec<(&'f str, &'f str)> {
        let used = self.used.iter().map(|file| &files.all[*file]);
        used.filter_map(|file| match &file.content {
            Content::Unread(why) => Some((file.path.as_str(), why.as_str())),
            _ => None,
        })
        .collect()
    }
}

/// The places of the targets that Kustomizations of a file write themselves.
fn owned_targets(files: &Files<'_>, file: usize) -> Vec<Mark> {
    let patches = files.documents(file).iter().filter_map(|root| root.at(&["spec", "patches"])).flat_map(Node::items);
    patches.filter_map(|patch| patch.get("target")).map(|target| target.mark).collect()
}

fn no_folder(files: &Files<'_>, place: Place, written: &str) -> Fault {
    let plain = join("", written).unwrap_or_default();
    let folders = files.paths().filter(|path| files.is_folder(path));
    let hint = meant(&plain, folders, "correct the path; it begins at the root of the repository");
    Fault::new(place, "missing-path", "a folder of the repository", format!("no folder {written}")).hint(hint)
}
