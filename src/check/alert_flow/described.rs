//! What Alertmanager does with our alerts, in words: their route, and who else suppresses them.

use std::collections::BTreeMap;

use super::alertmanager::{self, Alert, Silence};
use super::seen::AlertSeen;
use crate::check::exposition;
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::connect::PodAddress;

/// Describes the alerts that one Alertmanager has.
pub async fn describe(
    look: &Look<'_>,
    pod: &PodAddress,
    nonce: &str,
    alerts: Vec<Alert>,
) -> Result<Vec<AlertSeen>, Trouble> {
    let integrations = alertmanager::integrations(look, pod).await?;
    let silences = alertmanager::all_silences(look, pod).await?;
    // All alerts are asked for only when one of them inhibits ours: there may be many.
    let is_inhibited = alerts.iter().any(|alert| !alert.status.inhibited_by.is_empty());
    let others = if is_inhibited { alertmanager::all_alerts(look, pod).await? } else { Vec::new() };
    let seen = |alert: Alert| {
        let receivers: Vec<String> = alert.receivers.iter().map(|receiver| receiver.name.clone()).collect();
        let (ours, foreign): (Vec<String>, Vec<String>) =
            alert.status.silenced_by.into_iter().partition(|id| is_ours(&silences, id, nonce));
        AlertSeen {
            pod: pod.to_string(),
            labels: alert.labels,
            integrations: integrations.iter().filter(|(name, _)| receivers.contains(name)).map(owned).collect(),
            receivers,
            our_silences: ours,
            other_silences: foreign.iter().map(|id| silence(&silences, id)).collect(),
            inhibited_by: alert.status.inhibited_by.iter().map(|fingerprint| source(&others, fingerprint)).collect(),
        }
    };
    Ok(alerts.into_iter().map(seen).collect())
}

fn owned((name, count): (&String, &usize)) -> (String, usize) {
    (name.clone(), *count)
}

fn is_ours(silences: &[Silence], id: &str, nonce: &str) -> bool {
    silences.iter().any(|silence| silence.id == id && silence.nonce() == Some(nonce))
}

fn silence(silences: &[Silence], id: &str) -> String {
    silences.iter().find(|silence| silence.id == id).map_or_else(|| id.to_owned(), |silence| silence.title())
}

fn source(alerts: &[Alert], fingerprint: &str) -> String {
    let found = alerts.iter().find(|alert| alert.fingerprint == fingerprint);
    found.map_or_else(|| fingerprint.to_owned(), |alert| title(&alert.labels))
}

/// `Name{severity="critical"}`.
fn title(labels: &BTreeMap<String, String>) -> String {
    let others = labels.iter().filter(|(name, _)| *name != "alertname");
    format!("{}{}", labels.get("alertname").map_or("", String::as_str), exposition::braced(others))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_silence_is_told_by_author_and_matchers_and_an_unknown_one_by_its_id() {
        let text = r#"[{"id":"i","status":{"state":"active"},"createdBy":"ops","startsAt":"2026-11-23T10:00:00Z",
            "endsAt":"2026-11-23T10:15:00Z","comment":"","matchers":[
            {"isEqual":true,"isRegex":false,"name":"severity","value":"critical"},
            {"isEqual":false,"isRegex":true,"name":"team","value":"a|b"}]}]"#;
        let silences: Vec<Silence> = serde_json::from_str(text).unwrap();
        assert_eq!(silence(&silences, "i"), "ops on severity=\"critical\", team!~\"a|b\" (i)");
        assert_eq!(silence(&silences, "j"), "j");
        assert!(!is_ours(&silences, "i", "n"));
    }

    #[test]
    fn the_alert_that_inhibits_is_told_by_its_labels() {
        let text =
            r#"[{"fingerprint":"0a","receivers":[],"status":{},"labels":{"alertname":"A","severity":"critical"}}]"#;
        let alerts: Vec<Alert> = serde_json::from_str(text).unwrap();
        assert_eq!(source(&alerts, "0a"), "A{severity=\"critical\"}");
        assert_eq!(source(&alerts, "0b"), "0b");
    }
}
