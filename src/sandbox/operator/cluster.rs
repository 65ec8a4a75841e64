//! The Kubernetes API as the operator uses it: objects as JSON.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::api::{Api, DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::core::{ApiResource, DynamicObject, GroupVersionKind};
use serde_json::{Value, json};

use super::assets::{Assets, Reference};
use super::kinds::resource;
use super::merge;
use super::object::{Object, given, list, text, texts};
use super::selector::Namespaces;

/// A client with the few verbs that are needed.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
}

/// What happened to an object that was applied.
#[derive(Debug, PartialEq)]
pub enum Applied {
    /// It did not exist.
    Created,
    /// It was different.
    Updated,
    /// It already was as wanted.
    Unchanged,
    /// It is being deleted and waits for a finalizer: nothing can be written.
    Terminating,
}

impl Cluster {
    /// Around a client.
    pub fn new(client: kube::Client) -> Self {
        Cluster { client }
    }

    /// The client itself, for watches.
    pub fn client(&self) -> kube::Client {
        self.client.clone()
    }

    /// All objects of a VM kind in all namespaces, by namespace and name.
    pub async fn list(&self, kind: &str) -> Result<Vec<Object>> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource(kind));
        let found = api.list(&ListParams::default()).await;
        let found = found.with_context(|| format!("cannot list {kind} objects"))?;
        let mut objects: Vec<Object> = found.items.into_iter().map(Object::from).collect();
        objects.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        Ok(objects)
    }

    /// One object of a VM kind, if it exists.
    pub async fn get(&self, kind: &str, namespace: &str, name: &str) -> Result<Option<Object>> {
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &resource(kind));
        let found = api.get_opt(name).await;
        Ok(found.with_context(|| format!("cannot get {kind} {namespace}/{name}"))?.map(Object::from))
    }

    /// All namespaces with their labels.
    pub async fn namespaces(&self) -> Result<Namespaces> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &core("Namespace"));
        let found = api.list(&ListParams::default()).await.context("cannot list namespaces")?;
        let labels = |object: DynamicObject| {
            (object.metadata.name.unwrap_or_default(), object.metadata.labels.unwrap_or_default())
        };
        Ok(found.items.into_iter().map(labels).collect())
    }

    /// Merge-patches an object of a VM kind.
    pub async fn patch(&self, kind: &str, object: &Object, patch: &Value) -> Result<()> {
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &object.namespace, &resource(kind));
        let patched = api.patch(&object.name, &PatchParams::default(), &Patch::Merge(patch)).await;
        patched.with_context(|| format!("cannot patch {kind} {}", object.key()))?;
        Ok(())
    }

    /// Replaces the status of an object of a VM kind.
    pub async fn set_status(&self, kind: &str, object: &Object, status: &Value) -> Result<()> {
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &object.namespace, &resource(kind));
        // A JSON patch of the whole status, so that fields which went away do go away.
        let patch: json_patch::Patch =
            serde_json::from_value(json!([{"op": "add", "path": "/status", "value": status}]))?;
        let patch: Patch<()> = Patch::Json(patch);
        let patched = api.patch_status(&object.name, &PatchParams::default(), &patch).await;
        patched.with_context(|| format!("cannot update the status of {kind} {}", object.key()))?;
        Ok(())
    }

    /// Creates or updates; `force` writes also when no difference can be seen.
    pub async fn apply(&self, wanted: &Value, force: bool) -> Result<Applied> {
        let api = self.api_for(wanted);
        let name = text(&wanted["metadata"], "name");
        let what = format!("{} {name}", text(wanted, "kind"));
        let Some(live) = api.get_opt(name).await.with_context(|| format!("cannot get {what}"))? else {
            let created = api.create(&PostParams::default(), &serde_json::from_value(wanted.clone())?).await;
            created.with_context(|| format!("cannot create {what}"))?;
            return Ok(Applied::Created);
        };
        if live.metadata.deletion_timestamp.is_some() {
            return Ok(Applied::Terminating);
        }
        let live = serde_json::to_value(live)?;
        if text(wanted, "kind") == "PersistentVolumeClaim" {
            return self.grow(&api, &live, wanted).await;
        }
        if !force && merge::covers(wanted, &live) {
            return Ok(Applied::Unchanged);
        }
        let merged = merge::onto(&live, wanted);
        if is_same_but_version(&merged, &live) {
            return Ok(Applied::Unchanged);
        }
        let merged: DynamicObject = serde_json::from_value(merged)?;
        let replaced = api.replace(name, &PostParams::default(), &merged).await;
        replaced.with_context(|| format!("cannot update {what}"))?;
        Ok(Applied::Updated)
    }

    /// Of a claim only the requested size can change.
    async fn grow(&self, api: &Api<DynamicObject>, live: &Value, wanted: &Value) -> Result<Applied> {
        let size = |claim: &Value| claim.pointer("/spec/resources/requests/storage").cloned();
        if size(live) == size(wanted) {
            return Ok(Applied::Unchanged);
        }
        let patch = json!({"spec": {"resources": {"requests": {"storage": size(wanted)}}}});
        let name = text(&wanted["metadata"], "name");
        let patched = api.patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await;
        patched.with_context(|| format!("cannot expand PersistentVolumeClaim {name}"))?;
        Ok(Applied::Updated)
    }

    /// The live object of the same kind, namespace and name.
    pub async fn live(&self, object: &Value) -> Result<Option<Value>> {
        let found = self.api_for(object).get_opt(text(&object["metadata"], "name")).await?;
        Ok(found.map(serde_json::to_value).transpose()?)
    }

    /// Deletes an object, first taking our finalizer off it. Absence is fine.
    pub async fn delete(&self, object: &Value, parameters: &DeleteParams) -> Result<()> {
        self.release(object).await?;
        match self.api_for(object).delete(text(&object["metadata"], "name"), parameters).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes our finalizer off an object, so that it can be deleted. Absence is fine.
    pub async fn release(&self, object: &Value) -> Result<()> {
        let Some(live) = self.live(object).await? else { return Ok(()) };
        let held = list(&live["metadata"], "finalizers");
        let kept: Vec<&Value> = held.iter().filter(|f| **f != super::kinds::FINALIZER).collect();
        if kept.len() < held.len() {
            let patch = json!({"metadata": {"finalizers": kept}});
            let name = text(&live["metadata"], "name");
            let patched = self.api_for(object).patch(name, &PatchParams::default(), &Patch::Merge(&patch)).await;
            patched.with_context(|| format!("cannot release {} {name}", text(object, "kind")))?;
        }
        Ok(())
    }

    /// Live objects of the kind of `like` in its namespace that match `labels`.
    pub async fn find(&self, like: &Value, labels: &BTreeMap<String, String>) -> Result<Vec<Value>> {
        let selector: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let found = self.api_for(like).list(&ListParams::default().labels(&selector.join(","))).await?;
        found.items.into_iter().map(|object| Ok(serde_json::to_value(object)?)).collect()
    }

    /// Merge-patches any object.
    pub async fn patch_any(&self, object: &Value, patch: &Value) -> Result<()> {
        let name = text(&object["metadata"], "name");
        self.api_for(object).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await?;
        Ok(())
    }

    /// Creates an object.
    pub async fn create(&self, object: &Value) -> Result<()> {
        self.api_for(object).create(&PostParams::default(), &serde_json::from_value(object.clone())?).await?;
        Ok(())
    }

    /// Reads Secrets and ConfigMaps into `assets`.
    pub async fn fetch(&self, references: BTreeSet<Reference>, assets: &mut Assets) -> Result<()> {
        for reference in references {
            let (kind, namespace, name) = match &reference {
                Reference::Secret(namespace, name) => ("Secret", namespace, name),
                Reference::ConfigMap(namespace, name) => ("ConfigMap", namespace, name),
            };
            let content = self.content(kind, namespace, name).await?;
            assets.insert(reference, content);
        }
        Ok(())
    }

    /// The texts in a Secret or ConfigMap, or `None` where it does not exist.
    pub async fn content(&self, kind: &str, namespace: &str, name: &str) -> Result<Option<BTreeMap<String, String>>> {
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), namespace, &core(kind));
        let Some(object) = api.get_opt(name).await? else { return Ok(None) };
        let mut data = texts(&object.data, "data");
        if kind == "Secret" {
            for value in data.values_mut() {
                let Ok(bytes) = STANDARD.decode(value.as_bytes()) else {
                    bail!("{kind} {namespace}/{name} is not base64")
                };
                *value = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        Ok(Some(data))
    }

    fn api_for(&self, object: &Value) -> Api<DynamicObject> {
        let kind = text(object, "kind");
        let (group, version) = text(object, "apiVersion").split_once('/').unwrap_or(("", text(object, "apiVersion")));
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind));
        match given(&object["metadata"], "namespace").and_then(Value::as_str) {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }
}

fn core(kind: &str) -> ApiResource {
    ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", kind))
}

fn is_same_but_version(merged: &Value, live: &Value) -> bool {
    let strip = |value: &Value| {
        let mut value = value.clone();
        if let Some(fields) = value["metadata"].as_object_mut() {
            for field in ["resourceVersion", "managedFields", "generation"] {
                fields.remove(field);
            }
        }
        value
    };
    strip(merged) == strip(live)
}
