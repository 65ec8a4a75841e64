//! The operator on the embedded API with its controllers; a stand-in for the kubelet calls every pod ready.

use std::time::Duration;

use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Options, run};
use crate::sandbox::{api, controllers, scenario};

const NAMESPACE: &str = "observability";

/// A cluster that ends with this value.
struct Lab {
    client: kube::Client,
    _server: api::ApiServer,
    _tasks: JoinSet<()>,
    _logs: tempfile::TempDir,
}

impl Lab {
    /// Addresses 127.`block`.0.x; blocks above 250 are never taken by a sandbox.
    async fn start(block: u8) -> Lab {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let logs = tempfile::tempdir().unwrap();
        let listen = format!("127.{block}.0.1:6443").parse().unwrap();
        let config = api::ApiConfig { listen, pod_logs: logs.path().into(), service_block: block };
        let server = api::start(config).await.unwrap();
        let client = kube::Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
        let mut tasks = controllers::start(client.clone());
        tasks.spawn(call_pods_ready(client.clone()));
        scenario::apply(&client, scenario::named("done-right").unwrap(), "127.0.0.1:9").await.unwrap();
        let options = Options {
            metrics: format!("127.{block}.0.2:8080").parse().unwrap(),
            health: format!("127.{block}.0.2:8081").parse().unwrap(),
            ready_timeout: Duration::from_secs(3),
            kubernetes_api_server: Some(server.url.clone()),
            ..Options::default()
        };
        let operator = client.clone();
        tasks.spawn(async move { run(operator, options).await.unwrap() });
        Lab { client, _server: server, _tasks: tasks, _logs: logs }
    }

    fn api(&self, version: &str, kind: &str) -> Api<DynamicObject> {
        namespaced(&self.client, version, kind, NAMESPACE)
    }

    fn vm(&self, kind: &str) -> Api<DynamicObject> {
        self.api("operator.victoriametrics.com/v1beta1", kind)
    }

    async fn get(&self, version: &str, kind: &str, name: &str) -> Value {
        let found = self.api(version, kind).get_opt(name).await.unwrap();
        serde_json::to_value(found).unwrap()
    }

    /// Looks until `holds`, for 20 s at most.
    async fn until(&self, what: &str, version: &str, kind: &str, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let seen = self.get(version, kind, name).await;
            if holds(&seen) {
                return seen;
            }
            assert!(Instant::now() < deadline, "{what}: last seen {seen}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn until_status(&self, kind: &str, name: &str, status: &str) -> Value {
        let version = "operator.victoriametrics.com/v1beta1";
        let is = |object: &Value| object["status"]["updateStatus"] == status;
        self.until(&format!("{kind} {name} is {status}"), version, kind, name, is).await
    }

    async fn patch(&self, kind: &str, name: &str, patch: Value) {
        self.vm(kind).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    }

    async fn create(&self, kind: &str, name: &str, spec: Value) {
        let object = json!({"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": kind,
            "metadata": {"name": name}, "spec": spec});
        self.vm(kind).create(&PostParams::default(), &serde_json::from_value(object).unwrap()).await.unwrap();
    }
}

fn namespaced(client: &kube::Client, version: &str, kind: &str, namespace: &str) -> Api<DynamicObject> {
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
    Api::namespaced_with(client.clone(), namespace, &resource)
}

/// Every pod is ready at once, but for images named `does-not-exist`; what is deleted goes at once.
async fn call_pods_ready(client: kube::Client) {
    let resource = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "Pod"));
    let all: Api<DynamicObject> = Api::all_with(client.clone(), &resource);
    loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let Ok(pods) = all.list(&ListParams::default()).await else { continue };
        for pod in pods {
            let (name, namespace) = (pod.metadata.name.unwrap(), pod.metadata.namespace.unwrap());
            let api = namespaced(&client, "v1", "Pod", &namespace);
            if pod.metadata.deletion_timestamp.is_some() {
                let _ = api.delete(&name, &DeleteParams::default().grace_period(0)).await;
            } else if pod.data["status"]["phase"] != "Running"
                && !pod.data["spec"].to_string().contains("does-not-exist")
            {
                let now = jiff::Timestamp::now().to_string();
                let ready = json!({"type": "Ready", "status": "True", "lastTransitionTime": now});
                let status = json!({"status": {"phase": "Running", "podIP": "127.0.0.9", "conditions": [ready]}});
                let _ = api.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await;
            }
        }
    }
}

const RULES: (&str, &str, &str) = ("v1", "ConfigMap", "vm-vmalert-rulefiles-0");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scenario_becomes_operational_and_rules_are_rendered_at_once_but_removed_late() {
    let lab = Lab::start(251).await;
    for (kind, name) in [("VMSingle", "vmsingle"), ("VMAgent", "vmagent"), ("VMAlert", "vmalert")] {
        lab.until_status(kind, name, "operational").await;
    }
    lab.until_status("VMAlertmanager", "vmalertmanager", "operational").await;
    lab.until_status("VMRule", "cluster-health", "operational").await;
    lab.until_status("VMServiceScrape", "vmsingle-vmsingle", "operational").await;

    let group = json!({"name": "g", "rules": [{"alert": "A", "expr": "vector(1)"}]});
    lab.create("VMRule", "new", json!({"groups": [group]})).await;
    let (version, kind, name) = RULES;
    let file = "observability-new.yaml";
    lab.until("the rule's file", version, kind, name, |map| map["data"].get(file).is_some()).await;
    lab.patch("VMRule", "new", json!({"spec": {"groups": []}})).await;
    lab.until("the empty file", version, kind, name, |map| map["data"][file] == "groups: []\n").await;
    lab.vm("VMRule").delete("new", &DeleteParams::default()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(lab.get(version, kind, name).await["data"].get(file).is_some(), "only the resync removes a deleted rule");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rollout_that_takes_too_long_ends_operational_and_a_refused_spec_failed() {
    let lab = Lab::start(252).await;
    lab.until_status("VMSingle", "vmsingle", "operational").await;
    lab.patch("VMSingle", "vmsingle", json!({"spec": {"image": {"tag": "does-not-exist"}}})).await;
    lab.until_status("VMSingle", "vmsingle", "expanding").await;
    let seen = lab.until_status("VMSingle", "vmsingle", "operational").await;
    assert_eq!(seen["status"]["observedGeneration"], seen["metadata"]["generation"]);
    let deployment = lab.get("apps/v1", "Deployment", "vmsingle-vmsingle").await;
    assert_ne!(deployment["status"]["availableReplicas"], 1);

    lab.create("VMAlertmanager", "story", json!({"storage": {"storageClassName": "ceph-block"}})).await;
    let seen = lab.until_status("VMAlertmanager", "story", "failed").await;
    assert!(seen["status"]["reason"].as_str().unwrap().ends_with("resources[storage]: Required value"));
    assert!(lab.get("apps/v1", "StatefulSet", "vmalertmanager-story").await.is_null());
    assert!(lab.get("v1", "Service", "vmalertmanager-story").await.is_object());

    lab.vm("VMSingle").delete("vmsingle", &DeleteParams::default()).await.unwrap();
    lab.until("the Deployment is gone", "apps/v1", "Deployment", "vmsingle-vmsingle", Value::is_null).await;
    assert!(
        lab.get("v1", "PersistentVolumeClaim", "vmsingle-vmsingle").await.is_object(),
        "data outlives the VMSingle"
    );
}
