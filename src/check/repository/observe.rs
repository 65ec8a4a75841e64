//! Reads the YAML files of a checkout, within limits of number and size.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::blind::{blind, in_files, key_only};
use super::git;
use super::observation::{Checkout, Content, File, Observation, Seal};
use super::seal;
use super::tree::{self, Documents};
use crate::check::trouble::Trouble;
use crate::check::yaml::{Node, Value};
use crate::connect::Connections;

/// Files of any kind that are looked at.
const FILES: usize = 20_000;
/// Bytes of one file that is read.
const LARGE: usize = 2 * 1024 * 1024;
/// Bytes of a file whose lines are kept.
const SHOWN: usize = 256 * 1024;
/// Bytes that are read in all.
const ALL: usize = 32 * 1024 * 1024;

pub async fn observe(connections: &Connections) -> Result<Observation, Trouble> {
    let Some(folder) = connections.repository() else { return Ok(Observation { checkout: None }) };
    let folder = folder.to_owned();
    let read = tokio::task::spawn_blocking(move || {
        checkout(&folder)
            .map_err(|error| Trouble::Broken { to: folder.display().to_string(), message: error.to_string() })
    });
    let checkout =
        read.await.map_err(|error| Trouble::Broken { to: "the checkout".to_owned(), message: error.to_string() })??;
    Ok(Observation { checkout: Some(checkout) })
}

/// Reads a checkout.
pub fn checkout(folder: &Path) -> std::io::Result<Checkout> {
    let mut paths = Vec::new();
    let is_cut = !walk(folder, "", &mut paths)?;
    let charts: Vec<String> =
        paths.iter().filter_map(|path| path.strip_suffix("Chart.yaml")).map(str::to_owned).collect();
    let (manifests, others): (Vec<String>, Vec<String>) = paths
        .into_iter()
        // Templates of a chart are no YAML before Helm has made it of them.
        .partition(|path| is_manifest(path) && !charts.iter().any(|chart| path.starts_with(chart.as_str())));
    let mut budget = ALL;
    let files = manifests.into_iter().map(|path| {
        let file = read(folder, path, budget)?;
        budget = budget.saturating_sub(file.lines.iter().map(String::len).sum());
        Ok(file)
    });
    let mut files = files.collect::<std::io::Result<Vec<File>>>()?;
    let seals = forget_values(folder, &mut files);
    in_files(&mut files);
    Ok(Checkout { revision: git::revision(folder), files, others, is_cut, seals })
}

/// Adds the paths of all files below a folder, in order; `false` when there are too many.
fn walk(root: &Path, below: &str, paths: &mut Vec<String>) -> std::io::Result<bool> {
    let mut entries = fs::read_dir(root.join(below))?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        match entry.file_type()?.is_dir() {
            true if name == ".git" => {}
            true if !walk(root, &path, paths)? => return Ok(false),
            true => {}
            false if below.is_empty() && name == ".git" => {}
            false if paths.len() == FILES => return Ok(false),
            false => paths.push(path),
        }
    }
    Ok(true)
}

fn is_manifest(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "Kustomization" || name.ends_with(".yaml") || name.ends_with(".yml")
}

fn read(folder: &Path, path: String, budget: usize) -> std::io::Result<File> {
    let unread =
        |path: String, why: &str| Ok(File { path, lines: Vec::new(), content: Content::Unread(why.to_owned()) });
    let place = folder.join(&path);
    // A link that leads nowhere is a file that is not there.
    let Ok(about) = fs::metadata(&place) else { return unread(path, "it is a link that leads nowhere") };
    let size = usize::try_from(about.len()).unwrap_or(usize::MAX);
    if !about.is_file() || size > LARGE.min(budget) {
        return unread(path, "it is too large");
    }
    let bytes = fs::read(place)?;
    let Ok(text) = String::from_utf8(bytes) else { return unread(path, "it is no UTF-8 text") };
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    match tree::documents(text) {
        Ok(mut documents) => {
            let mut lines = blind(&mut documents, text);
            if text.len() > SHOWN {
                lines.clear();
            }
            documents.roots.iter_mut().for_each(prune);
            Ok(File { path, lines, content: Content::Documents(documents) })
        }
        Err(broken) => {
            let shown = |(index, line): (usize, &str)| {
                if index + 1 == broken.mark.line { key_only(line) } else { String::new() }
            };
            let lines = text.lines().enumerate().map(shown).collect();
            Ok(File { path, lines, content: Content::Broken(broken) })
        }
    }
}

/// A CRD is long, and only that it is there is judged.
fn prune(root: &mut Node) {
    if root.get("kind").and_then(Node::text) == Some("CustomResourceDefinition")
        && let Value::Map(entries) = &mut root.value
    {
        entries.retain(|(key, _)| matches!(key.text.as_str(), "apiVersion" | "kind" | "metadata"));
    }
}

/// A file of which kustomize makes the data of a Secret is a secret as a whole: whether it is encrypted is all that is kept.
fn forget_values(folder: &Path, files: &mut [File]) -> BTreeMap<String, Seal> {
    let secret: BTreeSet<String> = files.iter().flat_map(generated_of).collect();
    for file in files.iter_mut().filter(|file| secret.contains(&file.path)) {
        file.lines.clear();
        file.content = Content::Unread("a Secret is made of it".to_owned());
    }
    secret.into_iter().map(|path| (path.clone(), seal::of_file(&folder.join(path)))).collect()
}

fn generated_of(file: &File) -> Vec<String> {
    let Content::Documents(Documents { roots, .. }) = &file.content else { return Vec::new() };
    let folder = super::path::parent(&file.path);
    let generators = roots.iter().filter_map(|root| root.get("secretGenerator")).flat_map(Node::items);
    let names = generators.flat_map(|one| {
        let lists = ["files", "envs"].into_iter().filter_map(|key| one.get(key)).flat_map(Node::items);
        lists.chain(one.get("env")).filter_map(Node::text)
    });
    names.filter_map(|name| super::path::join(folder, name.rsplit('=').next().unwrap_or(name))).collect()
}
