//! The VictoriaMetrics operator's statuses and objects, as version 0.66.1 of the real one was seen to make them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::table::Proof;
use crate::waiting::{holds, same};

pub const API: &str = "operator.victoriametrics.com/v1beta1";
pub const FINALIZER: &str = "apps.victoriametrics.com/finalizer";
/// An application is ready in 5 to 20 s; on a busy machine its pods take longer, and the operator waits for one after the other.
const READY: Duration = Duration::from_secs(150);
/// Longer than the operator needs to render anything (seen: 0.1 to 0.5 s), much shorter than a resync.
pub const MOMENT: Duration = Duration::from_secs(4);

pub async fn create(cluster: &Cluster, plural: &str, kind: &str, name: &str, spec: Value) -> Result<String, String> {
    let path = cluster.path(API, plural);
    let body = json!({"apiVersion": API, "kind": kind, "metadata": {"name": name}, "spec": spec});
    cluster.create(&path, &body).await?;
    let path = format!("{path}/{name}");
    // It waits for its operator to go, which must not outlive the namespace's content.
    cluster.remove_later(path.clone());
    Ok(path)
}

pub async fn operational(cluster: &Cluster, path: &str) -> Result<Value, String> {
    let seen = |one: &Value| {
        one["status"]["updateStatus"] == "operational"
            && one["status"]["observedGeneration"] == one["metadata"]["generation"]
    };
    cluster.within(READY, "operational", path, seen).await
}

/// An object of an application: labels, owner, finalizer.
pub async fn made_by(cluster: &Cluster, api: &str, rest: &str, kind: &str, instance: &str) -> Result<Value, String> {
    let object = cluster.until(rest, &cluster.path(api, rest), |object| !object.is_null()).await?;
    let labels = json!({"app.kubernetes.io/component": "monitoring", "app.kubernetes.io/instance": instance,
        "app.kubernetes.io/name": kind.to_lowercase(), "managed-by": "vm-operator"});
    same(&format!("{rest}: labels"), sorted(&object["metadata"]["labels"]), sorted(&labels))?;
    let owner = &object["metadata"]["ownerReferences"][0];
    let named = (&owner["apiVersion"], &owner["kind"], &owner["name"]);
    same(&format!("{rest}: owner"), named, (&json!(API), &json!(kind), &json!(instance)))?;
    let ties = (&owner["controller"], &owner["blockOwnerDeletion"]);
    same(&format!("{rest}: its ties"), ties, (&json!(true), &json!(true)))?;
    Ok(object)
}

pub fn sorted(object: &Value) -> Vec<(String, String)> {
    let mut all: Vec<_> = object.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), v.to_string())).collect();
    all.sort();
    all
}

pub async fn an_applications_status_has_no_conditions(cluster: &Cluster) -> Proof {
    let path = create(cluster, "vmsingles", "VMSingle", "plain", json!({"retentionPeriod": "1d"})).await?;
    let one = operational(cluster, &path).await?;
    let keys: Vec<_> = sorted(&one["status"]).into_iter().map(|(key, _)| key).collect();
    same("the status' keys", keys, ["observedGeneration", "updateStatus"])?;
    same("finalizers", &one["metadata"]["finalizers"], json!([FINALIZER]))?;
    let applied = one["metadata"]["annotations"]["operator.victoriametrics/last-applied-spec"].as_str();
    let applied: Value = serde_json::from_str(applied.unwrap_or_default()).map_err(|error| error.to_string())?;
    same("the spec that was applied", &applied["retentionPeriod"], "1d")?;
    cluster.delete(&path).await?.good("the deletion")?;
    cluster.gone(&path).await?;
    cluster.gone(&cluster.path("apps/v1", "deployments/vmsingle-plain")).await
}

pub async fn an_application_brings_its_objects(cluster: &Cluster) -> Proof {
    let path = create(cluster, "vmsingles", "VMSingle", "objects", json!({"retentionPeriod": "1d"})).await?;
    operational(cluster, &path).await?;
    let name = "vmsingle-objects";
    let mut made = Vec::new();
    for (api, plural) in [("apps/v1", "deployments"), ("v1", "services"), ("v1", "serviceaccounts")] {
        let object = made_by(cluster, api, &format!("{plural}/{name}"), "VMSingle", "objects").await?;
        same(&format!("{plural}: finalizers"), &object["metadata"]["finalizers"], json!([FINALIZER]))?;
        made.push(object);
    }
    same("who runs it", &made[0]["spec"]["template"]["spec"]["serviceAccountName"], name)?;
    let ports = made[1]["spec"]["ports"].as_array().into_iter().flatten();
    let ports: Vec<_> = ports.map(|port| format!("{} {} {}", port["name"], port["port"], port["targetPort"])).collect();
    same("the ports", ports, ["\"http\" 8429 8429", "\"http-alias\" 8428 8429"])?;
    let scrape = made_by(cluster, API, &format!("vmservicescrapes/{name}"), "VMSingle", "objects").await?;
    let endpoint = &scrape["spec"]["endpoints"][0];
    same("its own metrics", (&endpoint["port"], &endpoint["path"]), (&json!("http"), &json!("/metrics")))
}

pub async fn a_missing_configuration_becomes_the_blackhole(cluster: &Cluster) -> Proof {
    let path = create(cluster, "vmalertmanagers", "VMAlertmanager", "bare", json!({"replicaCount": 1})).await?;
    operational(cluster, &path).await?;
    let secret = made_by(cluster, "v1", "secrets/vmalertmanager-bare-config", "VMAlertmanager", "bare").await?;
    // "\nglobal:\n  resolve_timeout: 5m\nroute:\n  receiver: 'blackhole'\nreceivers:\n- name: blackhole\n"
    let text = "Cmdsb2JhbDoKICByZXNvbHZlX3RpbWVvdXQ6IDVtCnJvdXRlOgogIHJlY2VpdmVyOiAnYmxhY2tob2xlJwpyZWNlaXZlcnM6Ci0gbmFtZTogYmxhY2tob2xlCg==";
    same("the configuration", &secret["data"]["alertmanager.yaml"], text)?;
    made_by(cluster, "apps/v1", "statefulsets/vmalertmanager-bare", "VMAlertmanager", "bare").await?;
    let service = made_by(cluster, "v1", "services/vmalertmanager-bare", "VMAlertmanager", "bare").await?;
    let spec = &service["spec"];
    same("its address", (&spec["clusterIP"], &spec["publishNotReadyAddresses"]), (&json!("None"), &json!(true)))?;
    let port = &spec["ports"][0];
    let numbers = (&port["name"], &port["port"], &port["targetPort"]);
    same("its port", numbers, (&json!("http"), &json!(9093), &json!("web")))
}

pub async fn a_paused_application_says_so(cluster: &Cluster) -> Proof {
    let path = create(cluster, "vmsingles", "VMSingle", "paused", json!({"retentionPeriod": "1d"})).await?;
    operational(cluster, &path).await?;
    let deployment = cluster.path("apps/v1", "deployments/vmsingle-paused");
    let before = cluster.get(&deployment).await?.good("its Deployment")?;
    cluster.merge(&path, &json!({"spec": {"paused": true, "retentionPeriod": "2d"}})).await?.good("the patch")?;
    cluster.until("paused", &path, |one| one["status"]["updateStatus"] == "paused").await?;
    tokio::time::sleep(MOMENT).await;
    let after = cluster.get(&deployment).await?.good("its Deployment")?;
    let args = |one: &Value| one["spec"]["template"]["spec"]["containers"][0]["args"].clone();
    same("its arguments", args(&after), args(&before))?;
    holds(args(&after).as_array().is_some_and(|args| args.contains(&json!("-retentionPeriod=1d"))), || {
        format!("{}", args(&after))
    })
}
