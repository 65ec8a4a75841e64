//! What the runner needs of a check's kind, and the kinds' side of it.

use jiff::Timestamp;
use serde_json::Value;

use super::redact::redact_text;
use crate::check::expectation::{Expectation, Session};
use crate::check::identity::Identity;
use crate::check::kind::Company;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::check::verdict::Verdict;
use crate::connect::Connections;

/// One check's way to look and to judge, with everything that it keeps from look to look.
pub trait Probe: Send + 'static {
    /// Whether it may look beside others.
    fn company(&self) -> Company;

    /// Looks once. It may be dropped at any await: a look that takes too long is given up.
    fn observe(&mut self) -> impl Future<Output = Result<Value, Trouble>> + Send;

    /// Judges a saved observation; the error says why it is not one.
    fn judge(&self, seen: &Value, at: Timestamp) -> Result<Verdict, serde_json::Error>;

    /// The objects that a saved observation speaks of.
    fn identities(&self, _seen: &Value) -> Vec<Identity> {
        Vec::new()
    }

    /// Facts that became known by looking, each told once: which way leads to a component.
    fn facts(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Undoes what was written. The observation is there where the undoing is part of the verdict.
    fn finish(&mut self) -> impl Future<Output = Result<Option<Value>, Trouble>> + Send;
}

/// A cluster, or why there is none: a run without one still has a report, in which every check is an error.
pub type Cluster = Result<Connections, String>;

/// An expectation on a live system.
pub struct Live {
    expectation: Expectation,
    session: Session,
    cluster: Cluster,
    run: String,
}

impl Live {
    /// A fresh session of an expectation; `run` is the run's name.
    pub fn new(expectation: Expectation, cluster: Cluster, run: &str) -> Self {
        let session = expectation.session();
        Self { expectation, session, cluster, run: run.to_owned() }
    }
}

impl Probe for Live {
    fn company(&self) -> Company {
        self.expectation.company()
    }

    async fn observe(&mut self) -> Result<Value, Trouble> {
        let connections = self.cluster.as_ref().map_err(|why| unreachable_cluster(why))?;
        let look = Look { connections, run: &self.run };
        self.expectation.observe(&mut self.session, &look).await
    }

    fn judge(&self, seen: &Value, at: Timestamp) -> Result<Verdict, serde_json::Error> {
        self.expectation.judge(seen, at)
    }

    fn identities(&self, seen: &Value) -> Vec<Identity> {
        self.expectation.identities(seen)
    }

    fn facts(&self) -> Vec<(String, String)> {
        let ways = self.cluster.iter().flat_map(Connections::new_ways);
        ways.map(|way| (format!("way to {}", way.to), redact_text(&format!("{}, {}", way.via, way.why)))).collect()
    }

    async fn finish(&mut self) -> Result<Option<Value>, Trouble> {
        // Without a cluster nothing was written to it.
        let Ok(connections) = &self.cluster else { return Ok(None) };
        let look = Look { connections, run: &self.run };
        self.expectation.finish(&mut self.session, &look).await
    }
}

fn unreachable_cluster(why: &str) -> Trouble {
    Trouble::Broken { to: "the cluster".to_owned(), message: why.to_owned() }
}
