//! The kind `latency`: a quantile of query latency under a small, steady load, with what may honestly be concluded from it.

mod figures;
mod judge;
mod observation;
mod observe;
mod request;
mod server_view;
mod spec;

use jiff::Timestamp;

use super::identity::Identity;
use super::kind::{Company, Kind};
use super::look::Look;
use super::trouble::Trouble;
use super::uses::Use;
use super::verdict::Verdict;

use crate::units::Duration;
pub use observation::{Observation, Pass, Planned, ServerQuantile, Temperature};
pub use observe::orders;
pub use spec::{Bound, Cache, Limit, MixQuery, PerSecond, Spec, Window};

/// The kind.
pub struct Latency;

impl Kind for Latency {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "latency";
    const PAGE: &'static str = include_str!("latency/page.md");
    const COMPANY: Company = Company::Unwelcome;

    fn uses(spec: &Spec) -> Vec<Use> {
        vec![Use::reading(&spec.endpoint, Some(spec.component))]
    }

    async fn observe(spec: &Spec, _: &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        vec![Identity { component: Some(seen.component.clone()), ..Identity::of(spec.endpoint.to_string()) }]
    }

    fn question(spec: &Spec) -> Spec {
        // Every sample is kept. How long a request could take follows from the limit, and what was cut off has no latency.
        let limit = Limit { bound: Bound::AtMost(Duration::seconds(0)), ..spec.limit };
        Spec { limit, timeout: Duration(spec.patience()), ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
