//! What the runner needs of a check's kind, and the kinds' side of it.

use jiff::Timestamp;
use serde_json::Value;

use crate::check::expectation::{Expectation, Session};
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

    /// Undoes what was written. The observation is there where the undoing is part of the verdict.
    fn finish(&mut self) -> impl Future<Output = Result<Option<Value>, Trouble>> + Send;
}

/// An expectation on a live system.
pub struct Live {
    expectation: Expectation,
    session: Session,
    connections: Connections,
    run: String,
}

impl Live {
    /// A fresh session of an expectation; `run` is the run's name.
    pub fn new(expectation: Expectation, connections: Connections, run: &str) -> Self {
        let session = expectation.session();
        Self { expectation, session, connections, run: run.to_owned() }
    }
}

impl Probe for Live {
    fn company(&self) -> Company {
        self.expectation.company()
    }

    async fn observe(&mut self) -> Result<Value, Trouble> {
        let look = Look { connections: &self.connections, run: &self.run };
        self.expectation.observe(&mut self.session, &look).await
    }

    fn judge(&self, seen: &Value, at: Timestamp) -> Result<Verdict, serde_json::Error> {
        self.expectation.judge(seen, at)
    }

    async fn finish(&mut self) -> Result<Option<Value>, Trouble> {
        let look = Look { connections: &self.connections, run: &self.run };
        self.expectation.finish(&mut self.session, &look).await
    }
}
