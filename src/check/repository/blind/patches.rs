//! Secrets in patches: in operations, which name a path beside the value, and in patches that are written out as a text.

use std::ops::Range;

use regex::Regex;

use super::{HIDDEN, all, object, without_comment};
use crate::check::repository::observation::{Content, File};
use crate::check::repository::path::{join, parent};
use crate::check::repository::tree::{self, Documents};
use crate::check::telling;
use crate::check::yaml::{Node, Value};

/// Whether an operation of a JSON patch tells by its path that its value may be a secret.
pub fn is_telling(operation: &Node) -> bool {
    let path = operation.get("op").and(operation.get("path")).and_then(Node::text);
    path.is_some_and(|path| path.starts_with("/stringData") || path.split('/').any(telling::is_telling))
}

/// Hides the data of Secrets in patches that stand in files of their own: what those are for is said elsewhere.
pub fn in_files(files: &mut [File]) {
    let mut found = Vec::new();
    for file in files.iter() {
        let Content::Documents(Documents { roots, .. }) = &file.content else { continue };
        let lists =
            roots.iter().flat_map(|root| ["patches", "patchesJson6902"].into_iter().filter_map(|key| root.get(key)));
        for entry in lists.flat_map(Node::items) {
            let path = entry.get("path").and_then(Node::text).and_then(|path| join(parent(&file.path), path));
            found.extend(path.map(|path| (path, entry.get("target").cloned())));
        }
    }
    for file in files {
        let Content::Documents(Documents { roots, .. }) = &mut file.content else { continue };
        let mut hidden = Vec::new();
        for (_, target) in found.iter().filter(|(path, _)| *path == file.path) {
            roots.iter_mut().for_each(|root| data(root, target.as_ref(), &mut hidden));
        }
        if !hidden.is_empty() {
            file.lines.clear();
        }
    }
}

/// Hides what a patch puts into the data of a Secret. Operations do not say what they are for, so without a kind in the target
/// they may be for one; whoever merges says it.
fn data(root: &mut Node, target: Option<&Node>, hidden: &mut Vec<Range<usize>>) {
    let kind = target.and_then(|target| target.get("kind")).and_then(Node::text);
    let is_secret = kind.map(|kind| Regex::new(&format!("^(?:{kind})$")).is_ok_and(|kind| kind.is_match("Secret")));
    match &mut root.value {
        Value::Map(entries) if is_secret == Some(true) => {
            let data = entries.iter_mut().filter(|(key, _)| matches!(key.text.as_str(), "data" | "stringData"));
            data.for_each(|(_, value)| all(value, hidden));
        }
        Value::List(operations) if is_secret != Some(false) => {
            let is_data =
                |one: &&mut Node| one.get("path").and_then(Node::text).is_some_and(|path| path.starts_with("/data"));
            let values = operations.iter_mut().filter(is_data).filter_map(|one| one.get_mut("value"));
            values.for_each(|value| all(value, hidden));
        }
        _ => {}
    }
}

/// Hides what may be a secret in a patch that is a text, and its comments. Where that cannot be done, the text is hidden.
pub fn inline(node: &mut Node, target: Option<&Node>, outer: &str, hidden: &mut Vec<Range<usize>>) {
    let Value::Scalar { text, .. } = &mut node.value else { return };
    let mut inner = Vec::new();
    let sealed = match tree::documents(text) {
        Ok(mut documents) => {
            for root in &mut documents.roots {
                object(root, text, &mut inner);
                data(root, target, &mut inner);
            }
            sealed(text, &inner)
        }
        // It is shown where nothing in it may be a secret: somebody has to find what is broken.
        Err(_) => Some(text.clone()).filter(|text| !text.lines().any(may_tell)),
    };
    let Some(sealed) = sealed else {
        HIDDEN.clone_into(text);
        return hidden.push(node.range.clone());
    };
    for range in inner {
        hidden.push(range_in(outer, &node.range, text, &range).unwrap_or_else(|| node.range.clone()));
    }
    *text = sealed;
}

fn may_tell(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, _)| {
        let key = key.trim_start_matches([' ', '-', '{']).trim();
        matches!(key, "data" | "stringData" | "value") || telling::is_telling(key)
    })
}

/// The text without these ranges and without comments, line for line; `None` where it is no YAML any more.
fn sealed(text: &str, hidden: &[Range<usize>]) -> Option<String> {
    let mut sealed = text.to_owned();
    let mut ranges: Vec<_> = hidden.to_vec();
    ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
    ranges.dedup();
    for range in ranges {
        let lines = sealed.get(range.clone())?.matches('\n').count();
        sealed.replace_range(range, &format!("\"{HIDDEN}\"{}", "\n".repeat(lines)));
    }
    let was = tree::documents(&sealed).ok()?;
    let bare: Vec<&str> = sealed.lines().map(without_comment).collect();
    let bare = bare.join("\n");
    let is_same = tree::documents(&bare).is_ok_and(|now| {
        now.roots.len() == was.roots.len() && now.roots.iter().zip(&was.roots).all(|(now, was)| now.is_same_as(was))
    });
    Some(if is_same { bare } else { sealed })
}

/// Where a range of a text stands in the file, up to the end of its last line; the text is written out behind a `|`.
fn range_in(outer: &str, place: &Range<usize>, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
    let mut at = place.start + outer.get(place.clone())?.find('\n')? + 1;
    let (mut begin, mut start) = (0, None);
    for line in text.split_inclusive('\n') {
        let there = outer.get(at..)?.split_inclusive('\n').next()?;
        let indent = there.trim_end().strip_suffix(line.trim_end())?.len();
        if start.is_none() && range.start < begin + line.len() {
            start = Some(at + indent + range.start.saturating_sub(begin));
        }
        if range.end <= begin + line.len() {
            return Some(start?..at + there.len());
        }
        begin += line.len();
        at += there.len();
    }
    None
}
