//! The API server's proxy to pods and Services.

use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::pods;
use crate::table::Proof;
use crate::waiting::{has, is_true, same};
use crate::wire::Sent;

/// A pod that serves, behind a Service with port 80 named `http`.
async fn served(cluster: &Cluster, name: &str) -> Result<(), String> {
    pods::until(cluster, &pods::serving(cluster, name), "readiness", |pod| is_true(pod, "Ready")).await?;
    let port = json!({"name": "http", "port": 80, "targetPort": "web"});
    let body = json!({"metadata": {"name": name}, "spec": {"selector": {"app": name}, "ports": [port]}});
    cluster.create(&cluster.path("v1", "services"), &body).await?;
    let slices = format!("endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{name}");
    let slices = cluster.path("discovery.k8s.io/v1", &slices);
    cluster
        .until("its endpoint", &slices, |list| list["items"][0]["endpoints"][0]["conditions"]["ready"] == true)
        .await?;
    Ok(())
}

pub async fn a_pod_answers_by_its_port(cluster: &Cluster) -> Proof {
    pods::until(cluster, &pods::serving(cluster, "proxied"), "readiness", |pod| is_true(pod, "Ready")).await?;
    for name in ["proxied", "proxied:8080", "http:proxied:8080"] {
        let body = cluster.get(&cluster.path("v1", &format!("pods/{name}/proxy/a/b"))).await?.good(name)?;
        same(name, (&body["method"], &body["target"]), (&json!("GET"), &json!("/a/b")))?;
    }
    let answer = cluster.get(&cluster.path("v1", "pods/nosuch:8080/proxy/")).await?;
    same("of an absent pod", (answer.refusal(), answer.message()), ((404, "NotFound"), "pods \"nosuch\" not found"))
}

pub async fn a_service_answers_by_number_and_by_name(cluster: &Cluster) -> Proof {
    served(cluster, "by-name").await?;
    for name in ["by-name:80", "by-name:http", "http:by-name:80", "http:by-name:http"] {
        let path = cluster.path("v1", &format!("services/{name}/proxy/api/v1/query?query=up%7Ba%3D%22b%22%7D"));
        // The API server learns of the endpoint a moment later than we do.
        let body = cluster.until(name, &path, |body| !body.is_null()).await?;
        same(name, &body["target"], "/api/v1/query?query=up%7Ba%3D%22b%22%7D")?;
    }
    // No port means the one without a name, which this Service has not.
    let answer = cluster.get(&cluster.path("v1", "services/by-name/proxy/")).await?;
    same("without a port", answer.message(), "no endpoints available for service \"by-name\"")
}

pub async fn status_query_and_body_pass(cluster: &Cluster) -> Proof {
    served(cluster, "passing").await?;
    let root = cluster.path("v1", "services/http:passing:80/proxy");
    cluster.until("an answer", &format!("{root}/"), |body| !body.is_null()).await?;
    let answer = cluster.get(&format!("{root}/refuse?a=b&c=d%2Fe")).await?;
    same("the code", answer.code, 422)?;
    same("the type", answer.header("content-type"), "application/json")?;
    same("the body", &answer.body["target"], "/refuse?a=b&c=d%2Fe")?;
    same("a component's 404", cluster.get(&format!("{root}/missing")).await?.code, 404)?;
    let body = Some(("application/x-www-form-urlencoded", "query=up".to_owned()));
    let answer = cluster.call("POST", &format!("{root}/form"), Sent { body, ..Sent::default() }).await?;
    same("a POST", (answer.code, &answer.body["body"]), (200, &json!("query=up")))
}

pub async fn a_closed_port_is_503(cluster: &Cluster) -> Proof {
    served(cluster, "closed").await?;
    let answer = cluster.get(&cluster.path("v1", "pods/closed:4/proxy/")).await?;
    same("the refusal", answer.refusal(), (503, "ServiceUnavailable"))?;
    has("the message", answer.message(), "error trying to reach service: dial tcp ")?;
    has("the message", answer.message(), ":4: connect: connection refused")
}

pub async fn a_service_without_endpoints_is_503(cluster: &Cluster) -> Proof {
    let body = json!({"metadata": {"name": "nobody"}, "spec": {"selector": {"app": "nosuch"}, "ports": [{"name": "http", "port": 80}]}});
    cluster.create(&cluster.path("v1", "services"), &body).await?;
    let slices =
        cluster.path("discovery.k8s.io/v1", "endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dnobody");
    cluster.until("its slice", &slices, |list| list["items"].as_array().is_some_and(|all| all.len() == 1)).await?;
    for asked in ["nobody:80", "nobody:http"] {
        let answer = cluster.get(&cluster.path("v1", &format!("services/{asked}/proxy/"))).await?;
        same(asked, answer.refusal(), (503, "ServiceUnavailable"))?;
        same("the message", answer.message(), "no endpoints available for service \"nobody\"")?;
    }
    Ok(())
}

pub async fn a_service_with_unready_pods_is_503(cluster: &Cluster) -> Proof {
    let mut pod = pods::serving(cluster, "unready-proxied");
    pod["spec"]["containers"][0]["readinessProbe"] = json!({"tcpSocket": {"port": 1}, "periodSeconds": 1});
    pods::until(cluster, &pod, "an address", |pod| pod["status"]["podIP"].is_string()).await?;
    let port = json!({"name": "http", "port": 80, "targetPort": "web"});
    let spec = json!({"selector": {"app": "unready-proxied"}, "ports": [port]});
    cluster.create(&cluster.path("v1", "services"), &json!({"metadata": {"name": "unready"}, "spec": spec})).await?;
    let endpoints = cluster.path("v1", "endpoints/unready");
    let waiting = |one: &Value| one["subsets"][0]["notReadyAddresses"].is_array();
    cluster.until("its endpoint", &endpoints, waiting).await?;
    let answer = cluster.get(&cluster.path("v1", "services/unready:80/proxy/")).await?;
    same("the refusal", answer.refusal(), (503, "ServiceUnavailable"))?;
    // What was asked for is repeated here, and not where there is no endpoint at all.
    same("the message", answer.message(), "no endpoints available for service \"unready:80\"")
}

pub async fn a_service_port_that_is_none_is_503(cluster: &Cluster) -> Proof {
    served(cluster, "renumbered").await?;
    let good = cluster.path("v1", "services/renumbered:80/proxy/");
    cluster.until("an answer", &good, |body: &Value| !body.is_null()).await?;
    // The container's port name is not the Service's.
    for (asked, said) in [
        ("81", "no service port 81 found for service \"renumbered\""),
        ("web", "no endpoints available for service \"renumbered:web\""),
    ] {
        let answer = cluster.get(&cluster.path("v1", &format!("services/renumbered:{asked}/proxy/"))).await?;
        same(asked, answer.refusal(), (503, "ServiceUnavailable"))?;
        same("the message", answer.message(), said)?;
    }
    Ok(())
}

pub async fn a_service_that_is_absent_is_404(cluster: &Cluster) -> Proof {
    let answer = cluster.get(&cluster.path("v1", "services/http:nosuch:80/proxy/")).await?;
    same("the refusal", answer.refusal(), (404, "NotFound"))?;
    same("the message", answer.message(), "services \"nosuch\" not found")
}
