//! What an object waits for.

use super::Told;
use super::cause::{self, Graph};
use crate::check::finding::Finding;
use crate::check::flux::seen::Object;
use crate::check::flux::spec::Demand;

/// Ready stays true when a dependency goes later, so the whole closure is looked at.
pub(super) fn of_object(demand: &Demand, graph: &Graph<'_>, object: &Object) -> Vec<Told> {
    let awaited = graph.waits_for(object);
    let is_waiting = object.condition("Ready").is_some_and(|ready| ready.status != "True");
    // Of an object that waits, a dependency that is missing is its first cause, and told as such.
    let missing = awaited.iter().filter(|one| one.object.is_none() && !is_waiting);
    let of_missing = |one: &cause::Awaits<'_>| {
        cause::missing_dependency(&object.kind, one.path).map(|finding| finding.on(one.by.title()))
    };
    let mut told: Vec<Told> = missing.map(of_missing).collect();
    for wanted in &demand.depends_on {
        let path = if wanted.contains('/') { wanted.clone() } else { format!("{}/{wanted}", object.namespace) };
        if awaited.iter().any(|one| one.path == path) {
            continue;
        }
        let all: Vec<&str> = awaited.iter().map(|one| one.path).collect();
        let actual =
            if all.is_empty() { "it waits for nothing".to_owned() } else { format!("it waits for {}", all.join(", ")) };
        let finding =
            Finding::new("flux/no-dependency", format!("it waits for {path}, itself or by way of others"), actual);
        told.push(Told::Fails(finding.on(object.title()).hint("add it to `spec.dependsOn`")));
    }
    if awaited.iter().any(|one| one.object.is_some_and(|one| one.depends_on.contains(&object.path()))) {
        let finding = Finding::new("flux/dependency-cycle", "it does not wait for itself", "it does, by way of others");
        told.push(Told::Fails(finding.on(object.title()).hint("take one `dependsOn` out of the circle")));
    }
    told
}
