//! What kustomize makes of a folder, as Flux calls it (fluxcd/pkg kustomize/kustomize_generator.go): a folder without a
//! kustomization.yaml gets one over its whole tree.

mod parts;

use super::fault::{Fault, Place, meant};
use super::files::Files;
use super::model::Object;
use super::patch;
use super::path::{join, parent};
use crate::check::yaml::Node;

/// Names that kustomize knows for its file.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// What building folders has given so far.
pub struct Builder<'f, 'c> {
    files: &'f Files<'c>,
    /// Files that were read on the way, whatever is in them.
    pub used: Vec<usize>,
    /// The objects.
    pub objects: Vec<Object>,
    /// Kind, name and keys of generated objects.
    pub generated: Vec<(String, String, Vec<String>)>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// The folders that are being built, to end where they hold each other.
    inside: Vec<String>,
    /// Whether a tree is taken as a whole.
    is_taking: bool,
}

impl<'f, 'c> Builder<'f, 'c> {
    /// Nothing is built yet.
    pub fn new(files: &'f Files<'c>) -> Self {
        let (used, objects, generated, faults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { files, used, objects, generated, faults, inside: Vec::new(), is_taking: false }
    }

    /// Builds a folder that is there.
    pub fn folder(&mut self, folder: &str) {
        if self.inside.iter().any(|other| other == folder) {
            return;
        }
        self.inside.push(folder.to_owned());
        match self.kustomization_in(folder) {
            Some(file) => self.kustomization(file),
            None => {
                let before = std::mem::replace(&mut self.is_taking, true);
                self.tree(folder);
                self.is_taking = before;
            }
        }
        self.inside.pop();
    }

    fn kustomization_in(&self, folder: &str) -> Option<usize> {
        NAMES.iter().find_map(|name| self.files.find(&join(folder, name)?))
    }

    /// Everything below a folder: folders with a kustomization.yaml by that, every other manifest as it is.
    fn tree(&mut self, folder: &str) {
        let mut done: Vec<String> = Vec::new();
        for file in self.files.below(folder).collect::<Vec<_>>() {
            let path = &self.files.all[file].path;
            if done.iter().any(|done| path.starts_with(done.as_str())) {
                continue;
            }
            let mut above = parent(path);
            let mut found = None;
            while above.len() > folder.len() {
                found = self.kustomization_in(above).map(|_| above.to_owned()).or(found);
                above = parent(above);
            }
            match found {
                Some(inner) => {
                    self.folder(&inner);
                    done.push(format!("{inner}/"));
                }
                None => self.file(file),
            }
        }
    }

    fn kustomization(&mut self, file: usize) {
        self.used.push(file);
        let files = self.files;
        let Some(root) = files.documents(file).first() else { return };
        let folder = parent(&files.all[file].path);
        let (first, first_made) = (self.objects.len(), self.generated.len());
        let lists = ["resources", "bases", "components"].into_iter().filter_map(|key| root.get(key));
        lists.flat_map(Node::items).for_each(|item| self.resource(file, folder, item));
        for key in ["configMapGenerator", "secretGenerator"] {
            let made = root.get(key).map(Node::items).unwrap_or_default();
            made.iter().for_each(|one| self.generator(file, folder, key, one));
        }
        let patches = self.patches(file, folder, root);
        if let Some(namespace) = root.get("namespace").and_then(Node::text) {
            self.objects[first..].iter_mut().for_each(|object| object.namespace = Some(namespace.to_owned()));
        }
        let affixes = ["namePrefix", "nameSuffix"].map(|key| root.get(key).and_then(Node::text).unwrap_or_default());
        if affixes != ["", ""] {
            let [prefix, suffix] = affixes;
            self.objects[first..].iter_mut().for_each(|object| patch::rename(&mut object.root, prefix, suffix));
            let made = self.generated[first_made..].iter_mut();
            made.for_each(|(_, name, _)| *name = format!("{prefix}{name}{suffix}"));
        }
        patch::apply(&patches, &mut self.objects, first);
    }

    fn resource(&mut self, file: usize, folder: &str, item: &Node) {
        let Some(name) = item.text().filter(|name| !is_remote(name)) else { return };
        let path = join(folder, name);
        match path.as_deref() {
            Some(path) if self.files.is_folder(path) => match self.kustomization_in(path) {
                Some(_) => self.folder(path),
                // Only for the folder that it begins with does Flux make one itself.
                None => {
                    let place = Place { file, mark: item.mark };
                    let expected = "a folder with a kustomization.yaml";
                    let fault = Fault::new(place, "missing-resource", expected, format!("there is none in {name}"));
                    self.faults.push(fault.hint("add one that lists the folder's manifests"));
                }
            },
            Some(path) => match self.files.find(path) {
                Some(found) => self.file(found),
                None => self.must_be_there(file, folder, item, name),
            },
            None => self.must_be_there(file, folder, item, name),
        }
    }

    /// A file that a kustomization.yaml names.
    fn must_be_there(&mut self, file: usize, folder: &str, item: &Node, name: &str) {
        let path = join(folder, name);
        if is_remote(name) || path.as_ref().is_some_and(|path| self.files.is_file(path)) {
            return;
        }
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let siblings = self.files.paths().filter_map(|path| path.strip_prefix(&inside));
        let hint = meant(name.trim_start_matches("./"), siblings, "add the file, or remove the line");
        let place = Place { file, mark: item.mark };
        let fault = Fault::new(place, "missing-resource", "a file or folder of the repository", format!("no {name}"));
        self.faults.push(fault.hint(hint));
    }

    /// The objects of a file.
    fn file(&mut self, file: usize) {
        self.used.push(file);
        for root in self.files.documents(file) {
            self.object(file, root);
        }
    }

    fn object(&mut self, file: usize, root: &Node) {
        let object = Object { is_taken: self.is_taking, ..Object::new(file, root) };
        if object.kind() == "List" {
            let items = root.get("items").map(Node::items).unwrap_or_default();
            items.iter().for_each(|item| self.object(file, item));
        } else if !object.kind().is_empty() && !object.text(&["apiVersion"]).is_empty() {
            self.objects.push(object);
        } else {
            let how =
                if self.is_taking { "; no kustomization.yaml chooses, so Flux takes every file below" } else { "" };
            let actual = format!("a document without `apiVersion` or `kind`{how}");
            let fault = Fault::new(object.here(), "no-manifest", "an object of Kubernetes", actual);
            let hint = "list the manifests in a kustomization.yaml, and keep other files out of it";
            self.faults.push(fault.hint(hint));
        }
    }
}

/// Whether kustomize fetches it from elsewhere.
fn is_remote(name: &str) -> bool {
    name.contains("://") || name.starts_with("git@") || name.contains("?ref=") || name.starts_with("github.com/")
}
