//! The files of a checkout, by their paths.

use std::collections::{BTreeMap, BTreeSet};

use super::observation::{Checkout, Content, File, Seal};
use super::tree::Documents;
use crate::check::yaml::{Mark, Node};

/// The files of a checkout.
pub struct Files<'c> {
    /// In the order of their paths.
    pub all: &'c [File],
    by_path: BTreeMap<&'c str, usize>,
    others: BTreeSet<&'c str>,
    seals: &'c BTreeMap<String, Seal>,
    folders: BTreeSet<&'c str>,
}

impl<'c> Files<'c> {
    /// Indexes a checkout.
    pub fn new(checkout: &'c Checkout) -> Self {
        let by_path: BTreeMap<_, _> =
            checkout.files.iter().enumerate().map(|(index, file)| (file.path.as_str(), index)).collect();
        let others: BTreeSet<_> = checkout.others.iter().map(String::as_str).collect();
        let mut folders = BTreeSet::from([""]);
        for path in by_path.keys().chain(&others) {
            let ends = path.match_indices('/').map(|(end, _)| &path[..end]);
            folders.extend(ends);
        }
        Self { all: &checkout.files, by_path, others, seals: &checkout.seals, folders }
    }

    /// The YAML file at a path.
    pub fn find(&self, path: &str) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// Whether a file of which a Secret is made is encrypted; `None` of any other.
    pub fn seal(&self, path: &str) -> Option<Seal> {
        self.seals.get(path).copied()
    }

    /// Whether any file is at a path.
    pub fn is_file(&self, path: &str) -> bool {
        self.by_path.contains_key(path) || self.others.contains(path)
    }

    /// Whether a path is a folder.
    pub fn is_folder(&self, path: &str) -> bool {
        self.folders.contains(path)
    }

    /// Every path, of YAML files and others, and of folders.
    pub fn paths(&self) -> impl Iterator<Item = &'c str> {
        self.by_path.keys().copied().chain(self.others.iter().copied()).chain(self.folders.iter().copied())
    }

    /// The YAML files below a folder, in order.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = usize> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.by_path.iter().filter(move |(path, _)| path.starts_with(&prefix)).map(|(_, index)| *index)
    }

    /// The place in a file of a place within one of its texts, where the text is written out line by line behind a `|`; else
    /// that of the text.
    pub fn within(&self, file: usize, text: Mark, inner: Mark) -> Mark {
        let lines = &self.all[file].lines;
        let is_head = |line: usize| {
            let head = line.checked_sub(1).and_then(|index| lines.get(index));
            head.is_some_and(|head| head.trim_end_matches(['-', '+']).ends_with('|'))
        };
        let Some(head) = [text.line, text.line.saturating_sub(1)].into_iter().find(|line| is_head(*line)) else {
            return text;
        };
        let body = &lines[head..];
        // The first line that is not empty says how far the text is indented.
        let indent = body.iter().find(|line| !line.is_empty()).map_or(0, |line| line.len() - line.trim_start().len());
        match body.get(inner.line - 1) {
            Some(_) => Mark { line: head + inner.line, column: indent + inner.column, ..inner },
            None => text,
        }
    }

    /// The documents of a file; none where it could not be read.
    pub fn documents(&self, file: usize) -> &'c [Node] {
        match &self.all[file].content {
            Content::Documents(Documents { roots, .. }) => roots,
            Content::Broken(_) | Content::Unread(_) => &[],
        }
    }
}
