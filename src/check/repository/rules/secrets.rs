//! Secrets that lie open in Git, whether or not anything is made of their file. What they are was taken away by the look; that
//! something was there is enough.

use super::Ground;
use crate::check::repository::blind::{HIDDEN, is_open};
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::Object;
use crate::check::repository::observation::{Content, Seal};
use crate::check::repository::path::{join, parent};
use crate::check::telling::is_telling;
use crate::check::yaml::{Node, Value};

/// What can be read by whoever can read the repository.
const EXPECTED: &str = "a Secret in Git is encrypted";

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in ground.reach.objects().chain(&ground.reach.unreached) {
        match object.is("", "Secret") {
            true => faults.extend(manifest(object)),
            false => values(object, &object.root, "", &mut faults),
        }
    }
    for (file, root) in roots(ground) {
        in_file(file, root, &mut faults);
        for generator in root.get("secretGenerator").map(Node::items).unwrap_or_default() {
            faults.extend(literals(file, generator));
            let sources = sources(ground, file, generator);
            faults.extend(sources.filter_map(|(node, _, seal)| made_of(Place { file, mark: node.mark }, seal)));
        }
    }
    faults
}

/// Files of which nobody knows whether a secret can be read in them: those of which kustomize makes a Secret and that are no
/// text, and those of YAML that were not read. Where Flux builds them, that is a finding of its own.
pub fn unread(ground: &Ground<'_>) -> Vec<String> {
    let generators = roots(ground).flat_map(|(file, root)| {
        root.get("secretGenerator").map(Node::items).unwrap_or_default().iter().map(move |one| (file, one))
    });
    let sources = generators.flat_map(|(file, one)| sources(ground, file, one));
    let sources = sources.filter(|(.., seal)| matches!(seal, None | Some(Seal::Unread))).map(|(_, path, _)| path);
    let files = ground.files.all.iter().enumerate().filter(|(index, file)| {
        let is_read = matches!(file.content, Content::Documents(_)) || ground.files.seal(&file.path).is_some();
        !is_read && !ground.spec.is_ignored(&file.path) && !ground.reach.used.contains(index)
    });
    sources.chain(files.map(|(_, file)| file.path.clone())).collect()
}

/// Every document of every file that is meant for anything.
fn roots<'g>(ground: &'g Ground<'_>) -> impl Iterator<Item = (usize, &'g Node)> {
    let files = ground.files.all.iter().enumerate().filter(|(_, file)| !ground.spec.is_ignored(&file.path));
    files.flat_map(|(file, _)| ground.files.documents(file).iter().map(move |root| (file, root)))
}

/// The Secrets of a document, which may be a list of objects.
fn in_file(file: usize, root: &Node, faults: &mut Vec<Fault>) {
    let object = Object::new(file, root);
    if object.is("", "Secret") {
        faults.extend(manifest(&object));
    }
    if object.kind() == "List" {
        root.get("items").map(Node::items).unwrap_or_default().iter().for_each(|item| in_file(file, item, faults));
    }
}

/// A Secret of which a value is neither encrypted nor left to be filled in: beside others that SOPS has encrypted, too.
fn manifest(object: &Object) -> Option<Fault> {
    let maps = ["data", "stringData"].into_iter().filter_map(|key| object.root.get(key));
    let open = maps.flat_map(Node::entries).filter(|(_, node)| node.text().is_some_and(|text| !is_open(text)));
    let (key, _) = open.min_by_key(|(key, _)| key.mark)?;
    let place = Place { file: object.file, mark: key.mark };
    let beside = if object.root.get("sops").is_some() { ", beside what SOPS has encrypted" } else { "" };
    let actual = format!("the value of {} can be read by whoever can read the repository{beside}", key.text);
    let fault = Fault::new(place, "plain-secret", EXPECTED, actual);
    Some(fault.hint("encrypt it with SOPS or let an ExternalSecret fetch it; the old value is known: change it"))
}

fn literals(file: usize, generator: &Node) -> Option<Fault> {
    let literals = generator.get("literals").filter(|literals| !literals.items().is_empty())?;
    let place = Place { file, mark: literals.mark };
    let fault = Fault::new(place, "plain-secret", EXPECTED, "literals of a secretGenerator");
    Some(fault.hint("let it be made of an encrypted file; the old values are known: change them"))
}

/// The files of a generator: where each is named, its path, and what is known of it.
fn sources<'g>(
    ground: &'g Ground<'_>,
    file: usize,
    generator: &'g Node,
) -> impl Iterator<Item = (&'g Node, String, Option<Seal>)> {
    let folder = parent(&ground.files.all[file].path);
    let lists = ["files", "envs"].into_iter().filter_map(|key| generator.get(key)).flat_map(Node::items);
    lists.chain(generator.get("env")).filter_map(move |node| {
        let text = node.text()?;
        let path = join(folder, text.rsplit('=').next().unwrap_or(text))?;
        let seal = ground.files.seal(&path);
        Some((node, path, seal))
    })
}

fn made_of(place: Place, seal: Option<Seal>) -> Option<Fault> {
    if seal != Some(Seal::Open) {
        return None;
    }
    let actual = "a file of a secretGenerator in which not every value is encrypted";
    let fault = Fault::new(place, "plain-secret", EXPECTED, actual);
    Some(fault.hint("encrypt the file with SOPS; the old values are known: change them"))
}

/// Values under a telling key, or beside a telling name; `secret` alone is mostly the name of a Secret. What a patch puts into
/// data may be hidden as well, and is none where it is a ConfigMap's.
fn values(object: &Object, node: &Node, key: &str, faults: &mut Vec<Fault>) {
    match &node.value {
        Value::Scalar { text, .. } if text == HIDDEN && tells(key) => {
            let actual = format!("a text under `{key}` of {}", object.title());
            let fault = Fault::new(object.place(node), "plain-value", "no secret stands in a manifest", actual);
            faults.push(fault.hint("name a Secret instead; the old value is known: change it"));
        }
        Value::Scalar { .. } => {}
        Value::List(items) => items.iter().for_each(|item| values(object, item, key, faults)),
        Value::Map(entries) => entries.iter().for_each(|(key, value)| values(object, value, &key.text, faults)),
    }
}

fn tells(key: &str) -> bool {
    key == "value" || (is_telling(key) && !key.eq_ignore_ascii_case("secret"))
}
