//! Patches of kustomize, as far as they are understood: a strategic merge of maps. A list of JSON patch operations marks the
//! object, so that nothing is said to be missing in it.

use regex::Regex;

use super::model::Object;
use crate::check::yaml::{Key, Mark, Node, Value};

/// One patch with its target.
pub struct Patch {
    target: Target,
    body: Node,
}

/// Which objects a patch changes; empty parts take any.
#[derive(Default)]
struct Target {
    group: Option<String>,
    kind: Option<String>,
    name: Option<Regex>,
    namespace: Option<String>,
    /// Labels are not looked at: such a patch may or may not change an object.
    is_vague: bool,
}

impl Patch {
    /// A patch with the target that is written beside it, else with the object that it names itself.
    pub fn new(target: Option<&Node>, body: Node) -> Self {
        let text = |node: &Node, path: &[&str]| node.at(path).and_then(Node::text).map(str::to_owned);
        let whole = |name: String| Regex::new(&format!("^(?:{name})$")).ok();
        let target = match target {
            Some(node) => Target {
                group: text(node, &["group"]),
                kind: text(node, &["kind"]),
                name: text(node, &["name"]).and_then(whole),
                namespace: text(node, &["namespace"]),
                is_vague: node.get("labelSelector").or_else(|| node.get("annotationSelector")).is_some(),
            },
            None => Target {
                kind: text(&body, &["kind"]),
                name: text(&body, &["metadata", "name"]).and_then(|name| whole(regex::escape(&name))),
                ..Target::default()
            },
        };
        Self { target, body }
    }
}

impl Target {
    fn takes(&self, object: &Object) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
        is(&self.kind, object.kind())
            && is(&self.group, object.group())
            && is(&self.namespace, object.namespace.as_deref().unwrap_or_default())
            && self.name.as_ref().is_none_or(|name| name.is_match(object.name()))
    }
}

/// Changes the objects from the `first` on.
pub fn apply(patches: &[Patch], objects: &mut Vec<Object>, first: usize) {
    for patch in patches {
        let kept = objects.split_off(first).into_iter().filter_map(|object| patched(patch, object));
        let kept: Vec<Object> = kept.collect();
        objects.extend(kept);
    }
}

/// The object after a patch; `None` where the patch takes it away.
fn patched(patch: &Patch, mut object: Object) -> Option<Object> {
    if !patch.target.takes(&object) {
        return Some(object);
    }
    if patch.target.is_vague || !matches!(patch.body.value, Value::Map(_)) {
        object.is_patched = true;
        return Some(object);
    }
    if patch.body.get("$patch").and_then(Node::text) == Some("delete") {
        return None;
    }
    let mark = object.root.mark;
    for (key, value) in patch.body.entries() {
        // A patch names the kind and the name that it is for.
        match key.text.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let rest = value.entries().iter().filter(|(key, _)| key.text != "name").cloned().collect();
                let rest = Node { value: Value::Map(rest), ..value.clone() };
                merge(&mut object.root, &key.text, &rest, mark);
            }
            _ => merge(&mut object.root, &key.text, value, mark),
        }
    }
    Some(object)
}

/// Puts a value behind a key of a map. What comes from a patch has its place where it is put in.
fn merge(into: &mut Node, key: &str, patch: &Node, mark: Mark) {
    let Value::Map(entries) = &mut into.value else { return };
    let at = entries.iter().position(|(name, _)| name.text == key);
    match (at, &patch.value) {
        (Some(at), _) if patch.is_null() => drop(entries.remove(at)),
        (None, _) if patch.is_null() => {}
        (Some(at), Value::Map(inner)) if matches!(entries[at].1.value, Value::Map(_)) => {
            let mark = entries[at].0.mark;
            inner.iter().for_each(|(key, value)| merge(&mut entries[at].1, &key.text, value, mark));
        }
        (Some(at), _) => entries[at].1 = marked(patch, entries[at].1.mark),
        (None, _) => entries.push((Key { text: key.to_owned(), mark }, marked(patch, mark))),
    }
}

/// A node whose places are all the same.
fn marked(node: &Node, mark: Mark) -> Node {
    let value = match &node.value {
        Value::Scalar { .. } => node.value.clone(),
        Value::List(items) => Value::List(items.iter().map(|item| marked(item, mark)).collect()),
        Value::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| (Key { mark, ..key.clone() }, marked(value, mark)));
            Value::Map(entries.collect())
        }
    };
    Node { mark, range: 0..0, value }
}

/// Puts texts around an object's name.
pub fn rename(root: &mut Node, prefix: &str, suffix: &str) {
    let Value::Map(entries) = &mut root.value else { return };
    let Some((_, metadata)) = entries.iter_mut().find(|(key, _)| key.text == "metadata") else { return };
    let Value::Map(entries) = &mut metadata.value else { return };
    if let Some((_, Node { value: Value::Scalar { text, .. }, .. })) =
        entries.iter_mut().find(|(key, _)| key.text == "name")
    {
        *text = format!("{prefix}{text}{suffix}");
    }
}
