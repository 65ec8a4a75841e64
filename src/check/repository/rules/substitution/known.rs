//! The variables that a Kustomization can replace.

use std::collections::BTreeSet;

use crate::check::repository::fault::Fault;
use crate::check::repository::model::{Build, Object};
use crate::check::repository::rules::Ground;
use crate::check::repository::rules::names::hint;
use crate::check::repository::rules::wiring::plain;
use crate::check::yaml::Node;

/// The names that a build can replace.
#[derive(Default)]
pub struct Known<'g> {
    /// Their names.
    pub names: BTreeSet<&'g str>,
    /// Whether there may be more, from a source that is not in the repository, or not read.
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
        match keys(ground, owner, kind, name) {
            Some(found) => {
                known.names.extend(found.names);
                known.is_open |= found.is_open;
            }
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
    let otherwise = format!("add it, or give {kind}/{name} in the suite where it is there already");
    let hint = hint(ground, owner.cluster, kind, name, &otherwise);
    let place = owner.place(source.get("name").unwrap_or(source));
    let actual = format!("no {kind} {name} in namespace {}: the build fails", owner.home());
    Fault::new(place, "no-variables", expected, actual).hint(hint)
}

/// The keys of a ConfigMap or Secret beside the Kustomization, where it is in the repository.
fn keys<'g>(ground: &'g Ground<'_>, owner: &Object, kind: &str, name: &str) -> Option<Known<'g>> {
    let mut found = None;
    for object in ground.reach.objects_in(owner.cluster) {
        if object.kind() == kind && object.name() == name && object.home() == owner.home() {
            let maps = ["data", "stringData"].into_iter().filter_map(|key| object.root.get(key));
            let keys = maps.flat_map(Node::entries).map(|(key, _)| key.text.as_str());
            found.get_or_insert_with(Known::default).names.extend(keys);
        }
    }
    for made in ground.reach.generated_in(owner.cluster) {
        if made.is(kind, name) && made.home() == owner.home() {
            let known = found.get_or_insert_with(Known::default);
            known.names.extend(made.keys.iter().flatten().map(String::as_str));
            known.is_open |= made.keys.is_none();
        }
    }
    found
}
