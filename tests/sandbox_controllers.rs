//! Controllers against the sandbox's API, with a stand-in kubelet: objects and statuses as kubectl sees them.

#![cfg(feature = "sandbox")]

use std::process::Command;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use kube::{Api, Client, ResourceExt};
use serde_json::{Value, json};
use signoff::sandbox::{api, controllers};
use tokio::task::JoinSet;

const PATIENCE: Duration = Duration::from_secs(15);

struct Cluster {
    client: Client,
    server: api::ApiServer,
    _tasks: JoinSet<()>,
    temp: tempfile::TempDir,
}

impl Cluster {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let temp = tempfile::tempdir().unwrap();
        let listen = "127.0.0.1:0".parse().unwrap();
        let server = api::start(api::ApiConfig {
            listen,
            pod_logs: temp.path().into(),
            service_block: 77,
        })
        .await
        .unwrap();
        std::fs::write(temp.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        let client = Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
        let mut tasks = controllers::start(client.clone());
        tasks.spawn(kubelet(client.clone()));
        Self {
            client,
            server,
            _tasks: tasks,
            temp,
        }
    }

    fn api(&self, version: &str, kind: &str) -> Api<DynamicObject> {
        let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match kind {
            "Node" | "StorageClass" | "PersistentVolume" => {
                Api::all_with(self.client.clone(), &resource)
            }
            _ => Api::namespaced_with(self.client.clone(), "default", &resource),
        }
    }

    async fn create(&self, object: Value) {
        let text = |key: &str| object[key].as_str().unwrap().to_owned();
        let api = self.api(&text("apiVersion"), &text("kind"));
        api.create(
            &PostParams::default(),
            &serde_json::from_value(object).unwrap(),
        )
        .await
        .unwrap();
    }

    async fn patch(&self, version: &str, kind: &str, name: &str, patch: Value) {
        self.api(version, kind)
            .patch(name, &PatchParams::default(), &Patch::Merge(patch))
            .await
            .unwrap();
    }

    /// Looks at an object until `seen` accepts it.
    async fn until(
        &self,
        version: &str,
        kind: &str,
        name: &str,
        seen: impl Fn(&Value) -> bool,
    ) -> Value {
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

    async fn list(&self, version: &str, kind: &str) -> Vec<DynamicObject> {
        self.api(version, kind)
            .list(&ListParams::default())
            .await
            .unwrap()
            .items
    }

    async fn kubectl(&self, args: &str) -> String {
        let mut command = Command::new("kubectl");
        command
            .arg("--kubeconfig")
            .arg(self.temp.path().join("kubeconfig"))
            .args(args.split(' '));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "kubectl {args}: {text}{}",
            String::from_utf8_lossy(&output.stderr)
        );
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
                let _ = own
                    .delete(&pod.name_any(), &DeleteParams::default().grace_period(0))
                    .await;
            } else if pod
                .status
                .as_ref()
                .is_none_or(|status| status.pod_ip.is_none())
            {
                let image = pod.spec.as_ref().unwrap().containers[0]
                    .image
                    .clone()
                    .unwrap();
                let ready = if image.contains("broken") {
                    "False"
                } else {
                    "True"
                };
                address += 1;
                let at = k8s_openapi::jiff::Timestamp::now().to_string();
                let status = json!({"phase": "Running", "podIP": format!("127.77.1.{address}"),
                    "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": at}]});
                let patch = Patch::Merge(json!({"status": status}));
                let _ = own
                    .patch_status(&pod.name_any(), &PatchParams::default(), &patch)
                    .await;
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn workload(kind: &str, image: &str, more: Value) -> Value {
    let mut spec = json!({
        "selector": {"matchLabels": {"app": "x"}},
        "template": {"metadata": {"labels": {"app": "x"}}, "spec": {
            "containers": [{"name": "c", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]}},
    });
    spec.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "x", "namespace": "default"}, "spec": spec})
}

fn image(image: &str) -> Value {
    json!({"spec": {"template": {"spec": {"containers": [
        {"name": "c", "image": image, "ports": [{"name": "http", "containerPort": 8080}]}]}}}})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deployment_rolls_out_updates_scales_and_rolls_back() {
    let cluster = Cluster::start().await;
    cluster
        .create(workload("Deployment", "a:v1", json!({"replicas": 2})))
        .await;
    assert!(
        cluster
            .kubectl("rollout status deployment/x --timeout=15s")
            .await
            .contains("successfully rolled out")
    );
    let first = cluster
        .until("apps/v1", "Deployment", "x", |x| {
            x["status"]["availableReplicas"] == 2
        })
        .await;
    assert_eq!(
        first["metadata"]["annotations"]["deployment.kubernetes.io/revision"],
        "1"
    );
    assert_eq!(
        first["status"]["observedGeneration"],
        first["metadata"]["generation"]
    );

    cluster
        .patch("apps/v1", "Deployment", "x", image("a:v2"))
        .await;
    assert!(
        cluster
            .kubectl("rollout status deployment/x --timeout=15s")
            .await
            .contains("successfully rolled out")
    );
    let images: Vec<_> = cluster
        .list("v1", "Pod")
        .await
        .iter()
        .map(|pod| pod.data["spec"]["containers"][0]["image"].clone())
        .collect();
    assert!(
        images.iter().filter(|image| *image == "a:v2").count() == 2,
        "{images:?}"
    );

    cluster.kubectl("scale deployment/x --replicas=3").await;
    cluster
        .until("apps/v1", "Deployment", "x", |x| {
            x["status"]["availableReplicas"] == 3
        })
        .await;
    cluster.kubectl("rollout undo deployment/x").await;
    let third = cluster.until("apps/v1", "Deployment", "x", |x| {
        x["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"
    });
    third.await;
    cluster
        .kubectl("rollout status deployment/x --timeout=15s")
        .await;
    assert_eq!(cluster.list("apps/v1", "ReplicaSet").await.len(), 2);
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_update_keeps_the_old_pod_and_exceeds_its_deadline() {
    let cluster = Cluster::start().await;
    cluster
        .create(workload(
            "Deployment",
            "a:v1",
            json!({"progressDeadlineSeconds": 1}),
        ))
        .await;
    cluster
        .until("apps/v1", "Deployment", "x", |x| {
            x["status"]["availableReplicas"] == 1
        })
        .await;
    cluster
        .patch("apps/v1", "Deployment", "x", image("broken:v2"))
        .await;
    let late = |x: &Value| {
        x["status"]["conditions"].as_array().is_some_and(|all| {
            all.iter()
                .any(|one| one["reason"] == "ProgressDeadlineExceeded")
        })
    };
    let late = cluster.until("apps/v1", "Deployment", "x", late).await;
    assert_eq!(
        (
            &late["status"]["availableReplicas"],
            &late["status"]["updatedReplicas"]
        ),
        (&json!(1), &json!(1))
    );
    assert_eq!(late["status"]["unavailableReplicas"], 1);
    // A ready pod that is lost comes again.
    cluster
        .patch("apps/v1", "Deployment", "x", image("a:v1"))
        .await;
    cluster
        .kubectl("rollout status deployment/x --timeout=15s")
        .await;
    let pod = cluster.list("v1", "Pod").await[0].name_any();
    cluster
        .kubectl(&format!("delete pod {pod} --wait=false"))
        .await;
    cluster
        .kubectl("rollout status deployment/x --timeout=15s")
        .await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stateful_set_has_ordinals_claims_and_revisions() {
    let cluster = Cluster::start().await;
    let class = json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "block"}, "provisioner": "p"});
    cluster.create(class).await;
    let claim = |class: &str| {
        json!([{"metadata": {"name": "db"}, "spec": {"storageClassName": class,
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}}])
    };
    cluster
        .create(workload(
            "StatefulSet",
            "a:v1",
            json!({"replicas": 2, "serviceName": "x", "volumeClaimTemplates": claim("block")}),
        ))
        .await;
    cluster
        .kubectl("rollout status statefulset/x --timeout=15s")
        .await;
    let names: Vec<_> = cluster
        .list("v1", "Pod")
        .await
        .iter()
        .map(ResourceExt::name_any)
        .collect();
    assert_eq!(names, ["x-0", "x-1"]);
    let bound = cluster
        .until("v1", "PersistentVolumeClaim", "db-x-0", |x| {
            x["status"]["phase"] == "Bound"
        })
        .await;
    assert_eq!(bound["status"]["capacity"]["storage"], "1Gi");
    cluster
        .until(
            "v1",
            "PersistentVolume",
            bound["spec"]["volumeName"].as_str().unwrap(),
            |x| x["status"]["phase"] == "Bound",
        )
        .await;

    cluster
        .patch("apps/v1", "StatefulSet", "x", image("a:v2"))
        .await;
    cluster
        .kubectl("rollout status statefulset/x --timeout=15s")
        .await;
    cluster
        .until("apps/v1", "StatefulSet", "x", |x| {
            x["status"]["currentRevision"] == x["status"]["updateRevision"]
                && x["status"]["updatedReplicas"] == 2
        })
        .await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_of_a_missing_class_waits_and_says_so() {
    let cluster = Cluster::start().await;
    cluster.create(json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c", "namespace": "default"},
        "spec": {"storageClassName": "nope", "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})).await;
    let end = Instant::now() + PATIENCE;
    while !cluster
        .list("v1", "Event")
        .await
        .iter()
        .any(|event| event.data["reason"] == "ProvisioningFailed")
    {
        assert!(Instant::now() < end, "no event");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        cluster
            .kubectl("describe pvc c")
            .await
            .contains("storageclass.storage.k8s.io \"nope\" not found")
    );
    cluster
        .until("v1", "PersistentVolumeClaim", "c", |x| {
            x["status"]["phase"] == "Pending"
        })
        .await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_set_follows_nodes_and_a_service_follows_pods() {
    let cluster = Cluster::start().await;
    for node in ["n1", "n2"] {
        cluster
            .create(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}))
            .await;
    }
    cluster.create(json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "svc", "namespace": "default", "labels": {"team": "t"}},
        "spec": {"selector": {"app": "x"}, "ports": [{"name": "web", "port": 80, "targetPort": "http"}]}})).await;
    cluster
        .create(workload("DaemonSet", "a:v1", json!({})))
        .await;
    cluster
        .kubectl("rollout status daemonset/x --timeout=15s")
        .await;
    cluster
        .until("apps/v1", "DaemonSet", "x", |x| {
            x["status"]["numberAvailable"] == 2
        })
        .await;
    let both = |x: &Value| {
        x["subsets"][0]["addresses"]
            .as_array()
            .is_some_and(|all| all.len() == 2)
    };
    let endpoints = cluster.until("v1", "Endpoints", "svc", both).await;
    assert_eq!(
        endpoints["subsets"][0]["ports"][0],
        json!({"name": "web", "port": 8080, "protocol": "TCP"})
    );
    assert_eq!(endpoints["metadata"]["labels"]["team"], "t");
    let slices = cluster.list("discovery.k8s.io/v1", "EndpointSlice").await;
    assert_eq!(slices.len(), 1);
    assert_eq!(slices[0].data["endpoints"].as_array().unwrap().len(), 2);

    cluster.kubectl("delete node n2").await;
    cluster
        .until("apps/v1", "DaemonSet", "x", |x| {
            x["status"]["desiredNumberScheduled"] == 1 && x["status"]["numberAvailable"] == 1
        })
        .await;
    cluster
        .until("v1", "Endpoints", "svc", |x| {
            x["subsets"][0]["addresses"]
                .as_array()
                .is_some_and(|all| all.len() == 1)
        })
        .await;
    cluster.kubectl("delete service svc").await;
    cluster
        .until("v1", "Endpoints", "svc", Value::is_null)
        .await;
    cluster.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deleting_a_deployment_takes_its_pods_along() {
    let cluster = Cluster::start().await;
    cluster
        .create(workload("Deployment", "a:v1", json!({})))
        .await;
    cluster
        .until("apps/v1", "Deployment", "x", |x| {
            x["status"]["availableReplicas"] == 1
        })
        .await;
    cluster.kubectl("delete deployment x").await;
    let end = Instant::now() + PATIENCE;
    while !cluster.list("v1", "Pod").await.is_empty() {
        assert!(Instant::now() < end, "pods are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(cluster.list("apps/v1", "ReplicaSet").await.is_empty());
    cluster
        .until("v1", "ServiceAccount", "default", |x| !x.is_null())
        .await;
    cluster.server.shutdown().await;
}
