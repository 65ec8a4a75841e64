//! Strategic merges, as kustomize makes them: maps are merged, everything else is replaced, but for lists of pods and Services
//! whose elements have a key.

mod keyed;

use crate::check::yaml::{Key, Mark, Node, Value};

/// Merges a patch into an object. It names the kind and the name that it is for, and changes neither.
pub fn merge_in(root: &mut Node, patch: &Node) {
    let how = How { mark: root.mark, is_known: keyed::knows(root) };
    for (key, value) in patch.entries() {
        match key.text.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let is_id = |key: &Key| matches!(key.text.as_str(), "name" | "namespace");
                let rest = value.entries().iter().filter(|(key, _)| !is_id(key)).cloned().collect();
                merge(root, &key.text, &Node { value: Value::Map(rest), ..value.clone() }, how);
            }
            _ => merge(root, &key.text, value, how),
        }
    }
}

/// Merges a value into what is behind several keys, one below the other.
pub fn merge_at(root: &mut Node, path: [&str; 2], value: &Node) {
    let [above, below] = path;
    let key = Key { text: below.to_owned(), mark: value.mark };
    let inner = Node { value: Value::Map(vec![(key, value.clone())]), ..value.clone() };
    let how = How { mark: root.mark, is_known: false };
    merge(root, above, &inner, how);
}

/// How values are put in.
#[derive(Clone, Copy)]
struct How {
    /// The place of what is new.
    mark: Mark,
    /// Whether kustomize knows the kind, and with it the keys of its lists.
    is_known: bool,
}

/// Puts a value behind a key of a map. What comes from a patch has its place where it is put in.
fn merge(into: &mut Node, key: &str, patch: &Node, how: How) {
    let Value::Map(entries) = &mut into.value else { return };
    let at = entries.iter().position(|(name, _)| name.text == key);
    let is_gone = patch.is_null() || order(patch) == Some("delete");
    let Some(at) = at else {
        if !is_gone {
            entries.push((Key { text: key.to_owned(), mark: how.mark }, marked(patch, how.mark)));
        }
        return;
    };
    let (name, there) = &mut entries[at];
    let mark = name.mark;
    match (&there.value, &patch.value) {
        _ if is_gone => drop(entries.remove(at)),
        (Value::Map(_), Value::Map(inner)) if order(patch) != Some("replace") => {
            inner.iter().for_each(|(key, value)| merge(there, &key.text, value, How { mark, ..how }));
        }
        (Value::List(_), Value::List(inner)) if how.is_known => keyed::merge(there, key, inner, how),
        _ => *there = marked(patch, there.mark),
    }
}

/// What a part of a patch orders kustomize to do: `delete`, `replace`.
fn order(patch: &Node) -> Option<&str> {
    patch.get("$patch").and_then(Node::text)
}

/// A node whose places are all the same, without orders to kustomize.
pub fn marked(node: &Node, mark: Mark) -> Node {
    let value = match &node.value {
        Value::Scalar { .. } => node.value.clone(),
        Value::List(items) => Value::List(items.iter().map(|item| marked(item, mark)).collect()),
        Value::Map(entries) => {
            let kept = entries.iter().filter(|(key, _)| key.text != "$patch");
            Value::Map(kept.map(|(key, value)| (Key { mark, ..key.clone() }, marked(value, mark))).collect())
        }
    };
    Node { mark, range: 0..0, value }
}
