//! What a Kustomization of Flux adds to the kustomization.yaml of its folder, or to the one that Flux makes where there is none: it
//! is written into that file before kustomize runs (fluxcd/pkg kustomize/kustomize_generator.go).

use super::{Builder, Since};
use crate::check::repository::fault::{Fault, Place, meant};
use crate::check::repository::files::Files;
use crate::check::repository::model::Object;
use crate::check::repository::path::join;
use crate::check::yaml::Node;

impl Builder<'_, '_> {
    /// Everything that is added where there is no kustomization.yaml.
    pub(super) fn as_flux_makes_it(&mut self, owner: &Object, folder: &str, since: Since) {
        self.added_components(Some(owner), folder, since);
        self.added_patches(Some(owner), since);
        let text = |key| owner.text(&["spec", key]);
        self.settle(text("targetNamespace"), (text("namePrefix"), text("nameSuffix")), since);
        self.images(&images(&[], Some(owner)), since);
    }

    /// `spec.components`, paths from the folder that is built.
    pub(super) fn added_components(&mut self, owner: Option<&Object>, folder: &str, since: Since) {
        let Some(owner) = owner else { return };
        let may_miss = owner.text(&["spec", "ignoreMissingComponents"]) == "true";
        for node in added(owner, "components") {
            let Some(path) = node.text().filter(|path| !path.contains("${")) else { continue };
            match join(folder, path).filter(|path| self.files.is_folder(path)) {
                Some(path) => self.component(&path, since),
                None if may_miss => {}
                None => self.faults.push(no_folder(self.files, owner.place(node), path)),
            }
        }
    }

    /// `spec.patches`, behind those of the file.
    pub(super) fn added_patches(&mut self, owner: Option<&Object>, since: Since) {
        if let Some(owner) = owner {
            self.patch(owner.file, None, added(owner, "patches"), since);
        }
    }
}

fn added<'o>(owner: &'o Object, key: &str) -> &'o [Node] {
    owner.root.at(&["spec", key]).map(Node::items).unwrap_or_default()
}

/// The images of the file, where Flux has no other ones for the same names, and those of Flux.
pub(super) fn images(own: &[Node], owner: Option<&Object>) -> Vec<Node> {
    let added = owner.map_or(&[][..], |owner| added(owner, "images"));
    let name = |image: &Node| image.get("name").and_then(Node::text).map(str::to_owned);
    let is_kept = |image: &&Node| !added.iter().any(|other| name(other) == name(image));
    own.iter().filter(is_kept).chain(added).cloned().collect()
}

/// That a Kustomization names a folder which is not there.
pub fn no_folder(files: &Files<'_>, place: Place, written: &str) -> Fault {
    let plain = join("", written).unwrap_or_default();
    let folders = files.paths().filter(|path| files.is_folder(path));
    let hint = meant(&plain, folders, "correct the path; it begins at the root of the repository");
    Fault::new(place, "missing-path", "a folder of the repository", format!("no folder {written}")).hint(hint)
}
