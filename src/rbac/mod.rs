//! The least that a suite's run must be permitted: from a plan to permissions, to RBAC rules, to manifests. All of it is
//! computed from what the kinds declare; no cluster is asked.

mod manifest;
mod optional;
mod permission;
mod rule;
#[cfg(test)]
mod tests;

pub use manifest::{Account, manifest};
pub use optional::{Optional, optional};
pub use permission::{Permission, permissions};
pub use rule::{Rule, rules};
