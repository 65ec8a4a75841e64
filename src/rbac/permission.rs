//! Every permission that the checks of a plan use, each once, with the checks that use it.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::access::Access;
use crate::connect::{Endpoint, Via};
use crate::plan::Plan;

/// A permission, and what it is for.
#[derive(Clone, Debug, PartialEq)]
pub struct Permission {
    /// The permission.
    pub access: Access,
    /// The ids of the checks that use it, in the plan's order.
    pub checks: Vec<String>,
}

/// What the checks that run use when each component is reached `via` its way, sorted. A permission that another one covers is
/// not in it: whoever has the wider one would not miss it.
pub fn permissions(plan: &Plan, via: impl Fn(&Endpoint) -> Via) -> Vec<Permission> {
    let used: Vec<(&str, Access)> = plan
        .running()
        .flat_map(|check| {
            let accesses = check.expectation.uses().into_iter().flat_map(|one| one.access(&via));
            accesses.map(|access| (check.card.id.as_str(), access)).collect::<Vec<_>>()
        })
        .collect();
    let all: BTreeSet<&Access> = used.iter().map(|(_, access)| access).collect();
    let mut found: BTreeMap<&Access, Vec<String>> = BTreeMap::new();
    for (check, access) in &used {
        let checks = found.entry(widest(access, &all)).or_default();
        if !checks.iter().any(|known| known == check) {
            checks.push((*check).to_owned());
        }
    }
    found.into_iter().map(|(access, checks)| Permission { access: access.clone(), checks }).collect()
}

/// The permission that covers this one and that none covers in turn; itself, where no other does.
fn widest<'a>(access: &'a Access, all: &BTreeSet<&'a Access>) -> &'a Access {
    let is_covered = |one: &Access| all.iter().any(|other| **other != *one && other.covers(one));
    all.iter().copied().find(|other| other.covers(access) && !is_covered(other)).unwrap_or(access)
}
