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

use http::Method;
use jiff::Timestamp;

use super::identity::Identity;
use super::kind::{Company, Kind};
use super::look::Look;
use super::trouble::Trouble;
use super::uses::{Reach, Use};
use super::verdict::Verdict;
use crate::connect::{Application, resource};

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

    fn uses(spec: &Spec) -> Vec<Use> {
        let namespace = Some(spec.namespace.as_str());
        let rules = ["list", "create", "patch", "delete"].map(|verb| flow::VMRULES.access(verb, namespace));
        let vmalert = flow::VMALERTS.access("get", namespace).named(&spec.vmalert);
        let maps = resource::CONFIG_MAPS.access("list", namespace);
        let alertmanager = Use::Component(Reach {
            endpoint: spec.alertmanager_endpoint(),
            application: Some(Application::Alertmanager),
            methods: vec![Method::GET, Method::POST, Method::DELETE],
        });
        let components = [Use::reading(&spec.vmalert_endpoint(), Some(Application::VmAlert)), alertmanager];
        rules.into_iter().chain([vmalert, maps]).map(Use::Api).chain(components).collect()
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

    fn identities(_: &Spec, seen: &Observation) -> Vec<Identity> {
        seen.judged.clone()
    }

    fn question(spec: &Spec) -> Spec {
        let arrives_within = Duration::seconds(0);
        Spec { receiver: None, integration: Integration::default(), arrives_within, ..spec.clone() }
    }

    fn judge(spec: &Spec, seen: &Observation, _: Timestamp) -> Verdict {
        judge::judge(spec, seen)
    }
}
