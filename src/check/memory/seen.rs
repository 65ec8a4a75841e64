//! What a look at memory sees.

use serde::{Deserialize, Serialize};

use crate::check::identity::Identity;
use crate::check::trouble::Trouble;

/// One look at the memory of a stack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// The containers of the stack's pods, as the API server knows them.
    pub containers: Vec<ContainerSeen>,
    /// The pods that they are of.
    #[serde(default)]
    pub pods: Vec<Identity>,
    /// Readings of metrics.k8s.io.
    pub metrics_api: Source,
    /// Readings of cAdvisor's series in the storage.
    pub series: Source,
    /// Largest sum over the window, from the series; `None` when the query gave nothing.
    pub peak_bytes: Option<f64>,
}

/// One container of a pod.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContainerSeen {
    /// `namespace/pod`.
    pub pod: String,
    /// Its name.
    pub container: String,
    /// The workload that it belongs to: the pod's `app.kubernetes.io/name`, else its owner's name.
    pub component: String,
    /// Whether it runs, and since how many seconds.
    pub running_seconds: Option<f64>,
    /// Its memory limit.
    pub limit_bytes: Option<f64>,
    /// When it was last killed for want of memory.
    pub oom_killed_at: Option<String>,
}

/// What one source says, by container.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// One reading a container, or several where the source has them.
    pub readings: Vec<Reading>,
    /// Why it could not be asked.
    pub trouble: Option<Trouble>,
}

/// One reading of a container's working set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// `namespace/pod`.
    pub pod: String,
    /// The container's name.
    pub container: String,
    /// Its working set.
    pub bytes: f64,
    /// Age of the reading in seconds.
    pub age_seconds: f64,
}

impl Source {
    /// The reading of a container: the largest, since a restarted container keeps its old series for minutes.
    pub fn of(&self, container: &ContainerSeen) -> Option<&Reading> {
        self.readings
            .iter()
            .filter(|reading| reading.pod == container.pod && reading.container == container.container)
            .max_by(|a, b| a.bytes.total_cmp(&b.bytes))
    }
}
