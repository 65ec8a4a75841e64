//! Objects, and who applies them.

mod build;

use super::fault::Place;
use crate::check::yaml::{Node, Value};
pub use build::{Build, Generated};

/// The group of Flux's Kustomization; kustomize's own has another one.
pub const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";
/// The group of HelmRelease.
pub const HELM: &str = "helm.toolkit.fluxcd.io";
/// The group of sources.
pub const SOURCE: &str = "source.toolkit.fluxcd.io";

/// One object as a build gives it, patches included.
#[derive(Clone, Debug)]
pub struct Object {
    /// The entry that leads to it: what it names is looked for in the same cluster.
    pub cluster: usize,
    /// Where it is from.
    pub file: usize,
    /// What it is.
    pub root: Node,
    /// The namespace that it gets from those who build it, or has itself.
    pub namespace: Option<String>,
    /// Names and namespaces that it had before builds around it changed them, the first ones first.
    pub before: Vec<(String, Option<String>)>,
    /// Whether a patch changes it that is not understood here: then a missing field may be in there.
    pub is_patched: bool,
    /// Whether nobody chose it: it lies in a tree without a kustomization.yaml, of which Flux takes everything.
    pub is_taken: bool,
}

impl Object {
    /// An object right from a file.
    pub fn new(file: usize, root: &Node) -> Self {
        let namespace = root.at(&["metadata", "namespace"]).and_then(Node::text).map(str::to_owned);
        let (root, before) = (root.clone(), Vec::new());
        Self { cluster: 0, file, root, namespace, before, is_patched: false, is_taken: false }
    }

    /// The text at a path; empty where there is none.
    pub fn text(&self, path: &[&str]) -> &str {
        self.root.at(path).and_then(Node::text).unwrap_or_default()
    }

    /// Its API group.
    pub fn group(&self) -> &str {
        self.text(&["apiVersion"]).split_once('/').map_or("", |(group, _)| group)
    }

    /// Its kind.
    pub fn kind(&self) -> &str {
        self.text(&["kind"])
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text(&["metadata", "name"])
    }

    /// The version of its API.
    pub fn version(&self) -> &str {
        let text = self.text(&["apiVersion"]);
        text.split_once('/').map_or(text, |(_, version)| version)
    }

    /// Every name with its namespace that it had or has, the first one first: patches may know it by any.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let before = self.before.iter().map(|(name, namespace)| (name.as_str(), namespace.as_deref()));
        before.chain([(self.name(), self.namespace.as_deref())])
    }

    /// Gives it another name, made of the one that it has.
    pub fn rename(&mut self, name: impl Fn(&str) -> String) {
        self.remember();
        if let Some(node) = self.root.get_mut("metadata").and_then(|metadata| metadata.get_mut("name"))
            && let Value::Scalar { text, .. } = &mut node.value
        {
            *text = name(text);
        }
    }

    /// Puts it into a namespace. A Namespace gets that name itself (kustomize api/internal/konfig/builtinpluginconsts).
    pub fn move_to(&mut self, namespace: &str) {
        if self.is("", "Namespace") {
            return self.rename(|_| namespace.to_owned());
        }
        self.remember();
        self.namespace = Some(namespace.to_owned());
    }

    /// The namespace in which it is, and in which it looks for what it names without one.
    pub fn home(&self) -> &str {
        self.namespace.as_deref().filter(|namespace| !namespace.is_empty()).unwrap_or("default")
    }

    /// Keeps name and namespace as they are now, before they may change.
    pub fn remember(&mut self) {
        self.before.push((self.name().to_owned(), self.namespace.clone()));
    }

    /// Whether it is of this group and kind.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.kind() == kind && self.group() == group
    }

    /// Whether it is one of Flux's own.
    pub fn is_flux(&self) -> bool {
        [KUSTOMIZE, HELM, SOURCE].contains(&self.group())
    }

    /// `HelmRelease observability/operator`.
    pub fn title(&self) -> String {
        let namespace = self.namespace.as_ref().map(|namespace| format!("{namespace}/")).unwrap_or_default();
        format!("{} {namespace}{}", self.kind(), self.name())
    }

    /// The place of one of its nodes.
    pub fn place(&self, node: &Node) -> Place {
        Place { file: self.file, mark: node.mark }
    }

    /// Its own place: its name's.
    pub fn here(&self) -> Place {
        let node = self.root.at(&["metadata", "name"]).or_else(|| self.root.get("kind"));
        self.place(node.unwrap_or(&self.root))
    }

    /// The place of the nearest node on a path that is there.
    pub fn nearest(&self, path: &[&str]) -> Place {
        let key = (1..=path.len()).rev().find_map(|length| {
            let (last, above) = path[..length].split_last()?;
            let map = self.root.at(above)?;
            map.entries().iter().find(|(key, _)| key.text == *last).map(|(key, _)| key.mark)
        });
        key.map_or_else(|| self.here(), |mark| Place { file: self.file, mark })
    }
}
