//! The kind `external_secret`: an ExternalSecret was really synchronised, lately, from the store that was meant.

mod judge;
mod observation;
mod observe;
mod spec;
mod target;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;
use crate::units::Duration;

pub use observation::{External, Key, Observation, Served, Store, Target};
pub use spec::{Spec, StoreKind, StoreName};

/// The kind.
pub struct ExternalSecret;

impl Kind for ExternalSecret {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "external_secret";
    const PAGE: &'static str = include_str!("external_secret/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        let external = seen.external.iter().map(|external| Identity {
            generation: external.generation,
            resource_version: external.resource_version.clone(),
            ..Identity::of(spec.object())
        });
        let store = seen
            .store
            .iter()
            .map(|store| Identity { resource_version: store.resource_version.clone(), ..Identity::of(&store.name) });
        let target = seen.target.iter().map(|target| Identity {
            resource_version: target.resource_version.clone(),
            ..Identity::of(format!("Secret {}/{}", spec.namespace, spec.target()))
        });
        external.chain(store).chain(target).collect()
    }

    fn question(spec: &Spec) -> Spec {
        // Whether the Secret is read is asked; which of its keys are wanted is judged.
        let keys = if spec.keys.is_empty() { Vec::new() } else { vec![String::new()] };
        Spec { keys, grace: Duration::seconds(0), once: false, ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
