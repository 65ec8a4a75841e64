//! What kustomize makes of a folder, as Flux calls it (fluxcd/pkg kustomize/kustomize_generator.go): a folder without a
//! kustomization.yaml gets one over its whole tree.

mod flux;
mod images;
mod parts;
mod patches;
mod resources;

use super::fault::{Fault, Place};
use super::files::Files;
use super::model::{Generated, Object};
use super::path::{join, parent};
use crate::check::yaml::Node;
pub use flux::no_folder;

/// Names that kustomize knows for its file.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Lists of a kustomization.yaml of which more objects come, or others, than are seen here.
const UNSEEN: [&str; 6] =
    ["generators", "transformers", "helmCharts", "helmChartInflationGenerator", "replacements", "replicas"];

/// What building folders has given so far.
pub struct Builder<'f, 'c> {
    files: &'f Files<'c>,
    /// Files that were read on the way, whatever is in them.
    pub used: Vec<usize>,
    /// The objects.
    pub objects: Vec<Object>,
    /// Generated objects.
    pub generated: Vec<Generated>,
    /// What kustomize would fetch, make or change, and nobody does here.
    pub unseen: Vec<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// Patches whose target is not there. A component's may be meant for what others build.
    pub idle: Vec<Fault>,
    /// Where patches say what they are for that have changed something.
    pub useful: Vec<Place>,
    /// Whether a kustomization.yaml tells kustomize of more places with names in them; which ones is not read.
    pub is_configured: bool,
    /// The Kustomization of Flux that has the next folder built.
    owner: Option<Object>,
    /// The folders that are being built, to end where they hold each other.
    inside: Vec<String>,
    /// Whether a tree is taken as a whole.
    is_taking: bool,
    /// Whether objects are missing that kustomize may have: fetched from elsewhere, or in files that were not read.
    is_partial: bool,
}

/// What was there before a kustomization.yaml; what is made from then on is changed by it.
#[derive(Clone, Copy)]
pub struct Since {
    objects: usize,
    generated: usize,
}

impl<'f, 'c> Builder<'f, 'c> {
    /// Nothing is built yet.
    pub fn new(files: &'f Files<'c>) -> Self {
        Self {
            files,
            used: Vec::new(),
            objects: Vec::new(),
            generated: Vec::new(),
            unseen: Vec::new(),
            faults: Vec::new(),
            idle: Vec::new(),
            useful: Vec::new(),
            is_configured: false,
            owner: None,
            inside: Vec::new(),
            is_taking: false,
            is_partial: false,
        }
    }

    /// Builds a folder as a Kustomization of Flux has it built.
    pub fn folder_of(&mut self, folder: &str, owner: Option<&Object>) {
        self.owner = owner.cloned();
        self.folder(folder);
    }

    /// Builds a folder that is there.
    pub fn folder(&mut self, folder: &str) {
        let now = Since { objects: self.objects.len(), generated: self.generated.len() };
        self.component(folder, now);
    }

    /// Builds a folder that also changes what was made since then, as a component does.
    pub fn component(&mut self, folder: &str, since: Since) {
        if self.inside.iter().any(|other| other == folder) {
            return;
        }
        self.inside.push(folder.to_owned());
        let owner = self.owner.take();
        match self.kustomization_in(folder) {
            Some(file) => self.kustomization(file, owner.as_ref(), since),
            None => {
                let before = std::mem::replace(&mut self.is_taking, true);
                self.tree(folder);
                self.is_taking = before;
                owner.iter().for_each(|owner| self.as_flux_makes_it(owner, folder, since));
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

    fn kustomization(&mut self, file: usize, owner: Option<&Object>, since: Since) {
        self.used.push(file);
        let files = self.files;
        let Some(root) = files.documents(file).first() else {
            self.is_partial = true;
            return;
        };
        let folder = parent(&files.all[file].path);
        let items = |key: &str| root.get(key).map(Node::items).unwrap_or_default();
        for key in UNSEEN.into_iter().filter(|key| !items(key).is_empty()) {
            self.is_partial |= !key.starts_with("repl");
            self.unseen.push(format!("{key} of {}", files.all[file].path));
        }
        items("resources").iter().chain(items("bases")).for_each(|item| self.resource(file, folder, item, None));
        self.is_configured |= root.get("configurations").is_some();
        for key in ["configMapGenerator", "secretGenerator"] {
            items(key).iter().for_each(|one| self.generator(file, folder, key, (root, one)));
        }
        items("components").iter().for_each(|item| self.resource(file, folder, item, Some(since)));
        self.added_components(owner, folder, since);
        // The order of kustomize's own transformers (kustomize api/internal/target/kusttarget_configplugin.go).
        self.patch(file, Some(folder), items("patchesStrategicMerge"), since);
        self.patch(file, Some(folder), items("patches"), since);
        self.added_patches(owner, since);
        self.transform(root, owner, since);
        self.patch(file, Some(folder), items("patchesJson6902"), since);
        self.images(&flux::images(items("images"), owner), since);
    }
}
