//! What a suite says of how long a volume lasts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::{Duration, Percent};

/// A volume is large enough for a retention, at the rate at which rows come now.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lasts {
    /// How long data is kept: `90d`. That the program keeps it so long is for another check.
    pub retention: Duration,
    /// The part of the volume that stays free. VictoriaMetrics' documentation wants 20 % of it free ("Capacity planning"):
    /// merges write a file anew before they remove the old ones.
    #[serde(default = "twenty_percent")]
    pub reserve: Percent,
    /// Over how long the rate is taken, back from now; less where the program's own series do not go back so far.
    #[serde(default = "hour")]
    pub over: Duration,
}

impl Lasts {
    /// What only judging reads is set to fixed values.
    pub(super) fn question(&self) -> Self {
        Self { retention: Duration::seconds(0), reserve: Percent::of(0.0), over: self.over }
    }
}

fn twenty_percent() -> Percent {
    Percent::of(20.0)
}

fn hour() -> Duration {
    Duration::seconds(3600)
}
