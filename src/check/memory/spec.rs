//! What a suite says of memory.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::connect::Endpoint;
use crate::units::{Bytes, Duration, Percent};

/// The containers of a stack together use less memory than a limit, now and over a window, by two sources that agree.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Namespaces whose pods are the stack.
    pub namespaces: Vec<String>,
    /// Only pods with these labels, as kubectl's `-l` takes them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub selector: String,
    /// The sum must stay below this: `4GB` is 4,000,000,000 bytes, `4Gi` 4,294,967,296.
    pub below: Bytes,
    /// What is demanded of the containers' own limits; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Limits>,
    /// Where the kubelets' cAdvisor series are stored: the VMSingle.
    pub storage: Endpoint,
    /// How far back the peak is looked for.
    #[serde(default = "hour")]
    pub window: Duration,
    /// How far the two sources may differ, as a share of the larger.
    #[serde(default = "thirty_percent")]
    pub tolerance: Percent,
    /// How old a reading may be.
    #[serde(default = "two_minutes")]
    pub fresh: Duration,
}

/// Every running container has a memory limit.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Containers that may have none, by their names: `[config-reloader]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unlimited: Vec<String>,
    /// What the limits of all containers together must stay below. Those that may have none, and have none, add nothing to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum_below: Option<Bytes>,
}

fn hour() -> Duration {
    Duration::seconds(3600)
}

fn two_minutes() -> Duration {
    Duration::seconds(120)
}

fn thirty_percent() -> Percent {
    Percent::of(30.0)
}
