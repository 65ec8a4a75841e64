//! Registers the nodes and keeps their heartbeat; writes the kubeconfig that pods are given.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use k8s_openapi::api::core::v1::Node;
use kube::Api;
use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use super::clock;
use super::config::{NodeConfig, NodeSpec};
use super::context::Shared;
use super::kubelet_http::PORT;

const HEARTBEAT: Duration = Duration::from_secs(10);

/// Where the pods' kubeconfig lies.
pub(super) fn kubeconfig_path(config: &NodeConfig) -> PathBuf {
    config.dir.join("pod-kubeconfig.json")
}

/// Writes the kubeconfig that stands in for a service account.
pub(super) fn write_kubeconfig(config: &NodeConfig) -> Result<()> {
    let body = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "sandbox",
        "clusters": [{"name": "sandbox", "cluster": {"server": config.api_url}}],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": "pod"}}],
        "users": [{"name": "pod", "user": {}}],
    });
    let path = kubeconfig_path(config);
    std::fs::write(&path, body.to_string()).with_context(|| format!("cannot write {}", path.display()))
}

/// Creates the node objects.
pub(super) async fn register(shared: &Shared) -> Result<()> {
    let api: Api<Node> = Api::all(shared.client.clone());
    let started = clock::now();
    for spec in &shared.config.nodes {
        let params = PatchParams::apply("kubelet").force();
        let object = object(spec, shared.config.block);
        api.patch(&spec.name, &params, &Patch::Apply(object))
            .await
            .with_context(|| format!("cannot register node {}", spec.name))?;
        let status = json!({"status": status(&shared.config, spec, &json!(started))});
        api.patch_status(&spec.name, &PatchParams::default(), &Patch::Merge(status))
            .await
            .with_context(|| format!("cannot write the status of node {}", spec.name))?;
    }
    Ok(())
}

/// Renews the nodes' status for ever.
pub(super) async fn renew(shared: Arc<Shared>) {
    let api: Api<Node> = Api::all(shared.client.clone());
    let started = json!(clock::now());
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        for spec in &shared.config.nodes {
            let patch = Patch::Strategic(json!({"status": {"conditions": conditions(&started)}}));
            let params = PatchParams::default();
            let renewal = api.patch_status(&spec.name, &params, &patch);
            if !matches!(tokio::time::timeout(HEARTBEAT, renewal).await, Ok(Ok(_))) {
                tracing::debug!(node = spec.name, "node status was not renewed");
            }
        }
    }
}

fn object(spec: &NodeSpec, block: u8) -> Value {
    let mut labels = serde_json::Map::new();
    for (key, value) in
        [("kubernetes.io/hostname", spec.name.as_str()), ("kubernetes.io/os", "linux"), ("kubernetes.io/arch", arch())]
    {
        labels.insert(key.to_owned(), json!(value));
    }
    labels.extend(spec.labels.iter().map(|(key, value)| (key.clone(), json!(value))));
    let cidr = format!("127.{block}.0.0/18");
    json!({
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": spec.name, "labels": labels},
        "spec": {"podCIDR": cidr, "podCIDRs": [cidr]},
    })
}

const fn arch() -> &'static str {
    if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" }
}

fn status(config: &NodeConfig, spec: &NodeSpec, started: &Value) -> Value {
    let resources = json!({"cpu": spec.cpu, "memory": spec.memory, "pods": "110", "ephemeral-storage": "100Gi"});
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    json!({
        "addresses": [
            {"type": "InternalIP", "address": config.node_address(spec)},
            {"type": "Hostname", "address": spec.name},
        ],
        "allocatable": resources,
        "capacity": resources,
        "conditions": conditions(started),
        "daemonEndpoints": {"kubeletEndpoint": {"Port": PORT}},
        "nodeInfo": {
            "architecture": arch(), "bootID": "", "containerRuntimeVersion": "signoff-sandbox://1.0",
            "kernelVersion": kernel.trim(), "kubeProxyVersion": "", "kubeletVersion": "v1.34.0",
            "machineID": "", "operatingSystem": "linux", "osImage": "signoff sandbox", "systemUUID": "",
        },
    })
}

fn conditions(started: &Value) -> Value {
    let one = |kind: &str, status: &str, reason: &str, message: &str| {
        json!({
            "type": kind, "status": status, "reason": reason, "message": message,
            "lastHeartbeatTime": clock::now(), "lastTransitionTime": started,
        })
    };
    json!([
        one("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        one("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        one("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        one("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ])
}
