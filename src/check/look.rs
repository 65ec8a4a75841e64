//! What a look may use: the connections and the name of the run.

use crate::connect::Connections;

/// The surroundings of one look.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The cluster and its components.
    pub connections: &'a Connections,
    /// Unique name of the run; labels everything that is written.
    pub run: &'a str,
}
