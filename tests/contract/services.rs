//! EndpointSlices: which addresses and ports stand behind a Service.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::pods;
use crate::table::Proof;
use crate::waiting::{holds, is_true, same};

fn service(name: &str, app: &str, target: Value) -> Value {
    let port = json!({"name": "http", "port": 80, "targetPort": target});
    json!({"metadata": {"name": name}, "spec": {"selector": {"app": app}, "ports": [port]}})
}

fn slices(cluster: &Cluster, name: &str) -> String {
    cluster.path("discovery.k8s.io/v1", &format!("endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{name}"))
}

/// The one slice of a Service, as soon as it is as wanted.
async fn slice(cluster: &Cluster, name: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value, String> {
    let one = |list: &Value| list["items"].as_array().is_some_and(|all| all.len() == 1 && wanted(&all[0]));
    let list = cluster.until("the slice", &slices(cluster, name), one).await?;
    Ok(list["items"][0].clone())
}

pub async fn endpoints_tell_who_is_ready(cluster: &Cluster) -> Proof {
    let pod = pods::until(cluster, &pods::serving(cluster, "served"), "readiness", |pod| is_true(pod, "Ready")).await?;
    let made = cluster.create(&cluster.path("v1", "services"), &service("served", "served", json!("web"))).await?;
    let spec = &made["spec"];
    same("its type", (&spec["type"], &spec["ports"][0]["protocol"]), (&json!("ClusterIP"), &json!("TCP")))?;
    holds(spec["clusterIP"].is_string(), || format!("{spec}"))?;
    let slice =
        slice(cluster, "served", |slice| slice["endpoints"].as_array().is_some_and(|all| all.len() == 1)).await?;
    same("addressType", &slice["addressType"], "IPv4")?;
    let labels = &slice["metadata"]["labels"];
    same("who manages it", &labels["endpointslice.kubernetes.io/managed-by"], "endpointslice-controller.k8s.io")?;
    let owner = &slice["metadata"]["ownerReferences"][0];
    same("its owner", (&owner["kind"], &owner["name"]), (&json!("Service"), &json!("served")))?;
    same("its ports", &slice["ports"], json!([{"name": "http", "port": 8080, "protocol": "TCP"}]))?;
    let endpoint = &slice["endpoints"][0];
    same("the address", &endpoint["addresses"], json!([pod["status"]["podIP"]]))?;
    same("conditions", &endpoint["conditions"], json!({"ready": true, "serving": true, "terminating": false}))?;
    same("nodeName", &endpoint["nodeName"], &pod["spec"]["nodeName"])?;
    let wanted =
        json!({"kind": "Pod", "namespace": cluster.namespace, "name": "served", "uid": pod["metadata"]["uid"]});
    same("targetRef", &endpoint["targetRef"], wanted)?;
    // The old way tells the same.
    let path = cluster.path("v1", "endpoints/served");
    let old = cluster.until("Endpoints", &path, |old| old["subsets"][0]["addresses"].is_array()).await?;
    same("Endpoints", &old["subsets"][0]["addresses"][0]["ip"], &pod["status"]["podIP"])?;
    same("their ports", &old["subsets"][0]["ports"], json!([{"name": "http", "port": 8080, "protocol": "TCP"}]))
}

pub async fn a_named_port_is_looked_up_in_the_pod(cluster: &Cluster) -> Proof {
    pods::until(cluster, &pods::serving(cluster, "named"), "readiness", |pod| is_true(pod, "Ready")).await?;
    cluster.create(&cluster.path("v1", "services"), &service("named", "named", json!(9999))).await?;
    // A number is taken as it is, whether something listens there or not.
    slice(cluster, "named", |slice| slice["ports"][0]["port"] == 9999).await?;
    let patch = json!({"spec": {"ports": [{"name": "http", "port": 80, "targetPort": "web"}]}});
    cluster.merge(&cluster.path("v1", "services/named"), &patch).await?.good("the patch")?;
    slice(cluster, "named", |slice| slice["ports"][0]["port"] == 8080).await.map(drop)
}

pub async fn a_port_that_no_pod_names_leaves_no_port(cluster: &Cluster) -> Proof {
    pods::until(cluster, &pods::serving(cluster, "renamed"), "readiness", |pod| is_true(pod, "Ready")).await?;
    cluster.create(&cluster.path("v1", "services"), &service("renamed", "renamed", json!("wep"))).await?;
    let with_pod = |slice: &Value| slice["endpoints"].as_array().is_some_and(|all| all.len() == 1);
    let slice = slice(cluster, "renamed", with_pod).await?;
    same("its ports", slice["ports"].as_array().map_or(0, Vec::len), 0)
}

pub async fn not_ready_addresses_are_published_on_demand(cluster: &Cluster) -> Proof {
    let mut pod = pods::serving(cluster, "early");
    pod["spec"]["containers"][0]["readinessProbe"] = json!({"tcpSocket": {"port": 1}, "periodSeconds": 1});
    pods::until(cluster, &pod, "an address", |pod| pod["status"]["podIP"].is_string()).await?;
    let services = cluster.path("v1", "services");
    cluster.create(&services, &service("early", "early", json!("web"))).await?;
    let mut headless = service("early-headless", "early", json!("web"));
    headless["spec"]["clusterIP"] = json!("None");
    headless["spec"]["publishNotReadyAddresses"] = json!(true);
    cluster.create(&services, &headless).await?;
    let with_pod = |slice: &Value| slice["endpoints"].as_array().is_some_and(|all| all.len() == 1);
    let plain = slice(cluster, "early", with_pod).await?;
    let conditions = &plain["endpoints"][0]["conditions"];
    same("of a plain one", conditions, json!({"ready": false, "serving": false, "terminating": false}))?;
    let published = slice(cluster, "early-headless", with_pod).await?;
    let conditions = &published["endpoints"][0]["conditions"];
    same("of one that publishes all", conditions, json!({"ready": true, "serving": false, "terminating": false}))?;
    let label = &published["metadata"]["labels"]["service.kubernetes.io/headless"];
    same("its label", label, "")
}

pub async fn a_service_without_pods_has_a_slice(cluster: &Cluster) -> Proof {
    cluster.create(&cluster.path("v1", "services"), &service("empty", "nosuch", json!("web"))).await?;
    let slice = slice(cluster, "empty", |_| true).await?;
    same("its endpoints", slice["endpoints"].as_array().map_or(0, Vec::len), 0)?;
    let old = cluster.until("Endpoints", &cluster.path("v1", "endpoints/empty"), |old| !old.is_null()).await?;
    same("Endpoints", &old["subsets"], Value::Null)
}
