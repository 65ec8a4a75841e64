//! The rules that vmalert runs (VictoriaMetrics v1.131.0, app/vmalert/web.go and rule/web.go).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::check::labels::Labels;
use crate::check::ours;
use crate::check::trouble::Trouble;
use crate::check::vmalert::{self, Loaded};
use crate::connect::{Connections, PodAddress};

/// What one vmalert pod says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instance {
    /// `Pod observability/vmalert-vmalert-6d4c`.
    pub pod: String,
    /// Whether it runs its newest rules; `None` when it does not say.
    pub last_reload_successful: Option<bool>,
    /// The groups that it runs, but for those of acceptance runs.
    pub groups: Vec<Group>,
}

/// A group that runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// The file that it was read from: `/etc/vmalert/config/vm-vmalert-rulefiles-0/<namespace>-<name>.yaml`.
    pub file: String,
    /// Evaluation interval in seconds.
    pub interval: f64,
    /// Its rules, in their order.
    pub rules: Vec<Rule>,
}

/// A rule that runs.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Name of the alert, or of the recorded metric.
    pub name: String,
    /// The expression.
    pub query: String,
    /// What went wrong in the last evaluation; empty also before the first one.
    #[serde(rename(deserialize = "lastError"), alias = "last_error")]
    pub last_error: String,
    /// When it was evaluated; in year 1 before the first time.
    #[serde(rename(deserialize = "lastEvaluation"), alias = "last_evaluation")]
    pub last_evaluation: String,
    /// Its labels; they are not kept.
    #[serde(skip_serializing)]
    pub labels: Labels,
    /// Stored series that the last evaluation read; `None` before the first one.
    #[serde(rename(deserialize = "lastSeriesFetched"), alias = "last_series_fetched")]
    pub last_series_fetched: Option<u64>,
}

impl Group {
    /// Whether one of its rules has a label of this name.
    fn has_label(&self, name: &str) -> bool {
        self.rules.iter().any(|rule| rule.labels.contains_key(name))
    }

    /// Name of its file, where the file is one that the operator makes of VMRules for this VMAlert.
    pub fn operators_file(&self, vmalert: &str) -> Option<&str> {
        let (folder, file) = self.file.rsplit_once('/')?;
        let (_, folder) = folder.rsplit_once('/')?;
        let number = folder.strip_prefix("vm-")?.strip_prefix(vmalert)?.strip_prefix("-rulefiles-")?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then_some(file)
    }
}

impl Rule {
    /// Age of the last evaluation in seconds; `None` before the first one, or when it is no time.
    pub fn age_seconds(&self, at: Timestamp) -> Option<f64> {
        let evaluated: Timestamp = self.last_evaluation.parse().ok()?;
        (evaluated > Timestamp::UNIX_EPOCH).then(|| at.duration_since(evaluated).as_secs_f64())
    }
}

/// Asks one pod. Groups of acceptance runs are left out.
pub async fn instance(connections: &Connections, pod: &PodAddress) -> Result<Instance, Trouble> {
    let Loaded { groups, last_reload_successful } = vmalert::loaded::<Group>(connections, pod).await?;
    let groups = groups.into_iter().filter(|group| !group.has_label(ours::ALERT)).collect();
    Ok(Instance { pod: pod.to_string(), last_reload_successful, groups })
}
