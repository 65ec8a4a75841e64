//! Objects, processes and pages of a sandbox, changed as `kubectl`, `kill` and `curl` would.

use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use kube::api::{ApiResource, DeleteParams, DynamicObject, EvictParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::{Api, ResourceExt};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::sandbox::Sandbox;

/// An application whose pods are not ready goes only after the operator's running pass, which waits for them for up to 80 s.
const PATIENCE: Duration = Duration::from_secs(120);

/// Kind and `namespace/name`, or name alone for what has no namespace.
pub type Name<'a> = (&'a str, &'a str);

pub const VMSINGLE: Name<'_> = ("VMSingle", "observability/vmsingle");
pub const VMAGENT: Name<'_> = ("VMAgent", "observability/vmagent");
pub const VMALERT: Name<'_> = ("VMAlert", "observability/vmalert");

impl Sandbox {
    /// The objects of a kind in a namespace; `""` for a kind without.
    pub fn api(&self, kind: &str, namespace: &str) -> Api<DynamicObject> {
        let (group, version) = match kind {
            "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" => ("apps", "v1"),
            "ExternalSecret" | "ClusterSecretStore" => ("external-secrets.io", "v1"),
            "StorageClass" => ("storage.k8s.io", "v1"),
            "CustomResourceDefinition" => ("apiextensions.k8s.io", "v1"),
            "Kustomization" => ("kustomize.toolkit.fluxcd.io", "v1"),
            "HelmRelease" => ("helm.toolkit.fluxcd.io", "v2"),
            "ServiceMonitor" | "PodMonitor" => ("monitoring.coreos.com", "v1"),
            "GitRepository" | "OCIRepository" => ("source.toolkit.fluxcd.io", "v1"),
            _ if kind.starts_with("VM") => ("operator.victoriametrics.com", "v1beta1"),
            _ => ("", "v1"),
        };
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        if namespace.is_empty() {
            Api::all_with(self.client.clone(), &resource)
        } else {
            Api::namespaced_with(self.client.clone(), namespace, &resource)
        }
    }

    pub async fn get(&self, (kind, path): Name<'_>) -> Value {
        let (namespace, name) = split(path);
        serde_json::to_value(self.api(kind, namespace).get(name).await.unwrap()).unwrap()
    }

    /// Merges `patch` into the object; gives the object as it was, for [`Sandbox::restore`].
    pub async fn patch(&self, object: Name<'_>, patch: Value) -> Value {
        let was = self.get(object).await;
        let (namespace, name) = split(object.1);
        let patch = Patch::Merge(patch);
        self.api(object.0, namespace).patch(name, &PatchParams::default(), &patch).await.unwrap();
        was
    }

    /// Merges `status` into the object's, as its controller would.
    pub async fn patch_status(&self, (kind, path): Name<'_>, status: Value) {
        let (namespace, name) = split(path);
        let patch = Patch::Merge(json!({"status": status}));
        self.api(kind, namespace).patch_status(name, &PatchParams::default(), &patch).await.unwrap();
    }

    /// Deletes an object and waits until it is gone; gives it as it was.
    pub async fn delete(&self, object: Name<'_>) -> Value {
        let was = self.get(object).await;
        let (namespace, name) = split(object.1);
        let api = self.api(object.0, namespace);
        api.delete(name, &DeleteParams::default()).await.unwrap();
        let end = Instant::now() + PATIENCE;
        while api
            .get_opt(name)
            .await
            .unwrap()
            .is_some_and(|left| left.uid().as_deref() == was["metadata"]["uid"].as_str())
        {
            assert!(Instant::now() < end, "{} {} stays", object.0, object.1);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        was
    }

    /// Makes an object again what it was: its labels and its spec, or all of it where it was deleted.
    pub async fn restore(&self, was: &Value) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &was["metadata"];
        let (name, namespace) = (text(&metadata["name"]), text(&metadata["namespace"]));
        let api = self.api(&text(&was["kind"]), &namespace);
        let end = Instant::now() + PATIENCE;
        loop {
            let mut new = was.clone();
            for key in ["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"] {
                new["metadata"].as_object_mut().unwrap().remove(key);
            }
            let result = match api.get_opt(&name).await.unwrap() {
                Some(now) => {
                    new["metadata"]["resourceVersion"] = json!(now.resource_version());
                    api.replace(&name, &PostParams::default(), &serde_json::from_value(new).unwrap()).await
                }
                None => api.create(&PostParams::default(), &serde_json::from_value(new).unwrap()).await,
            };
            match result {
                Ok(_) => return,
                Err(error) => assert!(Instant::now() < end, "{name} cannot be restored: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// The youngest pod whose name starts so and that is not on its way out: `observability/vmsingle-`.
    pub async fn pod(&self, start: &str) -> Value {
        let (namespace, start) = split(start);
        let pods = self.api("Pod", namespace).list(&ListParams::default()).await.unwrap().items;
        let stays =
            |pod: &&DynamicObject| pod.name_any().starts_with(start) && pod.metadata.deletion_timestamp.is_none();
        let youngest = pods.iter().filter(stays).max_by_key(|pod| pod.creation_timestamp());
        serde_json::to_value(youngest.unwrap_or_else(|| panic!("no pod {namespace}/{start}*"))).unwrap()
    }

    /// Evicts the youngest pod of that name, as a drain does, and waits until it is gone.
    pub async fn evict_pod(&self, start: &str) {
        let (namespace, _) = split(start);
        let name = self.pod(start).await["metadata"]["name"].as_str().unwrap().to_owned();
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), namespace);
        pods.evict(&name, &EvictParams::default()).await.unwrap();
        self.until_true("the evicted pod goes", async || pods.get_opt(&name).await.unwrap().is_none()).await;
    }

    /// Deletes the youngest pod of that name, and waits until it is gone.
    pub async fn delete_pod(&self, start: &str) {
        let pod = self.pod(start).await;
        let (namespace, _) = split(start);
        self.delete(("Pod", &format!("{namespace}/{}", pod["metadata"]["name"].as_str().unwrap()))).await;
    }

    /// Gives an application new pods by way of its template: unlike a deleted pod's successor, a pod of a new template
    /// starts only when the old one has ended, where both write to one volume.
    pub async fn roll(&self, object: Name<'_>) {
        let stamp = json!({"drilled": jiff::Timestamp::now().to_string()});
        self.patch(object, json!({"spec": {"podMetadata": {"annotations": stamp}}})).await;
    }

    /// The process of a container of that pod, once it runs.
    pub async fn pid(&self, start: &str, container: &str) -> Pid {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(pid) = pid_of(&self.pod(start).await, container) {
                return pid;
            }
            assert!(Instant::now() < end, "{container} of {start} does not run");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Sends a signal to a container of that pod.
    pub async fn signal(&self, start: &str, container: &str, signal: Signal) {
        kill_process(self.pid(start, container).await, signal).unwrap();
    }

    /// Closes all nodes to new pods, or opens them again; gives their number.
    pub async fn cordon(&self, closed: bool) -> usize {
        let nodes = self.api("Node", "").list(&ListParams::default()).await.unwrap().items;
        for node in &nodes {
            self.patch(("Node", &node.name_any()), json!({"spec": {"unschedulable": closed}})).await;
        }
        nodes.len()
    }

    /// Makes a stand-in misbehave: `500`, `hang`, `garbage`, `stop`; `ok` mends it.
    pub async fn fault(&self, start: &str, port: u16, mode: &str) {
        let pod = self.pod(start).await;
        let url = format!("http://{}:{port}/-/fault?mode={mode}", pod["status"]["podIP"].as_str().unwrap());
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .get(url)
            .send()
            .await
            .unwrap()
            .error_for_status()
            .unwrap();
    }
}

/// The process of a pod's container, if it runs.
fn pid_of(pod: &Value, container: &str) -> Option<Pid> {
    let pid = &pod["metadata"]["annotations"][format!("sandbox.signoff.dev/pid.{container}")];
    Pid::from_raw(pid.as_str()?.parse().ok()?)
}

/// Namespace and name.
fn split(path: &str) -> (&str, &str) {
    path.split_once('/').unwrap_or(("", path))
}
