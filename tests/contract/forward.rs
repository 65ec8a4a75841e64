//! Port-forward over a WebSocket.

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::cluster::Cluster;
use crate::pods;
use crate::server::PORT;
use crate::table::Proof;
use crate::waiting::{has, holds, is_true, same};
use crate::wire::Sent;

const PATIENCE: Duration = Duration::from_secs(20);

async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> Result<T, String> {
    tokio::time::timeout(PATIENCE, future).await.map_err(|_| format!("{what} takes longer than {PATIENCE:?}"))
}

async fn pod(cluster: &Cluster, name: &str) -> Result<Api<Pod>, String> {
    pods::until(cluster, &pods::serving(cluster, name), "readiness", |pod| is_true(pod, "Ready")).await?;
    Ok(Api::namespaced(cluster.client.clone(), &cluster.namespace))
}

pub async fn bytes_go_both_ways(cluster: &Cluster) -> Proof {
    let api = pod(cluster, "forward").await?;
    let mut forward = in_time("the upgrade", api.portforward("forward", &[PORT])).await?.map_err(|e| e.to_string())?;
    let mut stream = forward.take_stream(PORT).ok_or("there is no stream")?;
    // More than one frame's worth, each way.
    let body = "x".repeat(100_000);
    let request = format!("POST /echo?a=b HTTP/1.1\r\nHost: pod\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let mut answer = String::new();
    let talk = async {
        stream.write_all(request.as_bytes()).await?;
        stream.read_to_string(&mut answer).await
    };
    in_time("the talk", talk).await?.map_err(|error| error.to_string())?;
    holds(answer.starts_with("HTTP/1.1 200 OK\r\n"), || answer.chars().take(200).collect())?;
    let said = format!(r#"{{"method":"POST","target":"/echo?a=b","body":"{body}"}}"#);
    holds(answer.ends_with(&said), || format!("{} bytes came back", answer.len()))
}

pub async fn a_closed_port_is_told(cluster: &Cluster) -> Proof {
    let api = pod(cluster, "forward-closed").await?;
    let mut forward =
        in_time("the upgrade", api.portforward("forward-closed", &[4])).await?.map_err(|e| e.to_string())?;
    let error = forward.take_error(4).ok_or("there is no error channel")?;
    let mut stream = forward.take_stream(4).ok_or("there is no stream")?;
    let _ = stream.write_all(b"x").await;
    let text = in_time("the error", error).await?.unwrap_or_default();
    has("the error", &text, "error forwarding port 4 to pod ")?;
    has("the error", &text, "connect: connection refused")?;
    let mut rest = Vec::new();
    let read = in_time("the stream's end", stream.read_to_end(&mut rest)).await?;
    same("what comes through", read.unwrap_or(0), 0)
}

pub async fn kubectl_forwards_over_spdy(cluster: &Cluster) -> Proof {
    pod(cluster, "forward-spdy").await?;
    let path = cluster.path("v1", "pods/forward-spdy/portforward");
    let answer =
        cluster.call("POST", &path, Sent { upgrade: Some("SPDY/3.1"), accept: "*/*", ..Sent::default() }).await?;
    cluster.differs("kubectl_forwards_over_spdy", &answer.code.to_string())
}

pub async fn a_pod_that_is_absent_cannot_be_forwarded_to(cluster: &Cluster) -> Proof {
    let api: Api<Pod> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
    let refused = in_time("the upgrade", api.portforward("nosuch", &[PORT])).await?;
    let error = refused.err().ok_or("it was accepted")?.to_string();
    has("the error", &error, "404")?;
    let mut pod = pods::sleeper("forward-pending");
    pod["spec"]["nodeSelector"] = serde_json::json!({"no": "such"});
    cluster.create(&cluster.path("v1", "pods"), &pod).await?;
    let refused = in_time("the upgrade", api.portforward("forward-pending", &[PORT])).await?;
    let error = refused.err().ok_or("a pod without a node was accepted")?.to_string();
    has("of a pod without a node", &error, "400")
}
