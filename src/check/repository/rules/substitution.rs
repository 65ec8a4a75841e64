//! `${name}`: what `postBuild` replaces, and what it destroys. An unknown name becomes an empty text, or fails the build from
//! kustomize-controller 1.9 on; a name that is none fails it always (fluxcd/pkg/envsubst).

mod known;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::Ground;
use crate::check::repository::fault::{Fault, Place, meant};
use crate::check::repository::model::Object;
use crate::check::yaml::{Mark, Node, Value};
use known::{Known, known};

const DISABLED: &str = "kustomize.toolkit.fluxcd.io/substitute";

/// `${...}` with the dollar before it, if there is one.
static HOLE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\$?)\$\{([^{}]*)\}").expect("the pattern is fixed and tested"));
/// A name, and what is done with it.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^#?([A-Za-z_][A-Za-z0-9_]*)([:=?+#%/,^-].*)?$").expect("the pattern is fixed and tested")
});

pub fn faults(ground: &Ground<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let known = ground.reach.builds.iter().map(|build| known(ground, build, &mut faults));
    let known: Vec<Option<Known<'_>>> = known.collect();
    let built = || ground.reach.builds.iter().zip(&known);
    let anywhere = |cluster: usize| -> BTreeSet<&str> {
        let same = built().filter(|(build, _)| build.entry == cluster).filter_map(|(_, known)| known.as_ref());
        same.flat_map(|known| known.names.iter().copied()).collect()
    };
    let anywhere: Vec<BTreeSet<&str>> = (0..ground.spec.entries.len()).map(anywhere).collect();
    for (build, known) in built() {
        let Some(owner) = build.owner.as_ref().filter(|owner| !owner.is_patched) else { continue };
        let anywhere = &anywhere[build.entry];
        for object in build.objects.iter().filter(|object| !is_disabled(object)) {
            let judge = Judge { ground, object, owner, known: known.as_ref(), anywhere };
            scalars(&object.root, &mut |node, text| faults.extend(judge.text(node, text)));
        }
    }
    faults
}

fn is_disabled(object: &Object) -> bool {
    ["annotations", "labels"].into_iter().any(|key| object.text(&["metadata", key, DISABLED]) == "disabled")
}

/// Every text in a tree, with its node.
fn scalars<'n>(node: &'n Node, each: &mut impl FnMut(&'n Node, &'n str)) {
    match &node.value {
        Value::Scalar { text, .. } => each(node, text),
        Value::List(items) => items.iter().for_each(|item| scalars(item, each)),
        Value::Map(entries) => entries.iter().for_each(|(_, value)| scalars(value, each)),
    }
}

struct Judge<'g> {
    ground: &'g Ground<'g>,
    object: &'g Object,
    owner: &'g Object,
    known: Option<&'g Known<'g>>,
    anywhere: &'g BTreeSet<&'g str>,
}

impl Judge<'_> {
    fn text(&self, node: &Node, text: &str) -> Vec<Fault> {
        let holes = HOLE.captures_iter(text);
        holes
            .filter_map(|hole| {
                let fault = self.hole(&hole[1] == "$", &hole[2])?;
                Some(Fault { place: self.place(node, text, &hole[0]), ..fault })
            })
            .collect()
    }

    fn hole(&self, is_escaped: bool, inside: &str) -> Option<Fault> {
        let place = self.object.here();
        let by = self.owner.title();
        let Some(known) = self.known else { return self.left(is_escaped, inside) };
        if is_escaped {
            return None;
        }
        if !inside.is_empty() && inside.bytes().all(|byte| byte.is_ascii_digit()) {
            let actual = format!("`${{{inside}}}`, which postBuild of {by} makes empty");
            let fault =
                Fault::new(place, "destroyed-reference", "a reference that is still there when applied", actual);
            return Some(fault.hint(format!("write `$${{{inside}}}`, or annotate the object {DISABLED}: disabled")));
        }
        let Some(parts) = NAME.captures(inside) else {
            let actual = format!("`${{{inside}}}`, on which the build of {by} fails");
            let fault = Fault::new(place, "bad-substitution", "a name of letters, digits and underscores", actual);
            return Some(fault.hint(format!("write `$${{{inside}}}` where it is not meant for Flux")));
        };
        let (name, rest) = (&parts[1], parts.get(2).map_or("", |rest| rest.as_str()));
        let has_default = rest.starts_with([':', '=', '-']);
        if known.is_open || has_default || known.names.contains(name) {
            return None;
        }
        let expected = format!("{by} knows the variable");
        let fault =
            Fault::new(place, "unknown-variable", expected, format!("no variable {name}: the text becomes empty"));
        let otherwise = "add it to what is substituted, or write a default: `${name:=value}`";
        Some(fault.hint(meant(name, known.names.iter().copied(), otherwise)))
    }

    /// What stays as it is written, since nothing is substituted.
    fn left(&self, is_escaped: bool, inside: &str) -> Option<Fault> {
        let name = NAME.captures(inside).map(|parts| parts.get(1).map_or("", |name| name.as_str()))?;
        // Scripts and configurations have variables of their own.
        if !self.anywhere.contains(name) {
            return None;
        }
        let by = self.owner.title();
        let (code, hint) = match is_escaped {
            true => ("idle-escape", "write it with one dollar: the second one stays, too"),
            false => ("not-substituted", "add spec.postBuild.substituteFrom to the Kustomization"),
        };
        let actual = format!("{by} has no postBuild: the text is applied as it is written");
        let expected = "a variable that is replaced";
        Some(Fault::new(self.object.here(), code, expected, actual).hint(hint))
    }

    /// Where a part of a text stands: in a text of several lines, the line that holds it.
    fn place(&self, node: &Node, text: &str, part: &str) -> Place {
        let place = self.object.place(node);
        let lines = self.ground.files.all[place.file].lines.iter().enumerate();
        let from = lines.skip(place.mark.line - 1).take(text.lines().count() + 1);
        let found = from.filter_map(|(index, line)| Some((index, line[..line.find(part)?].chars().count()))).next();
        found.map_or(place, |(index, before)| {
            let mark = Mark { line: index + 1, column: before + 1, width: part.chars().count() };
            Place { mark, ..place }
        })
    }
}
