//! The way up from an object to the source from which it is applied.

use std::collections::BTreeSet;

use super::cause::Graph;
use crate::check::finding::Finding;
use crate::check::flux::inventory::Id;
use crate::check::flux::kinds::Target;
use crate::check::flux::seen::{Object, Reference};
use crate::check::flux::spec::Root;

/// The Kustomizations above an object, as far as the labels lead that kustomize-controller gives to everything it applies.
pub(super) struct Way<'a> {
    /// From below.
    pub(super) parents: Vec<&'a Object>,
    /// Where it breaks, if it does.
    pub(super) broken: Option<Finding>,
}

impl<'a> Way<'a> {
    pub(super) fn up(root: &Root, graph: &Graph<'a>, object: &'a Object) -> Self {
        let mut parents = Vec::new();
        let broken = climb(graph, object, &mut parents);
        let broken = broken.or_else(|| ends(root, parents.last().copied().unwrap_or(object)));
        let finding = |actual: String| {
            let expected = format!("it is applied from {}, step by step", root.title());
            let finding = Finding::new("flux/not-from", expected, actual).on(object.title());
            finding.hint("see the kustomization.yaml of each folder on the way: it must list what is below")
        };
        Self { parents, broken: broken.map(finding) }
    }
}

/// Up to a Kustomization that nobody applied, or that applies itself; what is wrong on the way.
fn climb<'a>(graph: &Graph<'a>, object: &'a Object, parents: &mut Vec<&'a Object>) -> Option<String> {
    let (mut here, mut known) = (object, BTreeSet::new());
    while let Some(above) = here.applied_by.as_deref().filter(|above| *above != here.path() || !is_kustomization(here))
    {
        if !known.insert(here.title()) {
            return Some(format!("{} is applied by itself, by way of others", here.title()));
        }
        let Some(parent) = graph.get(Target::Kustomization.name(), above) else {
            let title = here.title();
            return Some(format!("{title} says that it is applied by Kustomization {above}, which does not exist"));
        };
        parents.push(parent);
        if !holds(parent, here) {
            return Some(format!("{} does not have {} in its inventory", parent.title(), here.title()));
        }
        here = parent;
    }
    None
}

/// What is wrong with the top. One that no Kustomization applied was applied by hand, and Git need not hold it, unless it
/// applies itself.
fn ends(root: &Root, top: &Object) -> Option<String> {
    let title = top.title();
    if !is_kustomization(top) {
        return Some(format!("no Kustomization has applied {title}"));
    }
    match root.top() {
        Some(wanted) if wanted != top.path() => {
            return Some(format!("the way ends at {title}, and not at Kustomization {wanted}"));
        }
        None if !holds(top, top) => {
            return Some(format!(
                "no Kustomization has applied {title}, nor does it apply itself: somebody did by hand"
            ));
        }
        _ => {}
    }
    let source = top.source.as_ref().map_or_else(|| "nothing".to_owned(), Reference::title);
    (source != root.title()).then(|| format!("{title}, at the top, takes it from {source}"))
}

fn is_kustomization(object: &Object) -> bool {
    object.kustomization.is_some()
}

fn holds(parent: &Object, object: &Object) -> bool {
    let entries = parent.kustomization.iter().flat_map(|one| &one.inventory);
    entries
        .filter_map(|entry| Id::parse(&entry.id))
        .any(|id| id.kind == object.kind && id.name == object.name && id.namespace.as_ref() == Some(&object.namespace))
}
