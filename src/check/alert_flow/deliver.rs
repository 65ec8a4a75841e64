//! What a suite says of the delivery of an alert.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::units::Duration;

/// A third alert, which is not silenced, must reach a webhook of the suite's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Deliver {
    /// A receiver that exists for this alone, with one webhook that leads to `listen`. A route on `synthetic="deliver"`
    /// must lead to it and to nothing else; otherwise the alert is never made.
    pub receiver: String,
    /// Address and port at which this program takes the webhook, such as `0.0.0.0:9199`.
    pub listen: SocketAddr,
    /// Longest time from the alert's start to the webhook.
    #[serde(default = "one_minute")]
    pub within: Duration,
}

fn one_minute() -> Duration {
    Duration::seconds(60)
}
