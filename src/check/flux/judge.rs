//! Judges Flux's objects: first whether each has applied what its source holds, then whether it is declared as it should be.

mod applied;
mod cause;
mod declared;
mod held;
mod reach;
mod state;
mod variables;
mod way;

use std::collections::BTreeSet;

use super::kinds::Target;
use super::seen::{Object, Observation};
use super::spec::Demand;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::verdict::Verdict;

use cause::{Causes, Graph};
use way::Way;

/// A finding, and what it makes of the sentence.
#[derive(Clone, Debug)]
pub(super) enum Told {
    /// It is false.
    Fails(Finding),
    /// It cannot be judged.
    Unclear(Finding),
}

impl Told {
    fn finding(&self) -> &Finding {
        match self {
            Self::Fails(finding) | Self::Unclear(finding) => finding,
        }
    }

    /// The same, with a change to its finding.
    fn map(self, change: impl FnOnce(Finding) -> Finding) -> Self {
        match self {
            Self::Fails(finding) => Self::Fails(change(finding)),
            Self::Unclear(finding) => Self::Unclear(change(finding)),
        }
    }
}

pub(super) fn judge(demand: &Demand, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    let graph = Graph::of(seen);
    let chosen: Vec<&Object> = seen.objects.iter().filter(|object| demand.chooses(object)).collect();
    let mut told: Vec<Told> = absent(demand, seen, &chosen).into_iter().map(Told::Fails).collect();
    let mut causes = Causes::default();
    for object in &chosen {
        let sound = causes.add(&graph, object);
        if sound {
            told.extend(applied::of_object(demand, &graph, object));
        }
        told.extend(declared::of_object(demand, seen, object));
        told.extend(reach::of_object(demand, &graph, object));
        told.extend(held::of_object(demand, seen, object));
        if let Some(root) = &demand.from {
            let way = Way::up(root, &graph, object);
            for parent in way.parents {
                if causes.add_for(&graph, parent, object) {
                    told.extend(applied::of_parent(&graph, parent));
                }
            }
            told.extend(way.broken.map(Told::Fails));
        }
    }
    let texts = held::texts(demand, seen, &chosen);
    let titles = chosen.iter().copied().chain(above(demand, seen)).map(Object::title);
    let what = if texts.examined.is_empty() { "objects of Flux" } else { "objects of Flux, and of what they applied" };
    judgement.examined(what, titles.chain(texts.examined));
    told.extend(texts.told);
    told.extend(held::of_all(demand, &chosen));
    told.extend(declared::of_all(demand, &chosen));
    told.extend(variables::told(demand, seen, &chosen));
    let mut said = BTreeSet::new();
    for told in causes.told().into_iter().chain(told) {
        // Two objects that wait for the same tell the same of it.
        let finding = told.finding();
        if !said.insert((finding.code.clone(), finding.object.clone(), finding.expected.clone())) {
            continue;
        }
        match told {
            Told::Fails(finding) => judgement.fail(finding),
            Told::Unclear(finding) => judgement.unclear(finding),
        }
    }
    judgement.conclude(Finding::new("flux/nothing-examined", "at least one object of Flux", "none"))
}

/// The Kustomizations above those that are chosen, which are judged as well; each once.
pub(super) fn above<'a>(demand: &Demand, seen: &'a Observation) -> Vec<&'a Object> {
    let Some(root) = &demand.from else { return Vec::new() };
    let graph = Graph::of(seen);
    let chosen = seen.objects.iter().filter(|object| demand.chooses(object));
    let mut above: Vec<&Object> = chosen.flat_map(|object| Way::up(root, &graph, object).parents).collect();
    above.retain(|object| !demand.chooses(object));
    above.sort_by_key(|object| object.title());
    above.dedup_by_key(|object| object.title());
    above
}

/// What the suite names and is not there.
fn absent(demand: &Demand, seen: &Observation, chosen: &[&Object]) -> Vec<Finding> {
    let kind = demand.kind.name();
    if seen.unserved.iter().any(|unserved| unserved == kind) {
        let resource = demand.kind.resource();
        let expected = format!("the cluster serves {} {}", resource.group, resource.version);
        let finding = Finding::new("flux/unknown-kind", expected, format!("it knows no {kind} there"));
        return vec![finding.hint("see whether Flux is installed, and in which version").terminal()];
    }
    let missing = |name: &str| {
        let hint = "see the Kustomization that should apply it, and whether its kustomization.yaml lists it";
        Finding::new("flux/missing", demand.words(name), "there is none").hint(hint)
    };
    let names = demand.names.iter().filter(|name| !chosen.iter().any(|object| object.name == **name));
    let mut findings: Vec<Finding> = names.map(|name| missing(name)).collect();
    if demand.names.is_empty() && chosen.is_empty() {
        findings.push(missing("of any name"));
    }
    findings
}

fn is_kustomization(demand: &Demand) -> bool {
    demand.kind == Target::Kustomization
}
