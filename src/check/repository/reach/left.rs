//! What lies beside the way: objects that nothing leads to, and files that cannot be read.

use std::collections::BTreeSet;

use super::Reach;
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::files::Files;
use crate::check::repository::model::Object;
use crate::check::repository::observation::Content;
use crate::check::repository::spec::Spec;

impl Reach {
    /// Objects of Flux that are written down and lead nowhere, and files that cannot be read on the way.
    pub(super) fn leftovers(&mut self, files: &Files<'_>, spec: &Spec) {
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
