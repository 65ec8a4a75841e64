//! Real programs on a real API: pods as a kubelet would run them.

mod broken;
mod jobs;
mod lifecycle;
mod stack;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{ConfigMap, Event, PersistentVolumeClaim, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::*;
use crate::sandbox::{api, binaries};

struct Cluster {
    client: Client,
    handle: Handle,
    _api: api::ApiServer,
    dir: tempfile::TempDir,
    block: u8,
}

/// A cluster on a block of its own; `None` (with a word) where the programs cannot be had.
async fn cluster(block: u8) -> Option<Cluster> {
    let options = binaries::Options::default();
    let set = match binaries::find(&options, &|text| eprintln!("{text}")).await {
        Ok(set) => set,
        Err(error) => {
            eprintln!("SKIPPED: {error:#}");
            return None;
        }
    };
    let dir = tempfile::Builder::new().prefix("signoff-node-test-").tempdir().unwrap();
    let server = api::start(api::ApiConfig {
        listen: format!("127.{block}.0.1:6443").parse().unwrap(),
        pod_logs: dir.path().join("pod-logs"),
        service_block: block,
    })
    .await
    .unwrap();
    let client = Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
    let launcher = launcher(dir.path());
    let config = NodeConfig::new(block, dir.path().to_owned(), set, launcher, server.url.clone());
    let handle = start(client.clone(), config).await.unwrap();
    Some(Cluster { client, handle, _api: server, dir, block })
}

/// Plays `signoff sandbox pod-exec -- PROGRAM ARGS`.
fn launcher(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("launcher");
    std::fs::write(&path, "#!/bin/sh\nshift 3\nexec \"$@\"\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn pod(name: &str, container: Value) -> Pod {
    let mut container = container;
    container["name"] = json!("main");
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 5}
    }))
    .unwrap()
}

impl Cluster {
    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), "default")
    }

    async fn create(&self, pod: &Pod) {
        self.pods().create(&PostParams::default(), pod).await.unwrap();
    }

    /// Polls until the pod (as JSON) satisfies `wanted`.
    async fn until(&self, name: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let pod = serde_json::to_value(self.pods().get_opt(name).await.unwrap()).unwrap();
            if wanted(&pod) {
                return pod;
            }
            assert!(Instant::now() < deadline, "{what} did not come: {:#}", pod["status"]);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn reasons(&self) -> Vec<String> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), "default");
        let list = api.list(&ListParams::default()).await.unwrap();
        list.items.into_iter().filter_map(|event| event.reason).collect()
    }
}

fn ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
}

fn state(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]["state"]
}

async fn get(proxy: Option<String>, url: &str) -> (u16, String) {
    let mut command = tokio::process::Command::new("curl");
    command.args(["-sk", "-m", "10", "-w", "\n%{http_code}", url]).env_clear();
    if let Some(proxy) = proxy {
        command.env("http_proxy", proxy);
    }
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, code) = text.rsplit_once('\n').unwrap();
    (code.parse().unwrap(), body.to_owned())
}

/// A Service reaches the pod: through the proxy by name, and on its cluster address.
async fn by_name(cluster: &Cluster, ip: &str) {
    let services: Api<Service> = Api::namespaced(cluster.client.clone(), "default");
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "vmsingle"},
        "spec": {"selector": {"app": "vmsingle"}, "ports": [{"name": "http-alias", "port": 8428, "targetPort": 8429}]}});
    let made = services.create(&PostParams::default(), &serde_json::from_value(service).unwrap()).await.unwrap();
    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client.clone(), "default");
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "vmsingle-1", "labels": {"kubernetes.io/service-name": "vmsingle"}},
        "ports": [{"name": "http-alias", "port": 8429, "protocol": "TCP"}],
        "endpoints": [{"addresses": [ip], "conditions": {"ready": true}}]});
    slices.create(&PostParams::default(), &serde_json::from_value(slice).unwrap()).await.unwrap();
    let proxy = Some(format!("http://127.{}.0.53:3128", cluster.block));
    let cluster_ip = made.spec.unwrap().cluster_ip.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let named = get(proxy.clone(), "http://vmsingle.default.svc:8428/health").await;
        let direct = get(None, &format!("http://{cluster_ip}:8428/health")).await;
        if named.1 == "OK" && direct.1 == "OK" {
            break;
        }
        assert!(Instant::now() < deadline, "by name {named:?}, by address {direct:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let unknown = get(proxy, "http://nosuch.default.svc:1/").await;
    assert_eq!(unknown.0, 502);
    assert!(unknown.1.contains("lookup nosuch.default.svc: no such host"), "{}", unknown.1);
}
