//! When a route tells nobody (Alertmanager v0.29, notify/mute.go and config/config.go).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The time intervals of a route, by their names. What they mean stands elsewhere in the configuration, and may be all times.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Resting {
    /// It is muted during these.
    #[serde(rename = "mute_time_intervals")]
    muted: Option<Vec<String>>,
    /// It is muted but for these.
    #[serde(rename = "active_time_intervals")]
    active: Option<Vec<String>>,
}

impl Resting {
    /// Whether it always tells somebody.
    pub fn is_never(&self) -> bool {
        self.names().next().is_none()
    }

    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.muted.iter().chain(&self.active).flatten().map(String::as_str)
    }
}

impl fmt::Display for Resting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |what: &str, names: &Option<Vec<String>>| {
            let names = names.as_ref().filter(|names| !names.is_empty())?;
            Some(format!("{what} {}", names.join(", ")))
        };
        let both = [words("muted during", &self.muted), words("muted but for", &self.active)];
        f.write_str(&both.into_iter().flatten().collect::<Vec<_>>().join(" and "))
    }
}
