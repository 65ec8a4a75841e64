//! The variables that a Kustomization can replace.

use std::collections::BTreeSet;

use crate::check::repository::fault::{Fault, meant};
use crate::check::repository::model::{Build, Object};
use crate::check::repository::rules::Ground;
use crate::check::repository::rules::wiring::plain;
use crate::check::yaml::Node;

/// The names that a build can replace.
#[derive(Default)]
pub struct Known<'g> {
    /// Their names.
    pub names: BTreeSet<&'g str>,
    /// Whether there may be more, from a source that is not in the repository.
    pub is_open: bool,
}

/// What a Kustomization can replace; `None` where it replaces nothing.
pub fn known<'g>(ground: &'g Ground<'_>, build: &'g Build, faults: &mut Vec<Fault>) -> Option<Known<'g>> {
    let owner = build.owner.as_ref()?;
    let inline = build.field(&["postBuild", "substitute"]).map(Node::entries).unwrap_or_default();
    let sources = build.field(&["postBuild", "substituteFrom"]).map(Node::items).unwrap_or_default();
    if inline.is_empty() && sources.is_empty() {
        return None;
    }
    let mut known = Known { names: inline.iter().map(|(key, _)| key.text.as_str()).collect(), is_open: false };
    for source in sources {
        let (Some(kind), Some(name)) = (plain(source.get("kind")), plain(source.get("name"))) else { continue };
        let is_optional = source.get("optional").and_then(Node::text) == Some("true");
        match keys(ground, kind, name) {
            Some(keys) => known.names.extend(keys),
            None if ground.spec.is_given(kind, name) && !ground.spec.variables.is_empty() => {
                known.names.extend(ground.spec.variables.iter().map(String::as_str));
            }
            None => {
                known.is_open = true;
                if !is_optional && !ground.spec.is_given(kind, name) {
                    faults.push(no_source(ground, owner, source, kind, name));
                }
            }
        }
    }
    Some(known)
}

fn no_source(ground: &Ground<'_>, owner: &Object, source: &Node, kind: &str, name: &str) -> Fault {
    let expected = format!("the {kind} that {} substitutes from is in the repository", owner.title());
    let same = ground.reach.objects().filter(|object| object.kind() == kind).map(Object::name);
    let hint = meant(name, same, &format!("add it, or give {kind}/{name} in the suite where it is there already"));
    let place = owner.place(source.get("name").unwrap_or(source));
    Fault::new(place, "no-variables", expected, format!("no {kind} {name}: the build fails")).hint(hint)
}

/// The keys of a ConfigMap or Secret, where it is in the repository.
fn keys<'g>(ground: &'g Ground<'_>, kind: &str, name: &str) -> Option<BTreeSet<&'g str>> {
    let objects = ground.reach.objects().filter(|object| object.kind() == kind && object.name() == name);
    let made = ground.reach.builds.iter().flat_map(|build| &build.generated);
    let made = made.filter(|(other, found, _)| other == kind && found == name);
    let mut found = None;
    for object in objects {
        let maps = ["data", "stringData"].into_iter().filter_map(|key| object.root.get(key));
        let keys = maps.flat_map(Node::entries).map(|(key, _)| key.text.as_str());
        found.get_or_insert_with(BTreeSet::new).extend(keys);
    }
    for (_, _, keys) in made {
        found.get_or_insert_with(BTreeSet::new).extend(keys.iter().map(String::as_str));
    }
    found
}
