//! All expected targets of a VMAgent are discovered, up, freshly scraped and stored.
//!
//! What is expected is computed from the cluster's objects (`picture`, `selection`, `job`, `expected`), never from the
//! agent; then it is joined with what the agents report and what the storage holds (`join`), and judged (`judge`).

pub mod ask;
mod discovered;
mod expected;
mod job;
mod join;
mod judge;
mod look;
mod monitors;
mod picture;
mod relabel;
mod seen;
mod selection;
mod spec;
pub mod target;
pub mod target_stream;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

pub use discovered::Discovery;
pub use job::{Job, Source};
pub use join::Join;
pub use seen::Observation;
pub use spec::Spec;

/// The kind.
pub struct ScrapeCoverage;

impl Kind for ScrapeCoverage {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();

    const NAME: &'static str = "scrape_coverage";
    const PAGE: &'static str = include_str!("page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        look::uses(spec)
    }

    async fn observe(spec: &Spec, _: &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        look::observe(spec, look).await
    }

    fn question(spec: &Spec) -> Spec {
        Spec { required: Vec::new(), ..spec.clone() }
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        let pods = seen.agents.iter().map(|agent| Identity {
            component: agent.version.as_ref().map(|version| format!("vmagent {version}")),
            ..Identity::of(&agent.pod)
        });
        seen.judged.iter().cloned().chain(pods).collect()
    }

    fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
        judge::judge(spec, seen, at)
    }
}
