//! Whether a run could judge, asked before it: its permissions, the kinds of objects that it reads, its components.

mod examine;
mod shown;

use crate::check::access::Access;
use crate::check::trouble::Trouble;
use crate::connect::{Component, Endpoint};
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
    pub components: Vec<(Endpoint, Result<Component, Trouble>)>,
}

impl Checkup {
    /// How many things would keep a run from judging.
    pub fn troubles(&self) -> usize {
        let is_missing = |found: &Result<bool, Trouble>| !matches!(found, Ok(true));
        let permissions = self.permissions.iter().filter(|(_, found)| is_missing(found)).count();
        let resources = self.resources.iter().filter(|(_, found)| is_missing(found)).count();
        permissions + resources + self.components.iter().filter(|(_, found)| found.is_err()).count()
    }
}
