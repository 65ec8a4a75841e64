//! The kind `volume`: a running pod keeps its data on a bound persistent volume of the wanted class and size.

mod filling;
mod judge;
mod lasting;
mod lasts;
mod observation;
mod observe;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod writing;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

pub use filling::{Filling, Growth};
pub use lasts::Lasts;
pub use observation::{Claim, Class, Mount, Observation, Pod, Volume as Seen, Writer};
pub use spec::{Spec, WorkloadKind, WorkloadName};

/// The kind.
pub struct Volume;

impl Kind for Volume {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "volume";
    const PAGE: &'static str = include_str!("volume/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        observe::uses(spec)
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        let of = |kind: &str, name: &str, version: &Option<String>| Identity {
            resource_version: version.clone(),
            ..Identity::of(format!("{kind} {}/{name}", spec.namespace))
        };
        let pods = seen.pods.iter().map(|pod| of("Pod", &pod.name, &pod.resource_version));
        pods.chain(seen.claims.iter().map(|claim| of(CLAIM, &claim.name, &claim.resource_version))).collect()
    }

    fn question(spec: &Spec) -> Spec {
        spec.question()
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}

/// What findings call a claim.
const CLAIM: &str = "PersistentVolumeClaim";
