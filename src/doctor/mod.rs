//! Whether a run could judge, asked before it: its permissions, the kinds of objects that it reads, its components.

mod examine;
mod round_trip;
mod shown;

use std::time::Duration;

use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::{Component, Endpoint, Way};
use crate::rbac::Permission;

pub use examine::examine;
pub use shown::shown;

/// What was found.
#[derive(Debug, Default)]
pub struct Checkup {
    /// Every permission that the checks use, and whether we have it.
    pub permissions: Vec<(Permission, Result<bool, Trouble>)>,
    /// Every resource that the checks ask for, by one permission on it, and whether it is served.
    pub resources: Vec<(Access, Result<bool, Trouble>)>,
    /// Every component that the checks send requests to, and what answers there.
    pub components: Vec<(Endpoint, Result<Answer, Trouble>)>,
    /// The ways that were chosen to them. Of a component that cannot be found there is none.
    pub ways: Vec<Way>,
    /// The Git repository that checks look at.
    pub checkout: Checkout,
}

/// A checkout of a Git repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Checkout {
    /// No check looks at one.
    #[default]
    Unused,
    /// None was given.
    Missing,
    /// Its folder.
    Given(String),
}

/// What answers for a component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The program.
    pub component: Component,
    /// What asking it for next to nothing takes: the way's own share of every latency that is measured on it. `None` where
    /// the program is unknown, or where it does not answer this.
    pub round_trip: Option<Duration>,
}

impl Checkup {
    /// How many things would keep a run from judging.
    pub fn troubles(&self) -> usize {
        let is_missing = |found: &Result<bool, Trouble>| !matches!(found, Ok(true));
        let permissions = self.permissions.iter().filter(|(_, found)| is_missing(found)).count();
        let resources = self.resources.iter().filter(|(_, found)| is_missing(found)).count();
        let checkout = usize::from(self.checkout == Checkout::Missing);
        checkout + permissions + resources + self.components.iter().filter(|(_, found)| found.is_err()).count()
    }
}
