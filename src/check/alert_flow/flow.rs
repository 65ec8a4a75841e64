//! One synthetic alert on its way: each look takes it as many stations further as it can get.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::delivery::Delivery;
use super::hop::Hop;
use super::rule;
use super::seen::{AlertSeen, Observation};
use super::spec::Spec;
use super::{alertmanager, back, delivery, out};
use crate::check::look::Look;
use crate::check::trouble::Trouble;
use crate::connect::{Resource, Scope};

/// The operator's rules.
pub const VMRULES: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMRule", "vmrules", Scope::Namespaced);

/// What a check keeps between looks: its alert, once there is one.
#[derive(Default)]
pub struct Session {
    flow: Option<Flow>,
}

/// One synthetic alert.
pub struct Flow {
    /// Value of the label that the silence matches.
    pub nonce: String,
    /// Name of the run, for labels.
    pub run: String,
    /// Name of the VMRule and of its group.
    pub name: String,
    /// When it began.
    pub began: Timestamp,
    passed: BTreeMap<Hop, f64>,
    /// When the rule expires; set with the rule.
    pub expires: Option<Timestamp>,
    /// Our silences.
    pub silences: Vec<String>,
    /// The alert as Alertmanager had it.
    pub alert: Option<AlertSeen>,
    /// The pods that were asked.
    pub asked: Vec<String>,
    /// The delivery, once our sink listens.
    pub delivery: Option<Delivery>,
    with_delivery: bool,
}

/// How a station went.
pub enum Step {
    /// It is passed.
    Passed,
    /// Not yet; this was seen.
    NotYet(String),
    /// It never will be; this was seen.
    Stuck(String),
}

/// Makes nonces of one process differ.
static COUNTER: AtomicU32 = AtomicU32::new(0);

impl Flow {
    fn new(run: &str, spec: &Spec) -> Self {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let nonce = format!("{}-{number}", run.to_lowercase());
        Self {
            name: format!("signoff-{nonce}"),
            nonce,
            run: run.to_owned(),
            began: Timestamp::now(),
            passed: BTreeMap::new(),
            expires: None,
            silences: Vec::new(),
            alert: None,
            asked: Vec::new(),
            delivery: None,
            with_delivery: spec.deliver.is_some(),
        }
    }

    fn since(&self, moment: Timestamp) -> f64 {
        moment.duration_since(self.began).as_secs_f64()
    }

    fn observation(&self, picture: String, stuck: bool) -> Observation {
        Observation {
            nonce: self.nonce.clone(),
            passed: self.passed.clone(),
            now_seconds: self.since(Timestamp::now()),
            expires_seconds: self.expires.map(|expires| self.since(expires)),
            picture,
            stuck,
            asked: self.asked.clone(),
            alert: self.alert.clone(),
            delivery: self.delivery.as_ref().map(|delivery| delivery.seen(self.began)),
        }
    }

    fn next(&self) -> Option<Hop> {
        Hop::of_flow(self.with_delivery).find(|hop| !self.passed.contains_key(hop))
    }

    async fn step(&mut self, hop: Hop, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
        match hop {
            Hop::Silenced => out::silence(self, spec, look).await,
            Hop::Listening | Hop::Cleared | Hop::Delivered => self.deliver(hop, spec, look).await,
            Hop::Accepted => out::create(self, spec, look).await,
            Hop::Rendered => out::rendered(self, spec, look).await,
            Hop::Loaded => out::loaded(self, spec, look).await,
            Hop::Evaluated => out::evaluated(self, spec, look).await,
            Hop::Firing => out::firing(self, spec, look).await,
            Hop::Arrived => out::arrived(self, spec, look).await,
            Hop::Suppressed => Ok(out::suppressed(self)),
            // The route itself is judged; the alert passes whatever it is, so that it is taken back.
            Hop::Routed => Ok(Step::Passed),
            Hop::Resolved => back::resolved(self, spec, look).await,
            Hop::Unloaded => back::unloaded(self, spec, look).await,
            Hop::Deleted => back::deleted(self, spec, look).await,
            Hop::Unsilenced => back::unsilenced(self, spec, look).await,
        }
    }
}

impl Flow {
    /// A station of the delivery; without one there is nothing to pass.
    async fn deliver(&mut self, hop: Hop, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
        match (hop, &spec.deliver) {
            (Hop::Listening, Some(deliver)) => Ok(delivery::listening(self, deliver).await),
            (Hop::Cleared, Some(deliver)) => delivery::cleared(self, spec, deliver, look).await,
            (Hop::Delivered, Some(_)) => delivery::delivered(self, spec, look).await,
            _ => Ok(Step::Passed),
        }
    }
}

impl Session {
    /// Takes the alert as far as it gets now.
    pub async fn observe(&mut self, spec: &Spec, look: &Look<'_>) -> Result<Observation, Trouble> {
        let flow = self.flow.get_or_insert_with(|| Flow::new(look.run, spec));
        while let Some(hop) = flow.next() {
            match flow.step(hop, spec, look).await? {
                Step::Passed => {
                    let now = flow.since(Timestamp::now());
                    flow.passed.insert(hop, now);
                }
                Step::NotYet(picture) => return Ok(flow.observation(picture, false)),
                Step::Stuck(picture) => return Ok(flow.observation(picture, true)),
            }
        }
        delivery::count(flow, spec, look).await?;
        Ok(flow.observation(String::new(), false))
    }

    /// Takes back what a flow that does not go on has written. The silence stays while its alert could still be sent;
    /// it ends by itself.
    pub async fn abandon(&mut self, spec: &Spec, look: &Look<'_>) -> Result<(), Trouble> {
        let Some(flow) = self.flow.take().filter(|flow| flow.next().is_some()) else { return Ok(()) };
        if flow.expires.is_some() {
            let empty = json!({"spec": {"groups": []}});
            let namespace = Some(spec.namespace.as_str());
            look.connections.patch(&VMRULES, namespace, &flow.name, &empty).await.ok();
            look.connections.delete(&VMRULES, namespace, &flow.name).await?;
        }
        let quiet = alertmanager::alerts(spec, look, &flow.nonce).await?.iter().all(|(_, alerts)| alerts.is_empty());
        if quiet && !flow.passed.contains_key(&Hop::Loaded) {
            alertmanager::expire(spec, look, &flow.nonce).await?;
        }
        Ok(())
    }
}

/// How long a silence lasts: longer than any flow.
pub fn silence_lasts(spec: &Spec) -> SignedDuration {
    SignedDuration::from_mins(15) + SignedDuration::try_from(spec.fires()).unwrap_or_default()
}

/// The rule's deadline when it is made or moved at `now`.
pub fn deadline(spec: &Spec, now: Timestamp) -> Timestamp {
    let lasts = SignedDuration::try_from(spec.fires()).unwrap_or(SignedDuration::from_secs(30));
    now + lasts
}

/// The VMRule of a flow with a deadline.
pub fn vmrule(flow: &Flow, spec: &Spec, expires: Timestamp) -> serde_json::Value {
    rule::vmrule(spec, &flow.name, &flow.nonce, &flow.run, expires)
}
