//! ServiceMonitors and PodMonitors become scrape objects of the same name, namespace and labels, once the API serves their
//! kinds (v0.66.1, internal/controller/operator/converter/apis.go).
//!
//! Left out: the other kinds of prometheus-operator, credentials, certificates, relabelling, and the annotations that change
//! how labels are merged.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use kube::api::{Api, ListParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};

use super::controller::Operator;
use super::kinds::{GROUP, VERSION};
use super::object::{copy, list};

/// The real one looks every 5 s whether the kinds are served, and then watches them.
const PAUSE: Duration = Duration::from_secs(2);
const MONITORS: &str = "monitoring.coreos.com";
/// Each kind, the kind that it becomes, and where its endpoints stand in the spec of both.
const KINDS: [(&str, &str, &str); 2] =
    [("ServiceMonitor", "VMServiceScrape", "endpoints"), ("PodMonitor", "VMPodScrape", "podMetricsEndpoints")];
/// What both specs have under one name.
const COMMON: [&str; 5] = ["jobLabel", "namespaceSelector", "podTargetLabels", "selector", "targetLabels"];
/// What the endpoints of both have under one name.
const OF_ENDPOINTS: [&str; 9] =
    ["honorLabels", "honorTimestamps", "interval", "params", "path", "port", "scheme", "scrapeTimeout", "targetPort"];

/// Converts as long as it runs.
pub async fn run(operator: Arc<Operator>) -> Infallible {
    loop {
        for (kind, becomes, endpoints) in KINDS {
            if let Err(error) = convert_all(&operator, kind, becomes, endpoints).await {
                tracing::warn!("cannot convert {kind} objects: {error:#}");
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn convert_all(operator: &Operator, kind: &str, becomes: &str, endpoints: &str) -> Result<()> {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(MONITORS, "v1", kind));
    let api = Api::<DynamicObject>::all_with(operator.cluster.client(), &resource);
    let found = match api.list(&ListParams::default()).await {
        Err(kube::Error::Api(status)) if status.code == 404 => return Ok(()),
        found => found?,
    };
    for monitor in found.items.into_iter().filter(|monitor| monitor.metadata.deletion_timestamp.is_none()) {
        let mut monitor = serde_json::to_value(monitor)?;
        monitor["kind"] = kind.into();
        operator.cluster.apply(&converted(&monitor, becomes, endpoints), false).await?;
    }
    Ok(())
}

fn converted(monitor: &Value, becomes: &str, endpoints: &str) -> Value {
    let of = &monitor["metadata"];
    let owner = json!({"apiVersion": format!("{MONITORS}/v1"), "kind": monitor["kind"], "name": of["name"], "uid": of["uid"],
        "controller": true, "blockOwnerDeletion": true});
    let mut metadata = json!({"name": of["name"], "namespace": of["namespace"], "ownerReferences": [owner]});
    copy(of, &mut metadata, "labels");
    let mut spec = json!({});
    COMMON.iter().for_each(|key| copy(&monitor["spec"], &mut spec, key));
    let each = list(&monitor["spec"], endpoints).iter().map(|endpoint| {
        let mut own = json!({});
        OF_ENDPOINTS.iter().for_each(|key| copy(endpoint, &mut own, key));
        own
    });
    spec[endpoints] = each.collect();
    json!({"apiVersion": format!("{GROUP}/{VERSION}"), "kind": becomes, "metadata": metadata, "spec": spec})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_monitor_becomes_a_scrape_object_of_its_name_that_it_owns() {
        let monitor = json!({
            "kind": "ServiceMonitor",
            "metadata": {"name": "web", "namespace": "apps", "uid": "u", "labels": {"team": "a"}, "resourceVersion": "7"},
            "spec": {
                "selector": {"matchLabels": {"app": "web"}}, "attachMetadata": {"node": true},
                "endpoints": [{"port": "metrics", "interval": "30s", "bearerTokenSecret": {"name": "x", "key": "y"}}],
            },
        });
        let scrape = converted(&monitor, "VMServiceScrape", "endpoints");
        let owner = json!({"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "name": "web", "uid": "u",
            "controller": true, "blockOwnerDeletion": true});
        assert_eq!(
            scrape,
            json!({
                "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMServiceScrape",
                "metadata": {"name": "web", "namespace": "apps", "labels": {"team": "a"}, "ownerReferences": [owner]},
                "spec": {"selector": {"matchLabels": {"app": "web"}}, "endpoints": [{"port": "metrics", "interval": "30s"}]},
            })
        );
    }
}
