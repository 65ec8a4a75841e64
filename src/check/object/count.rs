//! How many there must be.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number of things.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Exactly so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exactly: Option<u64>,
    /// At least so many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// At most so many, but one at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

impl Count {
    /// The fewest that are right.
    pub(super) fn least(&self) -> u64 {
        self.at_least.or(self.exactly).unwrap_or(1)
    }

    /// Whether so many are right.
    pub(super) fn holds(&self, count: u64) -> bool {
        let least = self.least();
        let most = self.at_most.or(self.exactly).unwrap_or(u64::MAX);
        (least..=most).contains(&count)
    }

    /// What is wrong with it.
    pub(super) fn fault(&self) -> Option<&'static str> {
        match (self.exactly, self.at_least, self.at_most) {
            (None, None, None) => Some("says no number: expected one of `exactly`, `at_least` and `at_most`"),
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                Some("says two things: expected `exactly`, or `at_least` and `at_most`")
            }
            (_, Some(0), _) => {
                Some("is at least none, which always holds: expected `exactly: 0`, or a number above it")
            }
            (_, _, Some(0)) => Some("is at most none: expected `exactly: 0`"),
            (_, Some(least), Some(most)) if least > most => Some("can never hold: expected `at_least` below `at_most`"),
            _ => None,
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.exactly, self.at_least, self.at_most) {
            (Some(exactly), ..) => write!(f, "exactly {exactly}"),
            (_, Some(least), Some(most)) => write!(f, "{least} to {most}"),
            (_, _, Some(most)) => write!(f, "1 to {most}"),
            (_, least, _) => write!(f, "at least {}", least.unwrap_or(1)),
        }
    }
}
