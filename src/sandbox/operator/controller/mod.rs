//! The loops: watch, queue, pass, resync.
//!
//! Passes over one object are serial, as in the real operator: while one waits for a rollout, an edit waits for it.

mod agent;
mod alert;
mod alertmanager;
mod applications;
mod children;
mod finalize;
mod owned;
mod pass;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::BoxStream;
use kube::core::DynamicObject;
use kube::runtime::{WatchStreamExt as _, watcher};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::cluster::Cluster;
use super::converter;
use super::kinds::{App, Child};
use super::metrics::{self, Metrics};
use super::options::Options;
use super::throttle::Throttle;

/// What all loops share.
pub struct Operator {
    /// The API.
    pub cluster: Cluster,
    /// How it is run.
    pub options: Options,
    /// Its metrics.
    pub metrics: Arc<Metrics>,
    /// Held while a VMAgent is worked on: scrape objects wait for it.
    pub agents: Mutex<()>,
    /// Held while rule maps are written, so that two passes cannot overwrite each other.
    pub rules: Mutex<()>,
    scrapes: std::sync::Mutex<Throttle>,
    rule_events: std::sync::Mutex<Throttle>,
}

impl Operator {
    /// An operator that does nothing yet.
    pub fn new(client: kube::Client, options: Options) -> Arc<Self> {
        Arc::new(Operator {
            cluster: Cluster::new(client),
            options,
            metrics: Arc::new(Metrics::new()),
            agents: Mutex::new(()),
            rules: Mutex::new(()),
            scrapes: Default::default(),
            rule_events: Default::default(),
        })
    }

    /// Whether an event about a child may be acted on, or comes too soon after others.
    fn admits(&self, child: Child) -> bool {
        let throttle = match child {
            Child::Rule => &self.rule_events,
            Child::Scrape(_) => &self.scrapes,
        };
        let mut throttle = throttle.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let admitted = throttle.admits(Instant::now());
        if !admitted {
            self.metrics.add(&metrics::throttled(child.parent().prefix()), 1.0);
        }
        admitted
    }
}

/// Runs all loops until dropped.
pub async fn run(operator: Arc<Operator>) {
    let mut loops = JoinSet::new();
    let mut wakers = owned::Wakers::default();
    for app in App::ALL {
        let (sender, receiver) = tokio::sync::mpsc::channel(64);
        wakers.insert(app, sender);
        loops.spawn(applications::run(operator.clone(), app, receiver));
    }
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        loops.spawn(owned::run(operator.clone(), kind, wakers.clone()));
    }
    for child in Child::all() {
        loops.spawn(children::run(operator.clone(), child));
    }
    loops.spawn(async { match converter::run(operator).await {} });
    while loops.join_next().await.is_some() {}
}

/// An event of a watch that matters: an object that is there, or one that is gone.
enum Change {
    Present(Box<DynamicObject>),
    Gone(String),
}

/// The changes of a kind in all namespaces, without end; failures are logged and tried again.
fn changes(operator: &Operator, resource: kube::core::ApiResource) -> BoxStream<'static, Change> {
    let api = kube::Api::<DynamicObject>::all_with(operator.cluster.client(), &resource);
    let events = watcher(api, watcher::Config::default()).default_backoff();
    let change = move |event| match event {
        Ok(watcher::Event::Apply(object) | watcher::Event::InitApply(object)) => {
            Some(Change::Present(Box::new(object)))
        }
        Ok(watcher::Event::Delete(object)) => Some(Change::Gone(key_of(&object))),
        Ok(watcher::Event::Init | watcher::Event::InitDone) => None,
        Err(error) => {
            tracing::warn!("watch of {}: {error}", resource.plural);
            None
        }
    };
    events.filter_map(move |event| std::future::ready(change(event))).boxed()
}

/// `namespace/name`.
fn key_of(object: &DynamicObject) -> String {
    let meta = &object.metadata;
    format!("{}/{}", meta.namespace.as_deref().unwrap_or_default(), meta.name.as_deref().unwrap_or_default())
}

/// A period with up to 5 % more, so that many objects do not come at once.
fn with_jitter(period: Duration) -> Duration {
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let part = clock.map(|since| since.subsec_micros() % 1000).unwrap_or_default();
    period + period.mul_f64(0.05 * f64::from(part) / 1000.0)
}
