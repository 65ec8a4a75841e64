//! What a kustomization.yaml holds besides resources: generators and patches.

use super::Builder;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::patch::Patch;
use crate::check::repository::path::join;
use crate::check::repository::tree;
use crate::check::yaml::Node;

impl Builder<'_, '_> {
    /// What is made of files and literals.
    pub(super) fn generator(&mut self, file: usize, folder: &str, key: &str, one: &Node) {
        let texts = |key: &str| one.get(key).map(Node::items).unwrap_or_default().iter();
        let name_of = |text: &str| text.split_once('=').map(|(name, _)| name.to_owned());
        let mut keys: Vec<String> = texts("literals").filter_map(Node::text).filter_map(name_of).collect();
        for item in texts("files").chain(texts("envs")) {
            let Some(text) = item.text() else { continue };
            let path = text.rsplit('=').next().unwrap_or(text);
            keys.push(name_of(text).unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path).to_owned()));
            self.must_be_there(file, folder, item, path);
        }
        let kind = if key == "secretGenerator" { "Secret" } else { "ConfigMap" };
        if let Some(name) = one.get("name").and_then(Node::text) {
            self.generated.push((kind.to_owned(), name.to_owned(), keys));
        }
    }

    /// The patches of a kustomization.yaml, those in files of their own included.
    pub(super) fn patches(&mut self, file: usize, folder: &str, root: &Node) -> Vec<Patch> {
        let old = ["patchesStrategicMerge", "patchesJson6902"].into_iter().filter_map(|key| root.get(key));
        let items = root.get("patches").into_iter().chain(old).flat_map(Node::items);
        let mut patches = Vec::new();
        for item in items {
            let path = item.get("path").or_else(|| item.text().filter(|text| !text.contains('\n')).map(|_| item));
            match path.and_then(|node| Some((node, node.text()?))) {
                Some((node, name)) => {
                    self.must_be_there(file, folder, node, name);
                    let found = join(folder, name).and_then(|path| self.files.find(&path));
                    self.used.extend(found);
                    let bodies = found.map(|found| self.files.documents(found)).unwrap_or_default();
                    patches.extend(bodies.iter().map(|body| Patch::new(item.get("target"), body.clone())));
                }
                None => patches.extend(self.inline(file, item)),
            }
        }
        patches
    }

    /// A patch that is written out in place.
    pub fn inline(&mut self, file: usize, item: &Node) -> Vec<Patch> {
        let Some(node) = item.get("patch").or(Some(item)).filter(|node| node.text().is_some()) else {
            return Vec::new();
        };
        match tree::documents(node.text().unwrap_or_default()) {
            Ok(documents) => documents.roots.into_iter().map(|body| Patch::new(item.get("target"), body)).collect(),
            Err(broken) => {
                let line = broken.mark.line;
                let actual = format!("line {line} of the patch is none: {}", broken.message);
                let fault = Fault::new(Place { file, mark: node.mark }, "no-yaml", "a patch in YAML", actual);
                self.faults.push(fault.hint("correct the text of the patch"));
                Vec::new()
            }
        }
    }
}
