//! The kind `workload`: a Deployment, StatefulSet or DaemonSet has rolled out, and its pods are sound.

mod identity;
mod judge;
mod observation;
mod observe;
mod picture;
mod pods;
mod read;
mod spec;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

pub use observation::{Condition, Container, Counts, Observation, Pod, State, Terminated, Workload as Seen};
pub use spec::{Controller, Replicas, Restarts, Spec};

/// The kind.
pub struct Workload;

impl Kind for Workload {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "workload";
    const PAGE: &'static str = include_str!("workload/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        identity::identities(spec, seen)
    }

    fn question(spec: &Spec) -> Spec {
        Spec {
            replicas: Replicas::default(),
            restarts: Restarts::default(),
            images: BTreeMap::new(),
            stable_for: None,
            ..spec.clone()
        }
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
