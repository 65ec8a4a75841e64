//! A cluster for one test: API, controllers, and a stand-in kubelet.

use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use signoff::sandbox::{api, controllers};
use tokio::task::JoinSet;

pub const PATIENCE: Duration = Duration::from_secs(15);

pub struct Cluster {
    pub client: Client,
    pub server: api::ApiServer,
    _tasks: JoinSet<()>,
    temp: tempfile::TempDir,
}

impl Cluster {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let temp = tempfile::tempdir().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let server =
            api::start(api::ApiConfig { listen, pod_logs: temp.path().into(), service_block: 77 }).await.unwrap();
        std::fs::write(temp.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        let client = Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
        let mut tasks = controllers::start(client.clone());
        tasks.spawn(kubelet(client.clone()));
        Self { client, server, _tasks: tasks, temp }
    }

    pub fn api(&self, version: &str, kind: &str) -> Api<DynamicObject> {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match kind {
            "Node" | "StorageClass" | "PersistentVolume" => Api::all_with(self.client.clone(), &resource),
            _ => Api::namespaced_with(self.client.clone(), "default", &resource),
        }
    }

    pub async fn create(&self, object: Value) {
        let text = |key: &str| object[key].as_str().unwrap().to_owned();
        let api = self.api(&text("apiVersion"), &text("kind"));
        api.create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
    }

    pub async fn patch(&self, version: &str, kind: &str, name: &str, patch: Value) {
        self.api(version, kind).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }

    /// Looks at an object until `seen` accepts it.
    pub async fn until(&self, version: &str, kind: &str, name: &str, seen: impl Fn(&Value) -> bool) -> Value {
        let (api, end) = (self.api(version, kind), Instant::now() + PATIENCE);
        loop {
            let object = api
                .get_opt(name)
                .await
                .unwrap()
                .map(|object| serde_json::to_value(object).unwrap())
                .unwrap_or_default();
            if seen(&object) {
                return object;
            }
            assert!(Instant::now() < end, "{kind} {name} stays\n{object:#}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn list(&self, version: &str, kind: &str) -> Vec<DynamicObject> {
        self.api(version, kind).list(&ListParams::default()).await.unwrap().items
    }

    pub async fn kubectl(&self, args: &str) -> String {
        let mut command = Command::new("kubectl");
        command.arg("--kubeconfig").arg(self.temp.path().join("kubeconfig")).args(args.split(' '));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "kubectl {args}: {text}{}", String::from_utf8_lossy(&output.stderr));
        text
    }
}

/// Runs every pod whose image is not `broken`, and ends those that are to go.
async fn kubelet(client: Client) {
    let pods: Api<Pod> = Api::all(client.clone());
    let mut address = 0;
    loop {
        for pod in pods.list(&ListParams::default()).await.unwrap() {
            let own: Api<Pod> = Api::namespaced(client.clone(), &pod.namespace().unwrap());
            if pod.metadata.deletion_timestamp.is_some() {
                let _ = own.delete(&pod.name_any(), &DeleteParams::default().grace_period(0)).await;
            } else if pod.status.as_ref().is_none_or(|status| status.pod_ip.is_none()) {
                let image = pod.spec.as_ref().unwrap().containers[0].image.clone().unwrap();
                let ready = if image.contains("broken") { "False" } else { "True" };
                address += 1;
                let at = k8s_openapi::jiff::Timestamp::now().to_string();
                let status = json!({"phase": "Running", "podIP": format!("127.77.1.{address}"),
                    "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at}]});
                let patch = Patch::Merge(json!({"status": status}));
                let _ = own.patch_status(&pod.name_any(), &PatchParams::default(), &patch).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub fn workload(kind: &str, image: &str, more: Value) -> Value {
    let mut spec = json!({
        "selector": {"matchLabels": {"app": "x"}},
        "template": {"metadata": {"labels": {"app": "x"}}, "spec": {
            "containers": [{"name": "c", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]}},
    });
    spec.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "x", "namespace": "default"}, "spec": spec})
}

pub fn image(image: &str) -> Value {
    json!({"spec": {"template": {"spec": {"containers": [
        {"name": "c", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]}}}})
}
