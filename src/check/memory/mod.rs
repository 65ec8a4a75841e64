//! The containers of a stack together use less memory than a limit, now and at the peak, by two sources that agree.

mod judge;
mod limits;
mod look;
mod seen;
mod spec;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::Kind;
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

use crate::units::{Bytes, Duration, Percent};
pub use seen::Observation;
pub use spec::Spec;

/// The kind.
pub struct Memory;

impl Kind for Memory {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();

    const NAME: &'static str = "memory";
    const PAGE: &'static str = include_str!("page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        look::uses(spec)
    }

    async fn observe(spec: &Spec, _: &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        look::observe(spec, look, Timestamp::now()).await
    }

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        seen.pods.clone()
    }

    fn question(spec: &Spec) -> Spec {
        Spec { below: Bytes(0), limits: None, tolerance: Percent::of(0.0), fresh: Duration::seconds(0), ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
