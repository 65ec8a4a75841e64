//! Deployment and removal on the embedded API with its controllers; a stand-in for operator and kubelet calls all ready.

use std::collections::BTreeSet;
use std::time::Duration;

use kube::api::{Api, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::key::Key;
use super::{Options, record, run};
use crate::sandbox::{api, controllers, scenario};

const SCENARIO: &str = "done-right";

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
        let tasks = controllers::start(client.clone());
        Lab { client, _server: server, _tasks: tasks, _logs: logs }
    }

    async fn create(&self, object: Value) {
        let (api, _) = scenario::api(&self.client, &object);
        api.create(&PostParams::default(), &serde_json::from_value(object.clone()).unwrap()).await.unwrap();
    }

    async fn get(&self, object: &Value) -> Option<Value> {
        let (api, name) = scenario::api(&self.client, object);
        api.get_opt(name).await.unwrap().map(|found| serde_json::to_value(found).unwrap())
    }

    /// All objects of a kind, `namespace/name`.
    async fn names(&self, group: &str, version: &str, kind: &str) -> BTreeSet<String> {
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        let all = Api::<DynamicObject>::all_with(self.client.clone(), &resource).list(&ListParams::default()).await;
        let name = |one: DynamicObject| {
            format!("{}/{}", one.metadata.namespace.unwrap_or_default(), one.metadata.name.unwrap_or_default())
        };
        all.unwrap().items.into_iter().map(name).collect()
    }
}

fn options(within: u64, remove: bool) -> Options {
    Options {
        kubeconfig: "unused".into(),
        scenario: SCENARIO.into(),
        sink: None,
        within: Duration::from_secs(within),
        without_operator: false,
        remove,
    }
}

fn storage_class() -> Value {
    json!({"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "ceph-block"},
        "provisioner": "somebody.else"})
}

fn dns() -> Value {
    let labels = json!({"k8s-app": "kube-dns"});
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "coredns", "namespace": "kube-system"},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels},
            "spec": {"containers": [{"name": "coredns", "image": "localhost/own:1"}]}}}})
}

fn namespace(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
}

/// Nothing runs here, so a deployment never becomes ready; what it applies and says is seen all the same.
async fn deployed(lab: &Lab) -> String {
    format!("{:#}", run(lab.client.clone(), &options(1, false)).await.unwrap_err())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_there_before_is_neither_changed_nor_removed() {
    let lab = Lab::start(253).await;
    for object in [storage_class(), dns()] {
        lab.create(object).await;
    }
    let told = deployed(&lab).await;
    assert!(told.contains("not ready after 1 s") && told.contains("VMSingle observability/vmsingle"), "{told}");
    assert!(!told.contains("coredns"), "another's workload is not waited for: {told}");
    assert_eq!(lab.get(&storage_class()).await.unwrap()["provisioner"], "somebody.else");
    assert_eq!(lab.get(&dns()).await.unwrap()["spec"]["template"]["spec"]["containers"][0]["image"], "localhost/own:1");
    let recorded = record::read(&lab.client, SCENARIO).await.unwrap();
    let all: BTreeSet<Key> = scenario::named(SCENARIO).unwrap().manifests("x:1").unwrap().iter().map(Key::of).collect();
    let others = [Key::of(&namespace("kube-system")), Key::of(&storage_class()), Key::of(&dns())];
    assert_eq!(recorded.union(&BTreeSet::from(others.clone())).cloned().collect::<BTreeSet<_>>(), all);
    assert!(others.iter().all(|key| !recorded.contains(key)));

    deployed(&lab).await;
    assert_eq!(record::read(&lab.client, SCENARIO).await.unwrap(), recorded, "a second time changes nothing");

    // Made later, in a namespace that the deployment made.
    let theirs =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "theirs", "namespace": "databases"}});
    lab.create(theirs.clone()).await;
    run(lab.client.clone(), &options(60, true)).await.unwrap();
    for object in [namespace("kube-system"), storage_class(), dns(), theirs, namespace("databases")] {
        assert!(lab.get(&object).await.is_some(), "{object} was removed");
    }
    let namespaces = lab.names("", "v1", "Namespace").await;
    assert!(!namespaces.contains("/observability") && !namespaces.contains("/rook-ceph"), "{namespaces:?}");
    assert_eq!(lab.names("apps", "v1", "Deployment").await, BTreeSet::from(["kube-system/coredns".to_owned()]));
    assert!(lab.names("apiextensions.k8s.io", "v1", "CustomResourceDefinition").await.is_empty());
    let left = record::read(&lab.client, SCENARIO).await.unwrap();
    assert_eq!(left, BTreeSet::from([Key::of(&namespace("databases"))]), "what was kept can be removed another time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_that_is_there_is_used_and_anothers_stack_is_left_alone() {
    let lab = Lab::start(254).await;
    lab.create(namespace("vm")).await;
    let labels = json!({"app": "operator"});
    lab.create(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "operator", "namespace": "vm"},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": {"containers":
            [{"name": "operator", "image": "quay.io/victoriametrics/operator:v0.67.0"}]}}}}))
        .await;
    deployed(&lab).await;
    let deployments = lab.names("apps", "v1", "Deployment").await;
    assert!(deployments.contains("vm/operator") && deployments.contains("flux-system/source-controller"));
    assert!(!deployments.contains("observability/victoria-metrics-operator"), "{deployments:?}");

    // Whoever takes the label off has taken the object over.
    let rule = json!({"apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule",
        "metadata": {"name": "cluster-health", "namespace": "observability"}});
    let (api, name) = scenario::api(&lab.client, &rule);
    let patch = json!({"metadata": {"labels": {super::LABEL: null}}});
    api.patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.unwrap();
    let told = deployed(&lab).await;
    assert!(told.contains("nothing was deployed") && told.contains("VMRule observability/cluster-health"), "{told}");
    run(lab.client.clone(), &options(60, true)).await.unwrap();
    assert!(lab.get(&rule).await.is_some(), "another's object was removed");
    let definitions = lab.names("apiextensions.k8s.io", "v1", "CustomResourceDefinition").await;
    assert_eq!(
        definitions,
        BTreeSet::from(["/vmrules.operator.victoriametrics.com".to_owned()]),
        "its definition is kept"
    );
}
