//! Whether variables are there, are asked for, and have arrived.
//!
//! Flux puts an empty text for a variable that is not there, and nothing at all where a Kustomization has no `postBuild`.

use std::collections::BTreeSet;

use super::Told;
use crate::check::finding::Finding;
use crate::check::flux::seen::{Object, Observation, Placed};
use crate::check::flux::spec::{Applied, Demand, Substitutes};

pub(super) fn told(demand: &Demand, seen: &Observation, chosen: &[&Object]) -> Vec<Told> {
    let Some(substitutes) = &demand.substitutes else { return Vec::new() };
    let map = format!("ConfigMap {}/{}", demand.namespace.as_deref().unwrap_or_default(), substitutes.config_map);
    let mut findings = of_map(substitutes, seen, &map);
    for object in chosen {
        let entry = format!("ConfigMap {}", substitutes.config_map);
        let named = object.kustomization.iter().any(|own| own.variables.contains(&entry));
        if !named {
            let expected = format!("it substitutes variables from {map}");
            let finding = Finding::new("flux/no-substitution", expected, "`postBuild.substituteFrom` does not name it");
            findings.push(finding.on(object.title()));
        }
        findings.extend(substitutes.keys.iter().filter(|key| is_inline(object, key)).map(|key| {
            let actual = "`postBuild.substitute` has a value for it, which wins";
            let finding = Finding::new("flux/overridden", format!("{key} comes from {map}"), actual);
            finding.on(object.title()).hint("take it out of `postBuild.substitute`")
        }));
    }
    let mut told: Vec<Told> = findings.into_iter().map(Told::Fails).collect();
    for (index, applied) in substitutes.applied.iter().enumerate() {
        let value = seen.variables.as_ref().and_then(|variables| variables.get(&applied.key));
        // Of a variable that is set otherwise another value is right.
        let value = value.filter(|_| !chosen.iter().any(|object| is_inline(object, &applied.key)));
        // Flux takes the ends of lines out (fluxcd/pkg, kustomize, `loadVars`).
        let value = value.map(|value| value.replace('\n', ""));
        let later: BTreeSet<&str> = chosen.iter().flat_map(|object| after(object, &substitutes.config_map)).collect();
        told.extend(match seen.placed.get(index) {
            Some(placed) => of_field(applied, placed, value.as_deref(), &later).map(Told::Fails),
            None => Some(Told::Unclear(Finding::new("flux/not-looked-at", applied.title(), "it was not looked at"))),
        });
    }
    told
}

fn of_map(substitutes: &Substitutes, seen: &Observation, map: &str) -> Vec<Finding> {
    let Some(variables) = &seen.variables else {
        let finding = Finding::new("flux/variables-missing", format!("{map} exists"), "it does not");
        return vec![finding.hint("without it, nothing of what asks for it can be applied anew")];
    };
    let wrong = substitutes.keys.iter().filter_map(|key| {
        let actual = match variables.get(key).map(|value| value.trim()) {
            None => "it is not there",
            Some("") => "it is empty",
            Some(_) => return None,
        };
        Some(Finding::new("flux/variable-missing", format!("{key} has a value"), actual).on(map))
    });
    wrong.collect()
}

/// What is in the Kustomization itself wins over every ConfigMap and Secret.
fn is_inline(object: &Object, key: &str) -> bool {
    object.kustomization.iter().any(|own| own.inline.iter().any(|inline| inline == key))
}

/// Entries of `substituteFrom` after a ConfigMap, each of which wins over it.
fn after<'a>(object: &'a Object, config_map: &str) -> Vec<&'a str> {
    let entry = format!("ConfigMap {config_map}");
    let all = object.kustomization.iter().flat_map(|own| &own.variables).map(String::as_str);
    all.skip_while(|one| *one != entry).filter(|one| *one != entry).collect()
}

/// Nothing is said of a variable without a value, which is told already.
fn of_field(applied: &Applied, placed: &Placed, wanted: Option<&str>, later: &BTreeSet<&str>) -> Option<Finding> {
    let field = &applied.field;
    let wrong = |code: &str, actual: String| {
        let expected = format!("{field} is the value of {}", applied.key);
        let expected = wanted.map_or(expected.clone(), |wanted| format!("{expected}, `{wanted}`"));
        Some(Finding::new(code, expected, actual).on(applied.title()))
    };
    match placed.value.as_deref() {
        None if !placed.there => wrong("flux/not-substituted", "there is no such object".to_owned()),
        None => wrong("flux/not-substituted", "nothing is there".to_owned()),
        Some("") => wrong("flux/not-substituted", "it is empty".to_owned())
            .map(|finding| finding.hint("Flux puts nothing where it does not know the variable: see its spelling")),
        Some(value) if value.contains("${") => {
            wrong("flux/not-substituted", format!("it is still `{value}`")).map(|finding| {
                finding.hint("see `postBuild` of its Kustomization, and the annotation `substitute: disabled`")
            })
        }
        Some(value) if wanted.is_some_and(|wanted| wanted != value) => {
            let all: Vec<&str> = later.iter().copied().collect();
            let hint = format!("what comes after it in `substituteFrom` wins: see {}", all.join(", "));
            let finding = wrong("flux/other-value", format!("it is `{value}`"));
            finding.map(|finding| if later.is_empty() { finding } else { finding.hint(hint) })
        }
        Some(_) => None,
    }
}
