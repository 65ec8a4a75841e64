//! Writes Events about pods, counting repeats on one object as the kubelet does.

use std::collections::HashMap;
use std::sync::Mutex;

use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::api::{Patch, PatchParams, PostParams};
use kube::{Api, Client, Resource};
use serde_json::json;

use super::clock;
use super::context::locked;

/// Who speaks.
#[derive(Debug, Clone, Copy)]
pub(super) enum Speaker<'a> {
    /// The kubelet of this node.
    Kubelet(&'a str),
    /// The scheduler.
    Scheduler,
}

/// `Normal` or `Warning`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Tone {
    Normal,
    Warning,
}

type Key = (String, String, String);

/// Remembers which events were written, to count instead of repeating them.
pub(super) struct Recorder {
    client: Client,
    known: Mutex<HashMap<Key, (String, i32)>>,
}

impl Recorder {
    pub(super) fn new(client: Client) -> Self {
        Self { client, known: Mutex::new(HashMap::new()) }
    }

    /// Writes an event; failing to is only logged, as events are for people.
    pub(super) async fn record(
        &self,
        speaker: Speaker<'_>,
        pod: &Pod,
        container: Option<&str>,
        tone: Tone,
        reason: &str,
        message: &str,
    ) {
        let namespace = pod.metadata.namespace.clone().unwrap_or_default();
        let api: Api<Event> = Api::namespaced(self.client.clone(), &namespace);
        let key = (pod.metadata.uid.clone().unwrap_or_default(), reason.to_owned(), message.to_owned());
        let repeated = locked(&self.known).get_mut(&key).map(|(name, count)| {
            *count += 1;
            (name.clone(), *count)
        });
        let result = match repeated {
            Some((name, count)) => {
                let patch = json!({"count": count, "lastTimestamp": clock::now()});
                api.patch(&name, &PatchParams::default(), &Patch::Merge(patch)).await.map(drop)
            }
            None => {
                let event = new_event(speaker, pod, container, tone, reason, message);
                locked(&self.known).insert(key, (event.metadata.name.clone().unwrap_or_default(), 1));
                api.create(&PostParams::default(), &event).await.map(drop)
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, reason, "event was not written");
        }
    }

    /// Forgets a pod that is gone.
    pub(super) fn forget(&self, uid: &str) {
        locked(&self.known).retain(|key, _| key.0 != uid);
    }
}

fn new_event(
    speaker: Speaker<'_>,
    pod: &Pod,
    container: Option<&str>,
    tone: Tone,
    reason: &str,
    message: &str,
) -> Event {
    let now = clock::now();
    let (component, host) = match speaker {
        Speaker::Kubelet(node) => ("kubelet", Some(node.to_owned())),
        Speaker::Scheduler => ("default-scheduler", None),
    };
    let name = pod.metadata.name.clone().unwrap_or_default();
    let stamp = k8s_openapi::jiff::Timestamp::now().as_nanosecond();
    let mut event = Event {
        involved_object: ObjectReference {
            field_path: container.map(|one| format!("spec.containers{{{one}}}")),
            resource_version: pod.metadata.resource_version.clone(),
            ..pod.object_ref(&())
        },
        type_: Some(format!("{tone:?}")),
        reason: Some(reason.to_owned()),
        message: Some(message.to_owned()),
        source: Some(EventSource { component: Some(component.to_owned()), host: host.clone() }),
        reporting_component: Some(component.to_owned()),
        reporting_instance: host,
        count: Some(1),
        first_timestamp: Some(now.clone()),
        last_timestamp: Some(now.clone()),
        ..Event::default()
    };
    if let Speaker::Scheduler = speaker {
        // It speaks through events.k8s.io, whose events have a time but neither count nor source.
        event.event_time = Some(MicroTime(now.0));
        event.source = Some(EventSource::default());
        (event.count, event.first_timestamp, event.last_timestamp) = (None, None, None);
    }
    event.metadata.name = Some(format!("{name}.{stamp:x}"));
    event.metadata.namespace = pod.metadata.namespace.clone();
    event
}
