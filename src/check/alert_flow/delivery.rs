//! The third alert's way out of Alertmanager: whether it is safe to make it, and whether it was delivered.

mod judge;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::deliver::Deliver;
use super::flow::{Flow, Step};
use super::rule::{DELIVER_LABEL, DELIVERED_ALERT};
use super::seen::AlertSeen;
use super::sink::{Sink, Told};
use super::spec::Spec;
use super::{alertmanager, described};
use crate::check::exposition;
use crate::check::look::Look;
use crate::check::route::{self, Routing};
use crate::check::trouble::Trouble;
use crate::connect::Request;

pub use judge::judge;

/// What is known of the delivery.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliverySeen {
    /// By Alertmanager pod, where its configuration leads the alert. The addresses of webhooks are masked in it.
    pub ways: BTreeMap<String, Way>,
    /// What the sink was told of our alerts.
    pub told: Vec<ToldSeen>,
    /// How many messages the sink took, those of other runs among them.
    pub messages: u32,
    /// The alert as an Alertmanager had it.
    pub alert: Option<AlertSeen>,
    /// Notifications that all Alertmanagers have sent, by type of integration, before the rule was made.
    pub sent_before: BTreeMap<String, f64>,
    /// The same at this look.
    pub sent: BTreeMap<String, f64>,
}

/// Where a configuration leads the alert.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Every receiver that it may reach.
    pub receivers: Vec<String>,
    /// Number of integrations of the wanted receiver, by type.
    pub integrations: BTreeMap<String, usize>,
    /// Why the configuration could not be read.
    pub unreadable: Option<String>,
}

/// One alert of ours in one message.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToldSeen {
    /// When it came, in seconds from the flow's start.
    pub at_seconds: f64,
    /// When the alert began by vmalert's clock, in seconds from the flow's start by ours.
    pub began_seconds: f64,
    /// The receiver for which it was sent.
    pub receiver: String,
    /// `firing` or `resolved`.
    pub status: String,
    /// The alert's labels.
    pub labels: BTreeMap<String, String>,
}

/// The delivery of a flow under way.
pub struct Delivery {
    sink: Sink,
    seen: DeliverySeen,
}

impl Delivery {
    /// What is known by now.
    pub fn seen(&self, began: Timestamp) -> DeliverySeen {
        let received = self.sink.received();
        let since = |moment: Timestamp| moment.duration_since(began).as_secs_f64();
        let told = received.told.into_iter().map(|Told { at, receiver, status, labels, starts_at }| ToldSeen {
            at_seconds: since(at),
            began_seconds: since(starts_at),
            receiver,
            status,
            labels,
        });
        DeliverySeen { told: told.collect(), messages: received.messages, ..self.seen.clone() }
    }
}

/// Labels of the alert; vmalert may add others. Its severity is one that no rule routes or inhibits by.
pub fn labels(spec: &Spec, nonce: &str) -> BTreeMap<String, String> {
    [
        ("alertname", DELIVERED_ALERT),
        ("severity", "none"),
        ("synthetic", "deliver"),
        ("namespace", &spec.namespace),
        (DELIVER_LABEL, nonce),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// Our sink listens.
pub async fn listening(flow: &mut Flow, deliver: &Deliver) -> Step {
    match Sink::listen(deliver.listen, &flow.nonce).await {
        Ok(sink) => {
            flow.delivery = Some(Delivery { sink, seen: DeliverySeen::default() });
            Step::Passed
        }
        Err(error) => Step::NotYet(format!("{} cannot be listened on: {error}", deliver.listen)),
    }
}

/// Every Alertmanager runs a configuration that leads the alert to our receiver alone.
pub async fn cleared(flow: &mut Flow, spec: &Spec, deliver: &Deliver, look: &Look<'_>) -> Result<Step, Trouble> {
    let labels = labels(spec, &flow.nonce);
    let mut ways = BTreeMap::new();
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        let config = route::running(look.connections, &pod).await?;
        ways.insert(pod.to_string(), Way::read(&config, &deliver.receiver, &labels));
    }
    let sent = sent(spec, look).await?;
    let Some(delivery) = &mut flow.delivery else { return Ok(Step::NotYet("no sink".to_owned())) };
    delivery.seen = DeliverySeen { ways, sent_before: sent.clone(), sent, ..DeliverySeen::default() };
    Ok(match delivery.seen.danger(deliver) {
        None => Step::Passed,
        Some(danger) => Step::Stuck(danger),
    })
}

/// The sink was told that the alert fires.
pub async fn delivered(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
    let found = alertmanager::alerts_with(spec, look, DELIVER_LABEL, &flow.nonce).await?;
    let began = flow.began;
    let seen = match found.into_iter().find(|(_, alerts)| !alerts.is_empty()) {
        Some((pod, alerts)) => described::describe(look, &pod, &flow.nonce, alerts).await?.into_iter().next(),
        None => None,
    };
    let Some(delivery) = &mut flow.delivery else { return Ok(Step::NotYet("no sink".to_owned())) };
    delivery.seen.alert = seen.or(delivery.seen.alert.take());
    if delivery.seen(began).firing().is_some() {
        return Ok(Step::Passed);
    }
    let counted = sent(spec, look).await?;
    let picture = match &delivery.seen.alert {
        None => "no Alertmanager has the alert".to_owned(),
        Some(alert) if !alert.other_silences.is_empty() => {
            format!("it is silenced by {}", alert.other_silences.join("; "))
        }
        Some(alert) if !alert.inhibited_by.is_empty() => {
            format!("it is inhibited by {}", alert.inhibited_by.join("; "))
        }
        Some(alert) => format!("Alertmanager has it, for {}", alert.receivers.join(", ")),
    };
    let more = increase(&delivery.seen.sent_before, &counted, "webhook");
    delivery.seen.sent = counted;
    Ok(Step::NotYet(format!("nothing came; {picture}; {more} webhooks were sent since the rule was made")))
}

/// Counts once more what was sent, at the end of the flow.
pub async fn count(flow: &mut Flow, spec: &Spec, look: &Look<'_>) -> Result<(), Trouble> {
    if let Some(delivery) = &mut flow.delivery {
        delivery.seen.sent = sent(spec, look).await?;
    }
    Ok(())
}

/// Notifications by type of integration, over all Alertmanagers.
async fn sent(spec: &Spec, look: &Look<'_>) -> Result<BTreeMap<String, f64>, Trouble> {
    let mut sum = BTreeMap::new();
    for pod in look.connections.pods(&spec.alertmanager_endpoint()).await? {
        let metrics = look.connections.send_to_pod(&pod, Request::get("/metrics")).await?.text()?;
        for sample in exposition::samples(&metrics, "alertmanager_notifications_total") {
            let kind = sample.labels.get("integration").cloned().unwrap_or_default();
            *sum.entry(kind).or_insert(0.0) += sample.value;
        }
    }
    Ok(sum)
}

/// By how much a count has grown.
fn increase(before: &BTreeMap<String, f64>, now: &BTreeMap<String, f64>, kind: &str) -> f64 {
    let at = |counts: &BTreeMap<String, f64>| counts.get(kind).copied().unwrap_or(0.0);
    at(now) - at(before)
}

impl Way {
    fn read(config: &str, receiver: &str, labels: &BTreeMap<String, String>) -> Self {
        match Routing::read(config) {
            Ok(routing) => Self {
                receivers: routing.receivers_of(labels).into_iter().map(str::to_owned).collect(),
                integrations: routing.integrations_of(receiver).cloned().unwrap_or_default(),
                unreadable: None,
            },
            Err(message) => Self { unreadable: Some(message), ..Self::default() },
        }
    }

    /// Why an alert on this way could reach somebody.
    fn danger(&self, receiver: &str) -> Option<String> {
        if let Some(message) = &self.unreadable {
            return Some(format!("its configuration cannot be read: {message}"));
        }
        if self.receivers != [receiver] {
            return Some(format!("it may lead to {}", self.receivers.join(", ")));
        }
        if self.integrations.len() == 1 && self.integrations.get("webhook") == Some(&1) {
            return None;
        }
        let all: Vec<String> = self.integrations.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        let all = if all.is_empty() { "none".to_owned() } else { all.join(", ") };
        Some(format!("{receiver} has other integrations than one webhook: {all}"))
    }
}

impl DeliverySeen {
    /// Why the alert could reach somebody, if it could.
    fn danger(&self, deliver: &Deliver) -> Option<String> {
        if self.ways.is_empty() {
            return Some("no Alertmanager told its configuration".to_owned());
        }
        self.ways.iter().find_map(|(pod, way)| Some(format!("{pod}: {}", way.danger(&deliver.receiver)?)))
    }

    /// What the sink was told first of the alert that is not silenced, while it fired.
    fn firing(&self) -> Option<&ToldSeen> {
        self.told.iter().find(|told| told.is_delivery() && told.status == "firing")
    }
}

impl ToldSeen {
    fn is_delivery(&self) -> bool {
        self.labels.contains_key(DELIVER_LABEL)
    }
}
