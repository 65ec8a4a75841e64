//! Kubernetes Events about VM objects.

use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use serde_json::json;

use super::cluster::Cluster;
use super::kinds::{GROUP, VERSION};
use super::object::Object;
use crate::sandbox::stamp::stamp;

/// What is told about an object.
#[derive(Debug, Clone, Copy)]
pub enum Notice<'a> {
    /// A pass failed.
    Error(&'a str),
    /// A new spec is being, or was, applied.
    Progress(&'a str),
}

/// Writes an Event, a new one each time. A failure is only logged: an Event is no part of the work.
pub async fn emit(cluster: &Cluster, kind: &str, object: &Object, notice: Notice<'_>) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let (level, reason, message) = match notice {
        Notice::Error(message) => ("Warning", "ReconciliationError", message),
        Notice::Progress(message) => ("Normal", "ReconcileEvent", message),
    };
    let now = Timestamp::now();
    let unique = format!("{:x}-{:x}", now.as_nanosecond(), COUNT.fetch_add(1, Ordering::Relaxed));
    let event = json!({
        "apiVersion": "v1", "kind": "Event",
        "metadata": {"name": format!("victoria-metrics-operator-{unique}"), "namespace": object.namespace},
        "type": level, "reason": reason, "message": message,
        "source": {"component": "victoria-metrics-operator"},
        "lastTimestamp": stamp(now),
        "involvedObject": {"apiVersion": format!("{GROUP}/{VERSION}"), "kind": kind, "namespace": object.namespace,
            "name": object.name, "uid": object.uid},
    });
    if let Err(error) = cluster.create(&event).await {
        tracing::warn!("cannot write an event about {kind} {}: {error:#}", object.key());
    }
}
