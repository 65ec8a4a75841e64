//! Kubernetes events that controllers leave for people.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{Event, EventSource, ObjectReference};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, Time};
use k8s_openapi::jiff::Timestamp;
use kube::api::{Api, Patch, PatchParams};
use kube::{Client, Resource, ResourceExt};

use super::template;

/// The same event about the same object is repeated at most this often.
const REPEAT: Duration = Duration::from_secs(15);

/// How bad it is; the `type` of an Event.
#[derive(Clone, Copy, Debug)]
pub enum Severity {
    Normal,
    Warning,
}

/// Counts repeated events, so that a retry loop does not flood the API.
#[derive(Default)]
pub struct Recorder {
    seen: Mutex<HashMap<String, Seen>>,
}

struct Seen {
    first: Timestamp,
    last: Instant,
    count: i32,
}

impl Recorder {
    /// Records an event about `object`; failures are ignored, an event is never worth an error.
    pub async fn record<K>(
        &self,
        client: &Client,
        object: &K,
        from: &str,
        severity: Severity,
        reason: &str,
        message: &str,
    ) where
        K: Resource<DynamicType = ()>,
    {
        let name = format!("{}.{}", object.name_any(), template::hash(&(object.uid(), reason, message)));
        let Some((first, count)) = self.count(&name, Instant::now()) else {
            return;
        };
        let namespace = object.namespace().unwrap_or_else(|| "default".to_owned());
        let event = Event {
            metadata: ObjectMeta { name: Some(name.clone()), namespace: Some(namespace.clone()), ..Default::default() },
            involved_object: ObjectReference {
                api_version: Some(K::api_version(&()).into_owned()),
                kind: Some(K::kind(&()).into_owned()),
                name: object.meta().name.clone(),
                namespace: object.namespace(),
                uid: object.uid(),
                resource_version: object.resource_version(),
                ..Default::default()
            },
            reason: Some(reason.to_owned()),
            message: Some(message.to_owned()),
            type_: Some(format!("{severity:?}")),
            source: Some(EventSource { component: Some(from.to_owned()), host: None }),
            reporting_component: Some(from.to_owned()),
            count: Some(count),
            first_timestamp: Some(Time(first)),
            last_timestamp: Some(Time(Timestamp::now())),
            ..Default::default()
        };
        let api: Api<Event> = Api::namespaced(client.clone(), &namespace);
        if let Err(error) = api.patch(&name, &PatchParams::apply(from).force(), &Patch::Apply(&event)).await {
            tracing::debug!("event {reason} about {}: {error}", object.name_any());
        }
    }

    /// When this event was first seen and how often; `None` when it was told a moment ago.
    fn count(&self, name: &str, now: Instant) -> Option<(Timestamp, i32)> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = seen.get_mut(name) {
            if now.duration_since(known.last) < REPEAT {
                return None;
            }
            known.last = now;
            known.count += 1;
            return Some((known.first, known.count));
        }
        let first = Timestamp::now();
        seen.insert(name.to_owned(), Seen { first, last: now, count: 1 });
        Some((first, 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_event_is_counted_and_spaced() {
        let recorder = Recorder::default();
        let start = Instant::now();
        let (first, count) = recorder.count("x", start).unwrap();
        assert_eq!(count, 1);
        assert!(recorder.count("x", start + Duration::from_secs(14)).is_none());
        assert_eq!(recorder.count("x", start + Duration::from_secs(15)), Some((first, 2)));
    }
}
