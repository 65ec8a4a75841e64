//! Times in statuses that controllers write again and again, and that are not there: without them what is healthy would look
//! abandoned after a while.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use kube::Client;
use kube::api::{Api, ListParams, Patch, PatchParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::sandbox::operator::duration;
use crate::sandbox::stamp::now;

/// How often is looked whose time has come.
const LOOK: Duration = Duration::from_secs(10);
/// What External Secrets takes for a `refreshInterval` that is not set (1.0, apis/externalsecrets/v1).
const REFRESH: Duration = Duration::from_secs(60 * 60);
/// How often Rook asks Ceph (1.18, `healthCheck.daemonHealth.status.interval`).
const CEPH: Duration = Duration::from_secs(60);

/// Group and kind, both v1.
const KINDS: [(&str, &str); 2] = [("external-secrets.io", "ExternalSecret"), ("ceph.rook.io", "CephCluster")];

/// Writes times anew as long as it runs, each object for the first time an interval after it was first seen. Who makes one
/// stale meanwhile, as a test may, is not put right at once.
pub async fn keep_fresh(client: Client) -> Infallible {
    let mut due: BTreeMap<String, Instant> = BTreeMap::new();
    loop {
        for (group, kind) in KINDS {
            let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
            // A kind that was deleted, as a test may, has none.
            let all = Api::<DynamicObject>::all_with(client.clone(), &resource).list(&ListParams::default()).await;
            for object in all.into_iter().flatten() {
                if let Err(error) = one(&client, &resource, &object, &mut due).await {
                    tracing::warn!("cannot keep a {kind} fresh: {error}");
                }
            }
        }
        sleep(LOOK).await;
    }
}

async fn one(
    client: &Client,
    resource: &ApiResource,
    object: &DynamicObject,
    due: &mut BTreeMap<String, Instant>,
) -> kube::Result<()> {
    let Some(interval) = interval(&resource.kind, &object.data) else { return Ok(()) };
    let (name, namespace) = (object.metadata.name.as_deref(), object.metadata.namespace.as_deref());
    let (name, namespace) = (name.unwrap_or_default(), namespace.unwrap_or_default());
    let at = due.entry(format!("{} {namespace}/{name}", resource.kind)).or_insert_with(|| Instant::now() + interval);
    if Instant::now() < *at {
        return Ok(());
    }
    *at = Instant::now() + interval;
    let status = Patch::Merge(json!({"status": written(&resource.kind, &now())}));
    let api = Api::<DynamicObject>::namespaced_with(client.clone(), namespace, resource);
    api.patch_status(name, &PatchParams::default(), &status).await.map(drop)
}

/// How often its controller writes; `None` where it would not, since nothing succeeds.
fn interval(kind: &str, object: &Value) -> Option<Duration> {
    if kind == "CephCluster" {
        return (object.pointer("/status/phase")? == "Ready").then_some(CEPH);
    }
    let conditions = object.pointer("/status/conditions")?.as_array()?;
    conditions
        .iter()
        .find(|one| one["type"] == "Ready" && one["status"] == "True" && one["reason"] == "SecretSynced")?;
    let written = object.pointer("/spec/refreshInterval").and_then(Value::as_str);
    // Zero means once.
    written.map_or(Some(REFRESH), duration::parse).filter(|interval| !interval.is_zero())
}

/// What of a status its controller writes.
fn written(kind: &str, now: &str) -> Value {
    match kind {
        "CephCluster" => json!({"ceph": {"lastChecked": now, "capacity": {"lastUpdated": now}}}),
        _ => json!({"refreshTime": now}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(interval: Value, reason: &str) -> Option<Duration> {
        let conditions = json!([{"type": "Ready", "status": "True", "reason": reason}]);
        let object = json!({"spec": {"refreshInterval": interval}, "status": {"conditions": conditions}});
        super::interval("ExternalSecret", &object)
    }

    #[test]
    fn a_secret_is_refreshed_at_its_interval_where_it_is_synchronised_and_not_only_once() {
        assert_eq!(secret(json!("5m"), "SecretSynced"), Some(Duration::from_secs(300)));
        assert_eq!(secret(Value::Null, "SecretSynced"), Some(REFRESH));
        assert_eq!(secret(json!("0s"), "SecretSynced"), None);
        assert_eq!(secret(json!("5m"), "SecretDeleted"), None);
        assert_eq!(interval("ExternalSecret", &json!({"spec": {}})), None);
    }

    #[test]
    fn ceph_is_asked_every_minute_once_it_is_ready() {
        assert_eq!(interval("CephCluster", &json!({"status": {"phase": "Ready"}})), Some(CEPH));
        assert_eq!(interval("CephCluster", &json!({"status": {"phase": "Progressing"}})), None);
        assert_eq!(written("CephCluster", "x")["ceph"]["lastChecked"], "x");
    }
}
