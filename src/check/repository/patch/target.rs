//! Which objects a patch is for, as kustomize finds them (kustomize api/types/selector.go, api/resmap/reswrangler.go).

use std::fmt;

use regex::Regex;

use super::refused;
use crate::check::labels::{LabelSelector, Labels};
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::Object;
use crate::check::yaml::Node;

/// Which objects.
pub enum Target {
    /// All that a `target` selects, which may be none.
    Selected(Box<Selector>),
    /// The one that the patch names itself, which must be there.
    Named(Id),
}

/// A `target`: what is not written takes anything.
#[derive(Default)]
pub struct Selector {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: LabelSelector,
    annotations: LabelSelector,
}

/// What identifies an object.
pub struct Id {
    api_version: String,
    kind: String,
    name: String,
    namespace: String,
}

impl Target {
    /// Reads a `target` of `file`.
    pub fn read(file: usize, node: &Node) -> Result<Self, Fault> {
        let text =
            |key: &str| node.get(key).and_then(|node| Some((node, node.text()?))).filter(|(_, text)| !text.is_empty());
        let wrong = |node: &Node, expected: &str, actual: String| {
            let fault = refused(Place { file, mark: node.mark }, expected, actual);
            fault.hint("kustomize refuses the target: correct it")
        };
        let whole = |key: &str| {
            let read = |(node, text): (&Node, &str)| {
                let regex = Regex::new(&format!("^(?:{text})$"));
                regex.map_err(|_| wrong(node, "a regular expression", format!("`{text}` is none")))
            };
            text(key).map(read).transpose()
        };
        let selector = |key: &str| {
            let read = |(node, text): (&Node, &str)| {
                text.parse::<LabelSelector>().map_err(|why| wrong(node, "a selector", why))
            };
            text(key).map(read).transpose().map(Option::unwrap_or_default)
        };
        Ok(Self::Selected(Box::new(Selector {
            group: whole("group")?,
            version: whole("version")?,
            kind: whole("kind")?,
            name: whole("name")?,
            namespace: whole("namespace")?,
            labels: selector("labelSelector")?,
            annotations: selector("annotationSelector")?,
        })))
    }

    /// The object that a patch names itself.
    pub fn named_by(patch: &Node) -> Self {
        let text = |path: &[&str]| patch.at(path).and_then(Node::text).unwrap_or_default().to_owned();
        Self::Named(Id {
            api_version: text(&["apiVersion"]),
            kind: text(&["kind"]),
            name: text(&["metadata", "name"]),
            namespace: text(&["metadata", "namespace"]),
        })
    }

    pub fn takes(&self, object: &Object) -> bool {
        match self {
            Self::Selected(selector) => selector.takes(object),
            Self::Named(id) => id.is(object),
        }
    }

    /// Objects that kustomize makes have no labels and namespaces that are known here.
    pub fn may_take(&self, kind: &str, name: &str) -> bool {
        match self {
            Self::Selected(one) => fits(&one.group, "") && fits(&one.kind, kind) && fits(&one.name, name),
            Self::Named(id) => id.kind == kind && id.name == name,
        }
    }
}

impl Selector {
    /// Name and namespace each may be the first ones or those of now.
    fn takes(&self, object: &Object) -> bool {
        let now = (object.name(), object.namespace.as_deref());
        let known = [object.names().next().unwrap_or(now), now];
        fits(&self.group, object.group())
            && fits(&self.version, object.version())
            && fits(&self.kind, object.kind())
            && known.iter().any(|(name, _)| fits(&self.name, name))
            && known.iter().any(|(_, namespace)| fits(&self.namespace, effective(*namespace)))
            && self.labels.matches(&pairs(object, "labels"))
            && self.annotations.matches(&pairs(object, "annotations"))
    }
}

impl Id {
    fn is(&self, object: &Object) -> bool {
        let is_same = |(name, namespace): (&str, Option<&str>)| {
            name == self.name && effective(namespace) == effective(Some(&self.namespace))
        };
        object.text(&["apiVersion"]) == self.api_version && object.kind() == self.kind && object.names().any(is_same)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let namespace = effective(Some(&self.namespace));
        write!(f, "{} {} {} in namespace {namespace}", self.api_version, self.kind, self.name)
    }
}

fn fits(wanted: &Option<Regex>, found: &str) -> bool {
    wanted.as_ref().is_none_or(|wanted| wanted.is_match(found))
}

/// Who writes no namespace means this one.
fn effective(namespace: Option<&str>) -> &str {
    namespace.filter(|namespace| !namespace.is_empty()).unwrap_or("default")
}

fn pairs(object: &Object, key: &str) -> Labels {
    let entries = object.root.at(&["metadata", key]).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some((key.text.clone(), value.text()?.to_owned()))).collect()
}
