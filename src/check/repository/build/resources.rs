//! The files and folders that a kustomization.yaml lists, and the objects in them.

use super::{Builder, Since};
use crate::check::repository::fault::{Fault, Place, meant};
use crate::check::repository::model::Object;
use crate::check::repository::observation::Content;
use crate::check::repository::path::join;
use crate::check::yaml::Node;

impl Builder<'_, '_> {
    /// What a kustomization.yaml lists; a component changes what was made `since`.
    pub(super) fn resource(&mut self, file: usize, folder: &str, item: &Node, since: Option<Since>) {
        let Some(name) = item.text() else { return };
        if is_remote(name) {
            self.is_partial = true;
            return self.unseen.push(name.to_owned());
        }
        let path = join(folder, name);
        match path.as_deref() {
            Some(path) if self.files.is_folder(path) => match self.kustomization_in(path) {
                Some(_) => match since {
                    Some(since) => self.component(path, since),
                    None => self.folder(path),
                },
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
                None => {
                    self.is_partial = true;
                    self.must_be_there(file, folder, item, name);
                }
            },
            None => self.must_be_there(file, folder, item, name),
        }
    }

    /// A file that a kustomization.yaml names.
    pub(super) fn must_be_there(&mut self, file: usize, folder: &str, item: &Node, name: &str) {
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
    pub(super) fn file(&mut self, file: usize) {
        self.used.push(file);
        self.is_partial |= !matches!(self.files.all[file].content, Content::Documents(_));
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
