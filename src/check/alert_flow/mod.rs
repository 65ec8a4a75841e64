//! A synthetic alert goes all the way from a VMRule to Alertmanager and back, silenced, and leaves nothing behind.

mod alertmanager;
mod back;
mod deliver;
mod delivery;
mod described;
mod flow;
mod hop;
mod judge;
mod out;
mod rule;
mod seen;
mod selected;
mod sink;
mod spec;
mod sweep;
mod vmalert;

use jiff::Timestamp;

use super::access::Access;
use super::kind::{Company, Kind};
use super::look::Look;
use super::trouble::Trouble;
use super::verdict::Verdict;

use crate::units::Duration;
pub use flow::Session;
pub use seen::Observation;
use spec::Integration;
pub use spec::Spec;

/// The kind.
pub struct AlertFlow;

impl Kind for AlertFlow {
    type Spec = Spec;
    type Observation = Observation;
    type Session = Session;

    const NAME: &'static str = "alert_flow";
    const PAGE: &'static str = include_str!("page.md");
    const COMPANY: Company = Company::Unnoticed;

    fn access(spec: &Spec) -> Vec<Access> {
        let rules = ["get", "list", "create", "patch", "delete"]
            .map(|verb| Access::new(verb, flow::VMRULES.group.as_ref(), &flow::VMRULES.plural).within(&spec.namespace));
        let vmalert = flow::VMALERTS.access("get", Some(&spec.namespace));
        let maps = Access::new("list", "", "configmaps").within(&spec.namespace);
        let components = [spec.vmalert_endpoint(), spec.alertmanager_endpoint()];
        let ways = components.iter().flat_map(crate::connect::Endpoint::access);
        rules.into_iter().chain([vmalert, maps]).chain(ways).collect()
    }

    async fn observe(spec: &Spec, session: &mut Session, look: &Look<'_>) -> Result<Observation, Trouble> {
        session.observe(spec, look).await
    }

    async fn finish(spec: &Spec, session: &mut Session, look: &Look<'_>) -> Result<Option<Observation>, Trouble> {
        session.abandon(spec, look).await.map(|()| None)
    }

    async fn sweep(spec: &Spec, look: &Look<'_>, removed: &mut Vec<String>) -> Result<(), Trouble> {
        sweep::sweep(spec, look, Timestamp::now(), removed).await
    }

    fn question(spec: &Spec) -> Spec {
        let arrives_within = Duration::seconds(0);
        Spec { receiver: None, integration: Integration::default(), arrives_within, ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
