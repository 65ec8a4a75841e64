//! Strategic merges, as kustomize makes them where it knows no schema: maps are merged, everything else is replaced.

use crate::check::yaml::{Key, Mark, Node, Value};

/// Merges a patch into an object. It names the kind and the name that it is for, and changes neither.
pub fn merge_in(root: &mut Node, patch: &Node) {
    let mark = root.mark;
    for (key, value) in patch.entries() {
        match key.text.as_str() {
            "apiVersion" | "kind" => {}
            "metadata" => {
                let is_id = |key: &Key| matches!(key.text.as_str(), "name" | "namespace");
                let rest = value.entries().iter().filter(|(key, _)| !is_id(key)).cloned().collect();
                merge(root, &key.text, &Node { value: Value::Map(rest), ..value.clone() }, mark);
            }
            _ => merge(root, &key.text, value, mark),
        }
    }
}

/// Merges a value into what is behind several keys, one below the other.
pub fn merge_at(root: &mut Node, path: [&str; 2], value: &Node) {
    let [above, below] = path;
    let key = Key { text: below.to_owned(), mark: value.mark };
    let inner = Node { value: Value::Map(vec![(key, value.clone())]), ..value.clone() };
    let mark = root.mark;
    merge(root, above, &inner, mark);
}

/// Puts a value behind a key of a map. What comes from a patch has its place where it is put in.
fn merge(into: &mut Node, key: &str, patch: &Node, mark: Mark) {
    let Value::Map(entries) = &mut into.value else { return };
    let at = entries.iter().position(|(name, _)| name.text == key);
    let order = patch.get("$patch").and_then(Node::text);
    let is_gone = patch.is_null() || order == Some("delete");
    match (at, &patch.value) {
        (Some(at), _) if is_gone => drop(entries.remove(at)),
        (None, _) if is_gone => {}
        (Some(at), Value::Map(inner)) if matches!(entries[at].1.value, Value::Map(_)) && order != Some("replace") => {
            let mark = entries[at].0.mark;
            inner.iter().for_each(|(key, value)| merge(&mut entries[at].1, &key.text, value, mark));
        }
        (Some(at), _) => entries[at].1 = marked(patch, entries[at].1.mark),
        (None, _) => entries.push((Key { text: key.to_owned(), mark }, marked(patch, mark))),
    }
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
