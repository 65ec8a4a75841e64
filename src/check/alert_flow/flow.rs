//! One synthetic alert on its way: each look takes it as many stations further as it can get.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::delivery::Delivery;
use super::hop::Hop;
use super::rule;
use super::seen::{AlertSeen, Observation};
use super::spec::Spec;
use super::{alertmanager, back, delivery, out};
use crate::check::identity::Identity;
use crate::check::look::Look;
use crate::check::ours;
use crate::check::trouble::Trouble;
use crate::connect::{PodAddress, Resource, Scope};

/// The operator's rules.
pub const VMRULES: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMRule", "vmrules", Scope::Namespaced);

/// The evaluators of rules.
pub const VMALERTS: Resource =
    Resource::of("operator.victoriametrics.com", "v1beta1", "VMAlert", "vmalerts", Scope::Namespaced);

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
    /// Whether a silence may have been made.
    pub has_silence: bool,
    /// The alerts as every Alertmanager had them.
    pub alerts: Vec<AlertSeen>,
    /// What was last seen at the station that is not passed.
    pub picture: String,
    /// Since when a component has not answered at all, in seconds from the flow's start.
    silent_since: Option<f64>,
    judged: Vec<Identity>,
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
            has_silence: false,
            alerts: Vec::new(),
            picture: String::new(),
            silent_since: None,
            judged: Vec::new(),
            delivery: None,
            with_delivery: spec.deliver.is_some(),
        }
    }

    fn since(&self, moment: Timestamp) -> f64 {
        moment.duration_since(self.began).as_secs_f64()
    }

    /// How long ago it passed a station, in seconds.
    pub fn seconds_since(&self, hop: Hop) -> f64 {
        self.passed.get(&hop).map_or(0.0, |at| self.since(Timestamp::now()) - at)
    }

    fn observation(&self, stuck: bool) -> Observation {
        Observation {
            nonce: self.nonce.clone(),
            passed: self.passed.clone(),
            now_seconds: self.since(Timestamp::now()),
            expires_seconds: self.expires.map(|expires| self.since(expires)),
            picture: self.picture.clone(),
            stuck,
            judged: self.judged.clone(),
            alerts: self.alerts.clone(),
            delivery: self.delivery.as_ref().map(|delivery| delivery.seen(self.began)),
        }
    }

    /// Keeps what is judged, each object in the state in which it was first seen.
    pub fn judges(&mut self, identity: Identity) {
        match self.judged.iter_mut().find(|known| known.object == identity.object) {
            Some(known) => known.component = known.component.take().or(identity.component),
            None => self.judged.push(identity),
        }
    }

    /// Keeps a pod, with the program that answers there where it says so.
    pub async fn judges_pod(&mut self, pod: &PodAddress, look: &Look<'_>) {
        let component = look.connections.identify_pod(pod).await.ok().filter(|found| found.application.is_some());
        let component = component.map(|component| component.to_string());
        self.judges(Identity { component, ..Identity::of(pod.to_string()) });
    }

    fn next(&self) -> Option<Hop> {
        Hop::of_flow(self.with_delivery).find(|hop| !self.passed.contains_key(hop))
    }

    /// A component that cannot be asked is a station that is not passed, as long as the cluster itself answers. Without
    /// permission, or before there is a rule, the trouble is what it is.
    async fn unseen(&mut self, hop: Hop, trouble: Trouble, spec: &Spec, look: &Look<'_>) -> Result<Step, Trouble> {
        let is_no_station = matches!(trouble, Trouble::Denied { .. } | Trouble::UnknownKind { .. });
        if is_no_station || hop.is_precaution() && trouble.verdict().is_some() {
            return Err(trouble);
        }
        look.connections.list(&VMRULES, Some(&spec.namespace), ours::RUN).await?;
        if !matches!(trouble, Trouble::TimedOut { .. }) {
            self.silent_since = None;
            return Ok(Step::NotYet(trouble.to_string()));
        }
        let now = self.since(Timestamp::now());
        let since = *self.silent_since.get_or_insert(now);
        let picture = trouble.to_string();
        Ok(if now - since > SILENT_SECONDS { Step::Stuck(picture) } else { Step::NotYet(picture) })
    }

    /// The VMRule as it is now, found by its label: the sweep lists rules as well, and so nothing has to `get` them.
    pub async fn find_rule(&self, spec: &Spec, look: &Look<'_>) -> Result<Option<Value>, Trouble> {
        let ours = format!("{}={}", rule::NONCE_OBJECT_LABEL, self.nonce);
        let rules = look.connections.list(&VMRULES, Some(&spec.namespace), &ours).await?;
        Ok(rules.into_iter().next())
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
            let step = match flow.step(hop, spec, look).await {
                Ok(step) => {
                    flow.silent_since = None;
                    step
                }
                Err(trouble) => flow.unseen(hop, trouble, spec, look).await?,
            };
            let (picture, stuck) = match step {
                Step::Passed => {
                    let now = flow.since(Timestamp::now());
                    flow.passed.insert(hop, now);
                    flow.picture.clear();
                    continue;
                }
                Step::NotYet(picture) => (picture, false),
                Step::Stuck(picture) => (picture, true),
            };
            flow.picture = picture;
            return Ok(flow.observation(stuck));
        }
        delivery::count(flow, spec, look).await?;
        Ok(flow.observation(false))
    }

    /// Takes back what a flow that does not go on has written. Where there was a rule, its silence stays a little longer
    /// and ends by itself.
    pub async fn abandon(&mut self, spec: &Spec, look: &Look<'_>) -> Result<(), Trouble> {
        let Some(flow) = self.flow.take().filter(|flow| flow.next().is_some()) else { return Ok(()) };
        if flow.expires.is_some() {
            let empty = json!({"spec": {"groups": []}});
            let namespace = Some(spec.namespace.as_str());
            look.connections.patch(&VMRULES, namespace, &flow.name, &empty).await.ok();
            look.connections.delete(&VMRULES, namespace, &flow.name).await?;
        }
        // A rule that is deleted may live on in vmalert until it expires: its silence must outlive it.
        match flow.expires {
            None if !flow.has_silence => Ok(()),
            None => alertmanager::expire(spec, look, &flow.nonce).await.map(|_| ()),
            Some(expires) => {
                alertmanager::shorten(spec, look, &flow.nonce, expires.max(Timestamp::now()) + OUTLIVES).await
            }
        }
    }
}

/// A component that is silent for so long, after a request that waited for its answer, hangs.
const SILENT_SECONDS: f64 = 20.0;

/// A silence lasts so much longer than its rule: vmalert sends the end of its alerts for a while.
const OUTLIVES: SignedDuration = SignedDuration::from_secs(60);

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
pub fn vmrule(flow: &Flow, spec: &Spec, expires: Timestamp) -> Value {
    rule::vmrule(spec, &flow.name, &flow.nonce, &flow.run, expires)
}
