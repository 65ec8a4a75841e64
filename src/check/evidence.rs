//! What was seen, as JSON, with its time: what is saved is what is judged.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::trouble::Trouble;

/// One look at the system for one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Id of the check.
    pub check: String,
    /// Name of its kind.
    pub kind: String,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// When the look began.
    pub at: Timestamp,
    /// How long it took, in seconds.
    pub took_seconds: f64,
    /// What was seen, or why nothing could be.
    pub seen: Seen,
}

/// The content of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seen {
    /// The kind's observation.
    Observation(Value),
    /// What kept it from being made.
    Trouble(Trouble),
}
