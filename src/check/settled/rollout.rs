//! How far a workload has come, by its status.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Numbers of pods.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollout {
    /// Wanted.
    pub wanted: i64,
    /// There, of any template.
    pub all: i64,
    /// Of the present template.
    pub updated: i64,
    /// Of how many that is expected: not of those that wait for somebody to delete them, or that a partition holds back.
    pub to_update: i64,
    /// Ready; of a Deployment, for long enough.
    pub ready: i64,
    /// Whether rollouts are paused.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// Why its controller waits no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_up: Option<String>,
}

impl Rollout {
    /// That of a Deployment, StatefulSet or DaemonSet; `None` for other kinds.
    pub(super) fn of(kind: &str, object: &Value) -> Option<Self> {
        let (spec, status) = (&object["spec"], &object["status"]);
        let count = |key: &str| status[key].as_i64().unwrap_or(0);
        let wanted = spec["replicas"].as_i64().unwrap_or(1);
        let by_hand = spec["updateStrategy"]["type"] == "OnDelete";
        let partition = spec["updateStrategy"]["rollingUpdate"]["partition"].as_i64().unwrap_or(0);
        let to_update = |wanted: i64| if by_hand { 0 } else { (wanted - partition).max(0) };
        Some(match kind {
            "Deployment" => Self {
                wanted,
                all: count("replicas"),
                updated: count("updatedReplicas"),
                to_update: wanted,
                ready: count("availableReplicas"),
                paused: spec["paused"] == true,
                given_up: given_up(status),
            },
            "StatefulSet" => Self {
                wanted,
                all: count("replicas"),
                updated: count("updatedReplicas"),
                to_update: to_update(wanted),
                ready: count("readyReplicas"),
                ..Self::default()
            },
            "DaemonSet" => {
                let wanted = count("desiredNumberScheduled");
                Self {
                    wanted,
                    all: wanted,
                    updated: count("updatedNumberScheduled"),
                    to_update: to_update(wanted),
                    ready: count("numberReady"),
                    ..Self::default()
                }
            }
            _ => return None,
        })
    }

    pub(super) fn is_done(&self) -> bool {
        self.all <= self.wanted && self.updated >= self.to_update && self.ready >= self.wanted
    }
}

/// A Deployment that has made no progress for `progressDeadlineSeconds`.
fn given_up(status: &Value) -> Option<String> {
    let conditions = status["conditions"].as_array()?;
    let progressing = conditions.iter().find(|one| one["type"] == "Progressing" && one["status"] == "False")?;
    Some(progressing["reason"].as_str().unwrap_or("Progressing is False").to_owned())
}
