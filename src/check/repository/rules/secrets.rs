//! Secrets that lie open in Git. What they are was taken away by the look; that something was there is enough.

use super::Ground;
use crate::check::repository::blind::{HIDDEN, is_open};
use crate::check::repository::fault::{Fault, Place};
use crate::check::repository::model::Object;
use crate::check::telling::is_telling;
use crate::check::yaml::{Node, Value};

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for object in ground.reach.objects().chain(&ground.reach.unreached) {
        match object.is("", "Secret") {
            true => faults.extend(manifest(object)),
            false => values(object, &object.root, "", &mut faults),
        }
    }
    for file in &ground.reach.used {
        let roots = ground.files.documents(*file).iter();
        faults.extend(roots.filter_map(|root| root.get("secretGenerator")).filter_map(|made| generator(*file, made)));
    }
    faults
}

/// A Secret whose values are neither encrypted nor left to be filled in.
fn manifest(object: &Object) -> Option<Fault> {
    if object.root.get("sops").is_some() {
        return None;
    }
    let maps = ["data", "stringData"].into_iter().filter_map(|key| object.root.get(key));
    let open = maps.flat_map(Node::entries).filter(|(_, node)| node.text().is_some_and(|text| !is_open(text)));
    let (key, _) = open.min_by_key(|(key, _)| key.mark)?;
    let place = Place { file: object.file, mark: key.mark };
    let actual = format!("the value of {} can be read by whoever can read the repository", key.text);
    let fault = Fault::new(place, "plain-secret", "a Secret in Git is encrypted", actual);
    Some(fault.hint("encrypt it with SOPS or let an ExternalSecret fetch it; the old value is known: change it"))
}

fn generator(file: usize, made: &Node) -> Option<Fault> {
    let literals = made.items().iter().filter_map(|one| one.get("literals")).find(|one| !one.items().is_empty())?;
    let place = Place { file, mark: literals.mark };
    let fault = Fault::new(place, "plain-secret", "a Secret in Git is encrypted", "literals of a secretGenerator");
    Some(fault.hint("let it be made of an encrypted file; the old values are known: change them"))
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
