//! Whether a controller has seen an object as it is now, and what it says of it.
//!
//! What a status says of an older generation is no news of this one: it is neither held against the object nor for it.

use super::Told;
use crate::check::condition::Condition;
use crate::check::finding::Finding;
use crate::check::object::observation::{Definition, Found, Observation};
use crate::check::object::spec::{Demand, Observed};

/// Why an object cannot be judged yet; `None` when its controller has seen it, or when none reports on such objects.
///
/// A kind reports where its schema has `status.observedGeneration`, where another object of the same look has one, or where
/// it is known to (Deployment and its like). A kind whose status only controllers write, and which is empty, was not
/// looked at either. Objects without `metadata.generation` do not count their changes, and are taken as they are.
pub(super) fn of_object(demand: &Demand, seen: &Observation, object: &Found) -> Option<Finding> {
    let generation = object.generation.filter(|_| demand.observed == Observed::Current)?;
    match object.observed_generation {
        Some(observed) if observed == generation => None,
        Some(observed) => Some(stale("its controller", generation, observed)),
        None => unobserved(seen, object).map(|why| {
            let expected = format!("its controller has seen generation {generation}");
            let hint = "see whether its controller runs and selects it; where none ever reports: `observed: ignored`";
            Finding::new("object/unobserved", expected, why).hint(hint)
        }),
    }
}

fn stale(who: &str, generation: i64, observed: i64) -> Finding {
    let expected = format!("{who} has acted on generation {generation}");
    // Flux begins with -1.
    let actual = if observed < 0 { "on none yet".to_owned() } else { format!("only on generation {observed}") };
    Finding::new("object/stale-generation", expected, actual).hint("see whether its controller runs, and its log")
}

fn unobserved(seen: &Observation, object: &Found) -> Option<String> {
    let others = || seen.objects.iter().any(|object| object.observed_generation.is_some());
    let nothing = if object.has_status { "its status does not say so" } else { "it has no status" };
    match &seen.definition {
        Definition::None { observed_generation: true } | Definition::Read { observed_generation: true, .. } => {
            Some(nothing.to_owned())
        }
        _ if others() => Some(format!("{nothing}, though others have")),
        Definition::Read { status: true, .. } if !object.has_status => Some(nothing.to_owned()),
        _ => None,
    }
}

/// Conditions that are not as they should be. One that says of which generation it speaks is judged by that alone.
pub(super) fn conditions(demand: &Demand, object: &Found, settled: bool) -> Vec<Told> {
    let mut told = Vec::new();
    for (name, status) in &demand.conditions {
        let expected = format!("condition {name} is {status}");
        let Some(condition) = object.conditions.iter().find(|condition| condition.name == *name) else {
            if settled {
                let finding = Finding::new("object/missing-condition", expected, "there is no such condition");
                told.push(Told::Fails(finding.hint("see whether its controller runs, and the condition's name")));
            }
            continue;
        };
        match (object.generation, condition.observed_generation) {
            (Some(generation), Some(observed)) if observed != generation && demand.observed == Observed::Current => {
                let late = || Told::Unclear(stale(&format!("condition {name}"), generation, observed));
                told.extend(settled.then(late));
            }
            (Some(_), Some(_)) => told.extend(other(condition, &expected, *status)),
            _ if settled => told.extend(other(condition, &expected, *status)),
            _ => {}
        }
    }
    told
}

fn other(condition: &Condition, expected: &str, wanted: crate::check::object::spec::Status) -> Option<Told> {
    if condition.status == wanted.to_string() {
        return None;
    }
    let why: Vec<_> = [&condition.reason, &condition.message].into_iter().filter(|text| !text.is_empty()).collect();
    let why = if why.is_empty() {
        String::new()
    } else {
        format!(" ({})", why.into_iter().map(String::as_str).collect::<Vec<_>>().join(": "))
    };
    let actual = format!("it is {}{why}", condition.status);
    Some(Told::Fails(Finding::new("object/condition", expected, actual)))
}
