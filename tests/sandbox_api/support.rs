//! A sandbox API for one test, and the objects that tests put into it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};
use signoff::sandbox::api::{ApiConfig, ApiServer, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

pub struct Sandbox {
    pub server: ApiServer,
    pub client: Client,
    pub logs: tempfile::TempDir,
}

impl Sandbox {
    pub async fn start() -> Self {
        let logs = tempfile::tempdir().unwrap();
        let config = ApiConfig { listen: own_address(), pod_logs: logs.path().to_owned(), service_block: 77 };
        let server = start(config).await.unwrap();
        let mut config = kube::Config::new(server.url.parse().unwrap());
        config.default_retry = false;
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::try_from(config).unwrap();
        Self { server, client, logs }
    }

    pub fn dynamic(&self, api_version: &str, kind: &str, namespace: &str) -> Api<DynamicObject> {
        Api::namespaced_with(self.client.clone(), namespace, &resource(api_version, kind))
    }

    pub fn cluster(&self, api_version: &str, kind: &str) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &resource(api_version, kind))
    }

    /// A pod on a node, with an address, as the node would leave it.
    pub async fn running_pod(&self, name: &str, address: &str) -> Api<Pod> {
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), "default");
        let pod = json!({
            "metadata": {"name": name},
            "spec": {"nodeName": "n1", "containers": [{"name": "c", "image": "x:1"}]},
        });
        pods.create(&PostParams::default(), &serde_json::from_value(pod).unwrap()).await.unwrap();
        let status = json!({"status": {"phase": "Running", "podIP": address}});
        pods.patch_status(name, &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
        pods
    }

    /// A plain GET: status code and JSON body.
    pub async fn get(&self, path: &str) -> (u16, Value) {
        let answer = reqwest::get(format!("{}{path}", self.server.url)).await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A plain POST: status code and JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.server.url)).json(body);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    pub async fn stop(self) {
        let url = self.server.url.clone();
        deadline(self.server.shutdown()).await;
        // A child that another test is just starting holds a copy of the socket until it runs its program.
        let address = url.trim_start_matches("http://");
        deadline(async {
            while tokio::net::TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// An address that no other test has, so that a port is never used again by somebody else.
fn own_address() -> SocketAddr {
    static NEXT: AtomicU8 = AtomicU8::new(1);
    let [low, high, ..] = std::process::id().to_le_bytes();
    let ip = Ipv4Addr::new(127, 252 + (high & 1), low, NEXT.fetch_add(1, Ordering::Relaxed));
    SocketAddr::from((ip, 0))
}

fn resource(api_version: &str, kind: &str) -> ApiResource {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

pub fn object(api_version: &str, kind: &str, name: &str, rest: Value) -> DynamicObject {
    let mut object = rest;
    object["apiVersion"] = json!(api_version);
    object["kind"] = json!(kind);
    object["metadata"] = if name.is_empty() { json!({}) } else { json!({"name": name}) };
    serde_json::from_value(object).unwrap()
}

pub fn deployment(name: &str, replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}},
        },
    })
}

pub fn widget_crd() -> Value {
    let spec = json!({
        "type": "object", "required": ["size"],
        "properties": {"size": {"type": "integer"}, "mode": {"type": "string", "default": "fast"}},
    });
    let schema = json!({"type": "object", "properties": {"spec": spec, "status": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"]},
            "versions": [{
                "name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema},
                "subresources": {"status": {}},
                "additionalPrinterColumns": [{"name": "Size", "type": "integer", "jsonPath": ".spec.size"}],
            }],
        },
    })
}

/// Code and reason of a refused request.
pub fn refusal<T: std::fmt::Debug>(result: Result<T, kube::Error>) -> (u16, String) {
    match result.unwrap_err() {
        kube::Error::Api(status) => (status.code, status.reason.clone()),
        other => panic!("not an answer of the API: {other}"),
    }
}

/// Nothing in these tests may take longer.
pub async fn deadline<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("took longer than 20 s")
}

/// Answers every request with 422 and its first line.
pub async fn http_server(address: &str) -> u16 {
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let count = stream.read(&mut buffer).await.unwrap();
            let text = String::from_utf8_lossy(&buffer[..count]).into_owned();
            let body = json!({"asked": text.lines().next().unwrap()}).to_string();
            let head = "HTTP/1.1 422 Unprocessable Entity\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    port
}
