//! The kind `query`: a MetricsQL query returns the wanted series, with values in range that rest on fresh samples.

mod judge;
mod observation;
mod observe;
mod selector;
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

pub use super::instant::{Answer, Series};
pub use observation::{Age, Freshness, Observation};
pub use selector::Selector;
pub use spec::{NewestSample, Population, Spec, Values};

/// The kind.
pub struct Query;

impl Kind for Query {
    type Spec = Spec;
    type Observation = Observation;
    type Session = ();
    const NAME: &'static str = "query";
    const PAGE: &'static str = include_str!("query/page.md");

    fn uses(spec: &Spec) -> Vec<Use> {
        vec![Use::reading(&spec.endpoint, Some(spec.component))]
    }

    async fn observe(spec: &Spec, (): &mut (), look: &Look<'_>) -> Result<Observation, Trouble> {
        observe::observe(spec, look.connections).await
    }

    fn identities(spec: &Spec, seen: &Observation) -> Vec<Identity> {
        vec![Identity { component: Some(seen.component.to_string()), ..Identity::of(spec.endpoint.to_string()) }]
    }

    fn question(spec: &Spec) -> Spec {
        let newest_sample = match spec.newest_sample {
            // Every age is seen up to how far back it is sought.
            NewestSample::AtMost(_) => NewestSample::AtMost(observe::sought(spec)),
            NewestSample::Unknown => NewestSample::Unknown,
        };
        Spec { series: Population::default(), value: None, every: BTreeMap::new(), newest_sample, ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
