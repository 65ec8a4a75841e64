//! What a run asks for beside its checks' looks, as far as it may. No verdict depends on it.

use super::permission::Permission;
use crate::check::access::Access;
use crate::check::uses::Use;
use crate::connect::{Endpoint, Revisions, Surroundings, Via};
use crate::plan::Plan;

/// A permission without which a report says less.
#[derive(Clone, Debug, PartialEq)]
pub struct Optional {
    /// The permission.
    pub access: Access,
    /// What the report says with it.
    pub gives: &'static str,
}

/// What is of use beside `permissions`, sorted, without what they cover.
pub fn optional(plan: &Plan, via: impl Fn(&Endpoint) -> Via, permissions: &[Permission]) -> Vec<Optional> {
    let identity = Optional { access: Surroundings::access(), gives: "the report tells the cluster's identity" };
    let flux = Revisions::access().into_iter();
    let flux = flux.map(|access| Optional { access, gives: "the report tells what Flux fetched and applied" });
    let gives = "a Service without a ready endpoint is told with the state of its pods";
    let uses = plan.running().flat_map(|check| check.expectation.uses());
    let pods = uses.filter_map(|one| match one {
        Use::Component(reach) if via(&reach.endpoint) != Via::Url => {
            Some(Optional { access: reach.endpoint.pods_access(), gives })
        }
        _ => None,
    });
    let mut found: Vec<Optional> = pods.chain([identity]).chain(flux).collect();
    found.retain(|one| !permissions.iter().any(|permission| permission.access.covers(&one.access)));
    found.sort_by(|a, b| a.access.cmp(&b.access));
    found.dedup();
    found
}
