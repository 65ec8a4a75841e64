//! What a look at latency sees: every sample, so that any limit can be judged later.

use serde::{Deserialize, Serialize};

use crate::connect::Via;
use crate::load::{End, Sample};

/// One or two passes of load, and what was measured beside them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The way that the requests went; its overhead is part of every latency.
    pub via: Via,
    /// What answered: `vmsingle v1.131.0`.
    pub component: String,
    /// The load as it was planned.
    pub planned: Planned,
    /// Names of the mix, in its order.
    pub queries: Vec<String>,
    /// The passes in the order in which they ran.
    pub passes: Vec<Pass>,
    /// What `GET /health` took before and after, in microseconds: the transport and next to nothing else.
    pub health_us: Vec<u64>,
    /// The server's own view; for information only, it has no 0.95 and counts everybody's queries.
    pub server_view: Vec<ServerQuantile>,
}

/// The load as it was planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planned {
    /// Arrivals per second.
    pub per_second: f64,
    /// Requests in flight at most.
    pub concurrency: u32,
    /// No decision before this many samples.
    pub first: usize,
    /// A decision at this many samples at the latest.
    pub cap: usize,
    /// How long one request could take, in seconds.
    pub timeout_seconds: f64,
}

/// One pass of load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pass {
    /// Whether the server's cache of results was used.
    pub temperature: Temperature,
    /// Why it ended.
    pub end: End,
    /// Requests that were due but not sent when it was given up.
    pub unsent: usize,
    /// How long it lasted, in seconds.
    pub took_seconds: f64,
    /// HDR histogram of the counted latencies in microseconds (V2 with DEFLATE, Base64).
    pub histogram: String,
    /// The same for each query of the mix, in its order.
    pub query_histograms: Vec<String>,
    /// Every request in the order in which they were due.
    pub samples: Vec<Sample>,
}

/// Whether the server's cache of results was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Temperature {
    /// `nocache=1` on every request.
    Cold,
    /// As a dashboard asks, each query once beforehand.
    Warm,
}

impl Temperature {
    /// Its name in measurements and findings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
        }
    }
}

/// One series of `vm_request_duration_seconds`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ServerQuantile {
    /// Path of the API.
    pub path: String,
    /// `0.97` and the like.
    pub quantile: String,
    /// Its value over the last minutes.
    pub seconds: f64,
}
