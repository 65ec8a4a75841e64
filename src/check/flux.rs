//! The kind `flux`: Flux has applied what its sources hold, at this generation and revision, and is declared as it should be.

mod inventory;
mod judge;
mod kinds;
mod literal;
mod observe;
mod read;
mod seen;
mod spec;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

pub use kinds::Target;
pub use seen::{
    Entry, Expression, Held, Kustomization, Literal, Object, Observation, Reference, Release, Snapshot, Texts, Watched,
};
pub use spec::{Applied, Awaited, Chart, Named, Present, Remediation, Root, Spec, Substitutes};

/// The kind.
pub struct Flux;

impl Kind for Flux {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "flux";
    const PAGE: &'static str = include_str!("flux/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn question(spec: &Spec) -> Spec {
        spec.question()
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |object: &Object| Identity {
            generation: object.generation,
            resource_version: Some(object.resource_version.clone()),
            ..Identity::of(object.title())
        };
        let chosen = seen.objects.iter().filter(|object| spec.chooses(object));
        chosen.chain(judge::above(spec, seen)).map(of).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
