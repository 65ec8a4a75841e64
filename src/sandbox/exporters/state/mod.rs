//! A stand-in of kube-state-metrics: the cluster's objects as series, under the real names and labels
//! (kube-state-metrics v2.17, docs/metrics).
//!
//! It lists the objects at each scrape, so that what it says is never older than the scrape.

mod flux;
mod node;
mod pod;
mod storage;
mod workload;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use k8s_openapi::api::apps::v1::{DaemonSet, Deployment, StatefulSet};
use k8s_openapi::api::core::v1::{Namespace, Node, PersistentVolumeClaim, Pod, Service};
use kube::api::{Api, ListParams};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;

use super::page::Page;
use super::process;

/// What has been listed how often, and with which result.
type Counts = BTreeMap<(String, &'static str), f64>;

/// The stand-in: its client and its own counters.
pub struct State {
    client: Client,
    lists: Mutex<Counts>,
}

impl State {
    /// A stand-in that reads through this client.
    pub fn new(client: Client) -> Self {
        Self { client, lists: Mutex::default() }
    }

    /// The series of all objects.
    ///
    /// # Errors
    /// When a kind cannot be listed: an answer without it would look as if there were none.
    pub async fn page(&self) -> anyhow::Result<Page> {
        let mut page = Page::default();
        self.list::<Node>().await?.iter().for_each(|object| node::node(&mut page, object));
        self.list::<Namespace>().await?.iter().for_each(|object| node::namespace(&mut page, object));
        self.list::<Pod>().await?.iter().for_each(|object| pod::add(&mut page, object));
        self.list::<Deployment>().await?.iter().for_each(|object| workload::deployment(&mut page, object));
        self.list::<StatefulSet>().await?.iter().for_each(|object| workload::stateful_set(&mut page, object));
        self.list::<DaemonSet>().await?.iter().for_each(|object| workload::daemon_set(&mut page, object));
        self.list::<PersistentVolumeClaim>().await?.iter().for_each(|object| storage::claim(&mut page, object));
        self.list::<Service>().await?.iter().for_each(|object| storage::service(&mut page, object));
        flux::add(&mut page, &self.client).await;
        Ok(page)
    }

    /// The series of the stand-in itself.
    pub fn telemetry(&self) -> Page {
        let mut page = Page::default();
        page.gauge("kube_state_metrics_build_info", &[("version", "v2.17.0"), ("revision", "signoff-sandbox")], 1.0);
        for ((resource, result), count) in self.lists.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            page.counter("kube_state_metrics_list_total", &[("resource", resource), ("result", result)], *count);
        }
        process::add(&mut page);
        page
    }

    async fn list<K>(&self) -> anyhow::Result<Vec<K>>
    where
        K: Resource<DynamicType = ()> + Clone + DeserializeOwned + Debug,
    {
        let answer = Api::<K>::all(self.client.clone()).list(&ListParams::default()).await;
        let result = if answer.is_ok() { "success" } else { "error" };
        let resource = format!("*{}.{}", K::version(&()), K::kind(&()));
        *self.lists.lock().unwrap_or_else(PoisonError::into_inner).entry((resource, result)).or_default() += 1.0;
        Ok(answer?.items)
    }
}

/// 1 or 0, as metrics spell yes and no.
fn flag(yes: bool) -> f64 {
    f64::from(u8::from(yes))
}

/// A condition's status in kube-state-metrics' words: one series for each of the three, one of them 1.
fn condition(page: &mut Page, name: &str, labels: &[(&str, &str)], key: &str, status: &str) {
    for value in ["true", "false", "unknown"] {
        let mut all = labels.to_vec();
        all.push((key, value));
        page.gauge(name, &all, flag(status.eq_ignore_ascii_case(value)));
    }
}
