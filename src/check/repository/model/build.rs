//! What is built of a folder, and for whom.

use super::Object;
use crate::check::yaml::Node;

/// What one Kustomization of Flux, or an entry, applies.
#[derive(Debug, Default)]
pub struct Build {
    /// The entry that leads to it.
    pub entry: usize,
    /// The folder that is built.
    pub folder: String,
    /// The Kustomization, as the build that it is in gives it; none of an entry in which no Kustomization builds it.
    pub owner: Option<Object>,
    /// The objects.
    pub objects: Vec<Object>,
    /// What kustomize makes of files and literals.
    pub generated: Vec<Generated>,
}

/// A ConfigMap or Secret that kustomize makes of files and literals.
#[derive(Clone, Debug)]
pub struct Generated {
    /// Which of both.
    pub kind: &'static str,
    /// Its name, without the hash behind it.
    pub name: String,
    /// Whether there is a hash behind its name, which kustomize writes into references of the kinds that it knows only.
    pub is_hashed: bool,
    /// Its namespace.
    pub namespace: Option<String>,
    /// The keys of its data; `None` where they stand in a file that is not read.
    pub keys: Option<Vec<String>>,
}

impl Generated {
    /// Whether it is what a custom resource calls by this kind and name.
    pub fn is(&self, kind: &str, name: &str) -> bool {
        self.kind == kind && self.name == name && !self.is_hashed
    }

    /// The namespace in which it is.
    pub fn home(&self) -> &str {
        self.namespace.as_deref().unwrap_or("default")
    }
}

impl Build {
    /// A field of the Kustomization.
    pub fn field(&self, path: &[&str]) -> Option<&Node> {
        self.owner.as_ref().and_then(|owner| owner.root.get("spec")).and_then(|spec| spec.at(path))
    }
}
