//! What Alertmanager says of silences, alerts and its configuration (Alertmanager v0.29, api/v2/openapi.yaml).

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::rule::{self, AUTHOR};
use super::spec::Spec;
use crate::check::look::Look;
use crate::check::ours;
use crate::check::route::{self, Shown};
use crate::check::trouble::Trouble;
use crate::connect::{PodAddress, Request};

/// A silence in `/api/v2/silences`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Silence {
    /// Its id.
    pub id: String,
    status: SilenceStatus,
    #[serde(default)]
    created_by: String,
    #[serde(default)]
    matchers: Vec<Matcher>,
    /// When it began, RFC 3339.
    pub starts_at: jiff::Timestamp,
    /// When it ends by itself, RFC 3339.
    pub ends_at: jiff::Timestamp,
}

#[derive(Clone, Debug, Deserialize)]
struct SilenceStatus {
    state: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Matcher {
    name: String,
    value: String,
    #[serde(default)]
    is_regex: bool,
    /// Absent means equal.
    #[serde(default = "equal")]
    is_equal: bool,
}

fn equal() -> bool {
    true
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match (self.is_equal, self.is_regex) {
            (true, false) => "=",
            (false, false) => "!=",
            (true, true) => "=~",
            (false, true) => "!~",
        };
        write!(f, "{}{sign}{:?}", self.name, self.value)
    }
}

impl Silence {
    /// Whether it suppresses now. Expired silences stay listed for days.
    pub fn is_active(&self) -> bool {
        self.status.state == "active"
    }

    /// Who made it, on what, and its id.
    pub fn title(&self) -> String {
        let matchers: Vec<String> = self.matchers.iter().map(ToString::to_string).collect();
        format!("{} on {} ({})", self.created_by, matchers.join(", "), self.id)
    }

    /// The nonce that it is for, when it is one of ours.
    pub fn nonce(&self) -> Option<&str> {
        let [matcher] = self.matchers.as_slice() else { return None };
        (self.created_by == AUTHOR && matcher.name == ours::ALERT).then_some(&matcher.value)
    }
}

/// An alert in `/api/v2/alerts`.
#[derive(Deserialize)]
pub struct Alert {
    /// What others call it by.
    pub fingerprint: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
    /// Where its routes lead to.
    pub receivers: Vec<Named>,
    /// What suppresses it.
    pub status: AlertStatus,
}

/// A receiver.
#[derive(Deserialize)]
pub struct Named {
    /// Its name.
    pub name: String,
}

/// What suppresses an alert.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertStatus {
    /// Ids of silences.
    pub silenced_by: Vec<String>,
    /// Fingerprints of alerts.
    pub inhibited_by: Vec<String>,
}

/// All silences of one Alertmanager on a nonce.
pub async fn silences(look: &Look<'_>, pod: &PodAddress, nonce: &str) -> Result<Vec<Silence>, Trouble> {
    let mut all = all_silences(look, pod).await?;
    all.retain(|silence| silence.nonce() == Some(nonce));
    Ok(all)
}

/// All silences of one Alertmanager.
pub async fn all_silences(look: &Look<'_>, pod: &PodAddress) -> Result<Vec<Silence>, Trouble> {
    look.connections.send_to_pod(pod, Request::get("/api/v2/silences")).await?.json()
}

/// Makes a silence.
pub async fn post_silence(look: &Look<'_>, pod: &PodAddress, body: &Value) -> Result<(), Trouble> {
    look.connections.send_to_pod(pod, Request::post("/api/v2/silences", body)).await?.text().map(|_| ())
}

/// Expires every active silence on a nonce; gives how many there were.
pub async fn expire(spec: &Spec, look: &Look<'_>, nonce: &str) -> Result<usize, Trouble> {
    let mut found = 0;
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        for silence in silences(look, &pod, nonce).await?.iter().filter(|silence| silence.is_active()) {
            found += 1;
            expire_one(look, &pod, &silence.id).await?;
        }
    }
    Ok(found)
}

/// Lets every active silence on a nonce end at `ends`.
pub async fn shorten(spec: &Spec, look: &Look<'_>, nonce: &str, ends: jiff::Timestamp) -> Result<(), Trouble> {
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        let active = silences(look, &pod, nonce).await?.into_iter().filter(Silence::is_active);
        for silence in active {
            post_silence(look, &pod, &rule::ending(&silence.id, nonce, silence.starts_at, ends)).await?;
        }
    }
    Ok(())
}

/// Expires one silence.
pub async fn expire_one(look: &Look<'_>, pod: &PodAddress, id: &str) -> Result<(), Trouble> {
    let request = Request::delete(format!("/api/v2/silence/{id}"));
    look.connections.send_to_pod(pod, request).await?.text().map(|_| ())
}

/// The silenced alerts with a nonce, by Alertmanager. Resolved ones are not listed.
pub async fn alerts(spec: &Spec, look: &Look<'_>, nonce: &str) -> Result<Vec<(PodAddress, Vec<Alert>)>, Trouble> {
    alerts_with(spec, look, ours::ALERT, nonce).await
}

/// The alerts that have a label with this value, by Alertmanager.
pub async fn alerts_with(
    spec: &Spec,
    look: &Look<'_>,
    label: &str,
    value: &str,
) -> Result<Vec<(PodAddress, Vec<Alert>)>, Trouble> {
    let matcher = format!("{label}=\"{value}\"");
    let request = Request::get_with("/api/v2/alerts", &[("filter", &matcher)]);
    let mut found = Vec::new();
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        let alerts: Vec<Alert> = look.connections.send_to_pod(&pod, request.clone()).await?.json()?;
        found.push((pod, alerts));
    }
    Ok(found)
}

/// All alerts of one Alertmanager.
pub async fn all_alerts(look: &Look<'_>, pod: &PodAddress) -> Result<Vec<Alert>, Trouble> {
    look.connections.send_to_pod(pod, Request::get("/api/v2/alerts")).await?.json()
}

/// Number of integrations by receiver, from the configuration that runs.
pub async fn integrations(look: &Look<'_>, pod: &PodAddress) -> Result<BTreeMap<String, usize>, Trouble> {
    let config = route::running(look.connections, pod).await?;
    count_integrations(&config).map_err(|message| Trouble::Malformed { url: route::STATUS.to_owned(), message })
}

fn count_integrations(config: &str) -> Result<BTreeMap<String, usize>, String> {
    let receivers = Shown::read(config)?.receivers.into_iter();
    Ok(receivers.map(|(name, integrations)| (name, integrations.values().sum())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn silence(author: &str, name: &str) -> Silence {
        let text = format!(
            r#"{{"id":"i","status":{{"state":"active"}},"createdBy":"{author}","comment":"","endsAt":"2026-11-23T10:15:00Z",
            "startsAt":"2026-11-23T10:00:00Z","matchers":[{{"isEqual":true,"isRegex":false,"name":"{name}","value":"n"}}]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn only_a_silence_by_us_on_our_label_is_ours() {
        assert_eq!(silence("signoff", "signoff_run").nonce(), Some("n"));
        assert_eq!(silence("somebody", "signoff_run").nonce(), None);
        assert_eq!(silence("signoff", "alertname").nonce(), None);
    }

    #[test]
    fn integrations_are_counted_by_receiver() {
        let config = "route:\n  receiver: a\nreceivers:\n- name: a\n  webhook_configs:\n  - url: <secret>\n  - url: <secret>\n  email_configs:\n  - to: x\n- name: blackhole\n";
        let counted = count_integrations(config).unwrap();
        assert_eq!((counted["a"], counted["blackhole"]), (3, 0));
    }

    #[test]
    fn an_alert_tells_its_route_and_what_suppresses_it() {
        let text = r#"[{"annotations":{},"endsAt":"2026-11-23T10:00:20Z","fingerprint":"0a","receivers":[{"name":"critical"}],
            "startsAt":"2026-11-23T10:00:00Z","updatedAt":"2026-11-23T10:00:00Z","labels":{"alertname":"A"},
            "status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":["i"],"state":"suppressed"}}]"#;
        let alerts: Vec<Alert> = serde_json::from_str(text).unwrap();
        let (receivers, status) = (&alerts[0].receivers, &alerts[0].status);
        assert_eq!((receivers[0].name.as_str(), status.silenced_by.as_slice()), ("critical", &["i".to_owned()][..]));
        assert!(status.inhibited_by.is_empty());
    }
}
