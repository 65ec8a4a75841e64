//! The patches of a kustomization.yaml, and of a Kustomization of Flux.

use super::{Builder, Since};
use crate::check::repository::blind::HIDDEN;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::patch::Patch;
use crate::check::repository::path::join;
use crate::check::repository::tree;
use crate::check::yaml::Node;

impl Builder<'_, '_> {
    /// Applies the patches of one list, one after the other, to what was made `since`. Paths begin in `folder`; without one,
    /// there are none.
    pub fn patch(&mut self, file: usize, folder: Option<&str>, items: &[Node], since: Since) {
        for item in items {
            match self.patches(file, folder, item) {
                Ok(patches) => patches.iter().for_each(|patch| self.apply(patch, since)),
                Err(fault) => {
                    self.faults.push(fault);
                    // Nobody knows what it was meant to change.
                    self.objects[since.objects..].iter_mut().for_each(|object| object.is_patched = true);
                }
            }
        }
    }

    fn patches(&mut self, file: usize, folder: Option<&str>, item: &Node) -> Result<Vec<Patch>, Fault> {
        let alone =
            |is_text: bool| Some(item).filter(|item| item.text().is_some_and(|text| text.contains('\n') == is_text));
        let filled = |node: &&Node| !node.text().is_some_and(|text| text.trim().is_empty());
        let text = item.get("patch").filter(filled).or_else(|| alone(true));
        let path = item.get("path").filter(filled).or_else(|| alone(false));
        let refused = |node: &Node, actual: &str| {
            let place = Place { file, mark: node.mark };
            Fault::new(place, "bad-patch", "`patch` or `path`", actual).hint("write one of them")
        };
        match (text, path, folder) {
            (Some(_), Some(path), Some(_)) => Err(refused(path, "both")),
            (Some(text), _, _) => self.inline(file, item.get("target"), text),
            (None, Some(path), Some(folder)) => self.in_file(file, folder, item.get("target"), path),
            (None, None, Some(_)) => Err(refused(item, "neither")),
            // What the API server refuses is told elsewhere.
            (None, _, None) => Ok(Vec::new()),
        }
    }

    fn in_file(&mut self, file: usize, folder: &str, target: Option<&Node>, path: &Node) -> Result<Vec<Patch>, Fault> {
        let name = path.text().unwrap_or_default();
        self.must_be_there(file, folder, path, name);
        let Some(found) = join(folder, name).and_then(|path| self.files.find(&path)) else { return Ok(Vec::new()) };
        self.used.push(found);
        Patch::read(file, target, self.files.documents(found), |mark| Place { file: found, mark })
    }

    /// A patch that is written out in place.
    fn inline(&mut self, file: usize, target: Option<&Node>, node: &Node) -> Result<Vec<Patch>, Fault> {
        let text = node.text().unwrap_or_default();
        let files = self.files;
        let place = |mark| Place { file, mark: files.within(file, node.mark, mark) };
        if text == HIDDEN {
            self.objects.iter_mut().for_each(|object| object.is_patched = true);
            return Ok(Vec::new());
        }
        // Only where it begins otherwise does kustomize make JSON of it first.
        if text.trim_start().starts_with('[')
            && let Err(error) = serde_json::from_str::<serde_json::Value>(text)
        {
            let here = Place { file, mark: node.mark };
            let fault =
                Fault::new(here, "bad-patch", "JSON, as the patch begins with [", format!("it is none: {error}"));
            return Err(fault.hint("write one operation a line, each behind a dash, or correct the JSON"));
        }
        match tree::documents(text) {
            Ok(documents) => Patch::read(file, target, &documents.roots, place),
            Err(broken) => {
                let actual = format!("line {} of the patch is none: {}", broken.mark.line, broken.message);
                let fault = Fault::new(place(broken.mark), "no-yaml", "a patch in YAML", actual);
                Err(fault.hint("correct the text of the patch"))
            }
        }
    }

    fn apply(&mut self, patch: &Patch, since: Since) {
        let generated = &self.generated[since.generated..];
        let may_be_there = self.is_partial || generated.iter().any(|made| patch.may_take(made.kind, &made.name));
        let mut is_useful = false;
        let mut stays = Vec::new();
        for mut object in self.objects.split_off(since.objects) {
            let kept = if patch.takes(&object) {
                is_useful = true;
                patch.apply(&mut object)
            } else {
                Ok(true)
            };
            match kept {
                Ok(false) => continue,
                Ok(true) => {}
                Err(fault) => {
                    object.is_patched = true;
                    self.faults.push(fault);
                }
            }
            stays.push(object);
        }
        self.objects.extend(stays);
        match patch.nothing_found() {
            _ if is_useful => self.useful.push(patch.place),
            _ if may_be_there => {}
            Err(fault) => self.faults.push(fault),
            Ok(fault) => self.idle.push(fault),
        }
    }
}
