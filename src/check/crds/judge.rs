//! Judges what was seen of CRDs.

use super::{Definition, Observation, Seen, Spec};
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Verdict;

pub(super) fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    judgement.examined("CRDs", seen.kinds.iter().map(|kind| kind.crd.as_str()));
    let mut sound = 0.0;
    for kind in &seen.kinds {
        match finding(spec, seen, kind) {
            Some(finding) => judgement.fail(finding.on(format!("CustomResourceDefinition {}", kind.crd))),
            None => sound += 1.0,
        }
    }
    let wanted = Limit::AtLeast(spec.kinds.len() as f64);
    judgement.measured(Measurement::new("crds_served", sound, Unit::Count).limit(wanted));
    judgement.conclude(Finding::new("crds/nothing-examined", "at least one kind in `kinds`", "none").terminal())
}

/// The first thing that is wrong with a kind: the later ones would only follow from it.
fn finding(spec: &Spec, seen: &Observation, kind: &Seen) -> Option<Finding> {
    let Some(definition) = &kind.definition else {
        let missing = Finding::new("crds/missing", "the CRD exists", "it does not");
        return Some(missing.hint("install the chart that brings it, or see its HelmRelease").terminal());
    };
    of_definition(spec, kind, definition).or_else(|| not_discovered(spec, seen, kind))
}

fn of_definition(spec: &Spec, kind: &Seen, definition: &Definition) -> Option<Finding> {
    let told = |name: &str, condition: &Option<Condition>| {
        condition.as_ref().map_or_else(|| format!("{name} is absent"), Condition::words)
    };
    let holds = |condition: &Option<Condition>| condition.as_ref().is_some_and(Condition::is_true);
    let refused = definition.names_accepted.as_ref().is_some_and(|one| one.status == "False");
    if definition.terminating {
        let finding = Finding::new("crds/terminating", "the CRD stays", "its deletion has been asked for");
        Some(finding.hint("find who deleted it, and the objects whose finalizers hold it").terminal())
    } else if definition.kind != kind.kind {
        let actual = format!("it defines {}", definition.kind);
        let finding = Finding::new("crds/other-kind", format!("it defines {}", kind.kind), actual);
        Some(finding.hint("give the plural name of the kind under `plurals`").terminal())
    } else if refused {
        let actual = told("NamesAccepted", &definition.names_accepted);
        let finding = Finding::new("crds/names-conflict", "the CRD owns its names", actual);
        Some(finding.hint("remove the other CRD that holds the name").terminal())
    } else if !holds(&definition.names_accepted) || !holds(&definition.established) {
        let both = [("Established", &definition.established), ("NamesAccepted", &definition.names_accepted)];
        let actual = both.map(|(name, condition)| told(name, condition)).join("; ");
        Some(Finding::new("crds/not-established", "Established and NamesAccepted are True", actual))
    } else {
        not_served(spec, definition)
    }
}

fn not_served(spec: &Spec, definition: &Definition) -> Option<Finding> {
    let served: Vec<&str> = definition.versions.iter().filter(|one| one.served).map(|one| one.name.as_str()).collect();
    if served.contains(&spec.version.as_str()) {
        return None;
    }
    let actual = if served.is_empty() { "none".to_owned() } else { format!("only {}", served.join(", ")) };
    let finding = Finding::new("crds/version-not-served", format!("{} is served", spec.version), actual);
    Some(finding.hint("install the CRDs of the operator's version; charts often do not upgrade them").terminal())
}

fn not_discovered(spec: &Spec, seen: &Observation, kind: &Seen) -> Option<Finding> {
    let expected = format!("the API server lists {} in {}/{}", kind.kind, spec.group, spec.version);
    let actual = match &seen.discovered {
        None => "it does not know that version of the group".to_owned(),
        Some(kinds) if !kinds.contains(&kind.kind) => "it lists other kinds only".to_owned(),
        Some(_) => return None,
    };
    Some(Finding::new("crds/not-discovered", expected, actual))
}
