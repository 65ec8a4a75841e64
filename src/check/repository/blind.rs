//! Takes away what may be a secret, before anything of a file is kept.

mod patches;

use std::ops::Range;

pub use patches::in_files;

use super::tree::Documents;
use crate::check::telling::is_telling;
use crate::check::yaml::{Node, Value};

/// Stands where something was.
pub const HIDDEN: &str = "<hidden>";

/// Hides values in the tree, and gives the lines of `text` without them and without comments.
pub fn blind(documents: &mut Documents, text: &str) -> Vec<String> {
    let mut hidden = Vec::new();
    documents.roots.iter_mut().for_each(|root| object(root, text, &mut hidden));
    lines(text, &hidden)
}

/// A line of a file that is no YAML: nobody knows what is a secret in it, so only a key is shown.
pub fn key_only(line: &str) -> String {
    match line.split_once(':') {
        Some((key, rest)) if !rest.trim().is_empty() => format!("{key}: ..."),
        Some(_) => line.to_owned(),
        None => "...".to_owned(),
    }
}

/// Whether a text is no secret itself: a place to be filled in, a switch, or a value that SOPS has encrypted.
pub fn is_open(text: &str) -> bool {
    let text = text.trim();
    let text = ["Bearer ", "Basic "].iter().find_map(|scheme| text.strip_prefix(scheme)).unwrap_or(text);
    matches!(text, "" | "true" | "false") || text.starts_with("ENC[") || (text.starts_with("${") && text.ends_with('}'))
}

fn object(root: &mut Node, text: &str, hidden: &mut Vec<Range<usize>>) {
    let is_secret = root.get("kind").and_then(Node::text) == Some("Secret");
    let Value::Map(entries) = &mut root.value else {
        // A patch in a file of its own may be a list of operations.
        telling("", root, text, hidden);
        return;
    };
    for (key, node) in entries.iter_mut() {
        match key.text.as_str() {
            "data" | "stringData" if is_secret => all(node, hidden),
            "secretGenerator" => all_under(node, "literals", hidden),
            "items" if matches!(node.value, Value::List(_)) => items(node, text, hidden),
            _ => telling(key.text.as_str(), node, text, hidden),
        }
    }
}

/// The objects of a `List`.
fn items(list: &mut Node, text: &str, hidden: &mut Vec<Range<usize>>) {
    if let Value::List(items) = &mut list.value {
        items.iter_mut().for_each(|item| object(item, text, hidden));
    }
}

fn telling(key: &str, node: &mut Node, text: &str, hidden: &mut Vec<Range<usize>>) {
    let named = node.get("name").and_then(Node::text).is_some_and(is_telling) || patches::is_telling(node);
    let target = node.get("target").cloned();
    match &mut node.value {
        Value::Scalar { plain: true, text } if matches!(text.as_str(), "true" | "false" | "null" | "~") => {}
        Value::Scalar { .. } if is_telling(key) => hide(node, hidden),
        Value::Scalar { .. } if key == "patchesStrategicMerge" => patches::inline(node, None, text, hidden),
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|item| telling(key, item, text, hidden)),
        Value::Map(entries) => {
            for (key, value) in entries {
                match key.text.as_str() {
                    // Environment variables and operations of patches have their name beside the value.
                    "value" if named => all(value, hidden),
                    "patch" if value.text().is_some() => patches::inline(value, target.as_ref(), text, hidden),
                    key => telling(key, value, text, hidden),
                }
            }
        }
    }
}

/// Hides every scalar below a node.
fn all(node: &mut Node, hidden: &mut Vec<Range<usize>>) {
    match &mut node.value {
        Value::Scalar { .. } => hide(node, hidden),
        Value::List(items) => items.iter_mut().for_each(|item| all(item, hidden)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| all(value, hidden)),
    }
}

/// Hides every scalar below a key, wherever the key stands.
fn all_under(node: &mut Node, name: &str, hidden: &mut Vec<Range<usize>>) {
    match &mut node.value {
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter_mut().for_each(|item| all_under(item, name, hidden)),
        Value::Map(entries) => {
            for (key, value) in entries {
                if key.text == name { all(value, hidden) } else { all_under(value, name, hidden) }
            }
        }
    }
}

fn hide(node: &mut Node, hidden: &mut Vec<Range<usize>>) {
    if let Value::Scalar { text, plain } = &mut node.value
        && !is_open(text)
    {
        hidden.push(node.range.clone());
        HIDDEN.clone_into(text);
        *plain = false;
    }
}

/// The lines of a text, with a mark where something is hidden: the rest of its first line, and all further lines.
fn lines(text: &str, hidden: &[Range<usize>]) -> Vec<String> {
    let mut begin = 0;
    let mut lines = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = begin + line.len();
        let touched = hidden.iter().filter(|range| range.start < end && range.end > begin);
        // A scalar without a place could be anywhere: then nothing is shown.
        let is_lost = hidden.iter().any(Range::is_empty);
        let shown = match touched.map(|range| range.start.saturating_sub(begin)).min() {
            _ if is_lost => String::new(),
            Some(at) => format!("{}{HIDDEN}", line.get(..at).unwrap_or_default()),
            None => without_comment(line.trim_end()).to_owned(),
        };
        lines.push(shown.trim_end().to_owned());
        begin = end;
    }
    lines
}

/// Comments hold what somebody wanted out of the way; that can be a secret, too.
fn without_comment(line: &str) -> &str {
    let from = if line.trim_start().starts_with('#') { line.find('#') } else { line.find(" #") };
    from.map_or(line, |at| &line[..at])
}
