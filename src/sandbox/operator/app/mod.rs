//! What is made for each application object: Services, accounts, claims, workloads.
//!
//! Everything here is a pure function from an object's spec to Kubernetes objects, as operator v0.66.1 makes them.

mod access;
mod agent;
mod agent_args;
mod alert;
mod alertmanager;
mod args;
mod defaults;
mod pod;
mod service;
mod single;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

pub use agent::{ASSETS_FOLDER as AGENT_ASSETS_FOLDER, CONFIG_KEY as AGENT_CONFIG_KEY};
pub use agent::{relabeling as agent_relabeling, scrapes as agent_scrapes};
pub use alertmanager::{CONFIG_KEY as ALERTMANAGER_CONFIG_KEY, check_claims, config_secret_name};

use super::kinds::{App, FINALIZER, GROUP, VERSION};
use super::object::{Object, texts};
use super::options::Images;

/// An application object with its defaults filled in.
#[derive(Debug, Clone)]
pub struct Application {
    /// Which application.
    pub app: App,
    /// The object; its spec has defaults.
    pub object: Object,
    /// Image of its sidecar.
    reloader: String,
}

/// What is made for an application, in the order in which it is made.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Made {
    /// Everything but the workloads.
    pub support: Vec<Value>,
    /// Deployments, StatefulSets or DaemonSets, whose rollout is waited for.
    pub workloads: Vec<Value>,
}

impl Application {
    /// Fills the defaults into `object`'s spec.
    pub fn new(app: App, mut object: Object, images: &Images) -> Self {
        object.spec = defaults::fill(app, object.spec, images);
        Application { app, object, reloader: images.reloader.clone() }
    }

    /// All objects for it. `rule_maps` are the names of a VMAlert's rule ConfigMaps.
    ///
    /// # Errors
    /// When the API would refuse the workload for a reason that the spec alone shows.
    pub fn make(&self, rule_maps: &[String]) -> Result<Made> {
        match self.app {
            App::Single => Ok(single::make(self)),
            App::Agent => Ok(agent::make(self)),
            App::Alert => Ok(alert::make(self, rule_maps)),
            App::Alertmanager => alertmanager::make(self),
        }
    }

    /// Name of its workload, Service and account: `vmagent-<name>`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.app.prefix(), self.object.name)
    }

    /// The spec with defaults.
    pub fn spec(&self) -> &Value {
        &self.object.spec
    }

    /// Labels that select its pods.
    pub fn selector(&self) -> BTreeMap<String, String> {
        [
            ("app.kubernetes.io/component", "monitoring"),
            ("app.kubernetes.io/instance", self.object.name.as_str()),
            ("app.kubernetes.io/name", self.app.prefix()),
            ("managed-by", "vm-operator"),
        ]
        .map(|(key, value)| (key.to_string(), value.to_string()))
        .into()
    }

    /// The selector as one text, as VMAgent's status shows it.
    pub fn selector_text(&self) -> String {
        let pairs: Vec<String> = self.selector().iter().map(|(k, v)| format!("{k}={v}")).collect();
        pairs.join(",")
    }

    /// `spec.<field>.labels` under the selector's labels, which win.
    fn labels_with(&self, field: &str) -> BTreeMap<String, String> {
        let mut labels = self.spec().get(field).map(|meta| texts(meta, "labels")).unwrap_or_default();
        labels.extend(self.selector());
        labels
    }

    /// Metadata of something made for it.
    pub fn metadata(&self, name: &str) -> Value {
        let mut metadata = json!({
            "name": name,
            "namespace": self.object.namespace,
            "labels": self.labels_with("managedMetadata"),
            "ownerReferences": [self.owner()],
            "finalizers": [FINALIZER],
        });
        let annotations = self.spec().get("managedMetadata").map(|meta| texts(meta, "annotations"));
        if let Some(annotations) = annotations.filter(|annotations| !annotations.is_empty()) {
            metadata["annotations"] = json!(annotations);
        }
        metadata
    }

    /// The owner reference that makes the garbage collector remove what was made for it.
    pub fn owner(&self) -> Value {
        json!({
            "apiVersion": format!("{GROUP}/{VERSION}"),
            "kind": self.app.kind(),
            "name": self.object.name,
            "uid": self.object.uid,
            "controller": true,
            "blockOwnerDeletion": true,
        })
    }
}
