//! What one vmalert pod runs (VictoriaMetrics v1.131.0, app/vmalert/web.go): one reader for every kind that asks.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::exposition;
use super::trouble::Trouble;
use crate::connect::{Connections, PodAddress, Request};

/// Groups, each as the asking kind reads it, and whether they are the newest.
#[derive(Debug)]
pub struct Loaded<G> {
    /// In vmalert's order.
    pub groups: Vec<G>,
    /// Whether the last reload succeeded; `None` when it does not say.
    pub last_reload_successful: Option<bool>,
}

#[derive(Deserialize)]
#[serde(bound = "G: DeserializeOwned")]
struct Answer<G> {
    data: Data<G>,
}

#[derive(Deserialize)]
#[serde(bound = "G: DeserializeOwned")]
struct Data<G> {
    /// `null` where there is none.
    groups: Option<Vec<G>>,
}

/// Asks one pod for its groups.
///
/// # Errors
/// When the pod cannot be asked, or answers something else.
pub async fn loaded<G: DeserializeOwned>(connections: &Connections, pod: &PodAddress) -> Result<Loaded<G>, Trouble> {
    let answer = connections.send_to_pod(pod, Request::get("/api/v1/rules?exclude_alerts=1")).await?.json()?;
    let metrics = connections.send_to_pod(pod, Request::get("/metrics")).await?.text()?;
    let last_reload_successful = exposition::is_one(&metrics, "vmalert_config_last_reload_successful");
    Ok(Loaded { groups: groups(answer), last_reload_successful })
}

fn groups<G>(answer: Answer<G>) -> Vec<G> {
    answer.data.groups.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> serde_json::Result<Vec<serde_json::Value>> {
        serde_json::from_str(text).map(groups)
    }

    #[test]
    fn no_groups_at_all_may_be_null() {
        assert_eq!(read(r#"{"status":"success","data":{"groups":[{"name":"a"}]}}"#).unwrap().len(), 1);
        assert!(read(r#"{"status":"success","data":{"groups":null}}"#).unwrap().is_empty());
        assert!(read(r#"{"status":"success"}"#).is_err());
    }
}
