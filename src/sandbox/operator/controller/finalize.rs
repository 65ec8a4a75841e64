//! Takes finalizers off when an application is deleted, and removes what a changed spec no longer asks for.

use anyhow::Result;
use kube::api::DeleteParams;
use serde_json::{Value, json};

use super::Operator;
use crate::sandbox::operator::app::Application;
use crate::sandbox::operator::kinds::{App, FINALIZER, GROUP, VERSION};
use crate::sandbox::operator::object::{flag, text};

/// Kinds of what is made for an application, in its namespace.
const KINDS: [(&str, &str); 10] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("v1", "Secret"),
    ("v1", "ConfigMap"),
    ("v1", "PersistentVolumeClaim"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
];

/// Releases everything made for a deleted application, then the application itself. The garbage collector does the rest.
pub async fn run(operator: &Operator, application: &Application) -> Result<()> {
    let cluster = &operator.cluster;
    let object = &application.object;
    for (version, kind) in KINDS {
        let like = json!({"apiVersion": version, "kind": kind, "metadata": {"namespace": object.namespace}});
        for mut made in cluster.find(&like, &application.selector()).await? {
            made["apiVersion"] = json!(version);
            made["kind"] = json!(kind);
            cluster.release(&made).await?;
            if kind == "PersistentVolumeClaim" && !flag(application.spec(), "removePvcAfterDelete") {
                // Data outlives the application.
                cluster.patch_any(&made, &json!({"metadata": {"ownerReferences": null}})).await?;
            }
        }
    }
    if application.app == App::Alert {
        let like = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"namespace": object.namespace}});
        let labels = [("vmalert-name".to_string(), object.name.clone())].into();
        for mut map in cluster.find(&like, &labels).await? {
            map["apiVersion"] = json!("v1");
            map["kind"] = json!("ConfigMap");
            cluster.release(&map).await?;
        }
    }
    if application.app == App::Agent {
        let name = format!("monitoring:{}:{}", object.namespace, application.name());
        for kind in ["ClusterRoleBinding", "ClusterRole"] {
            let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": kind, "metadata": {"name": name}});
            cluster.delete(&role, &DeleteParams::default()).await?;
        }
    }
    let kept: Vec<&String> = object.finalizers.iter().filter(|f| *f != FINALIZER).collect();
    cluster.patch(application.app.kind(), object, &json!({"metadata": {"finalizers": kept}})).await
}

/// Deletes workloads of the application that its spec no longer asks for (fewer shards, another mode), and its
/// self-scrape when that was switched off.
pub async fn remove_orphans(operator: &Operator, application: &Application, wanted: &[Value]) -> Result<()> {
    let cluster = &operator.cluster;
    let namespace = &application.object.namespace;
    for kind in ["Deployment", "StatefulSet", "DaemonSet"] {
        let like = json!({"apiVersion": "apps/v1", "kind": kind, "metadata": {"namespace": namespace}});
        for mut live in cluster.find(&like, &application.selector()).await? {
            live["apiVersion"] = json!("apps/v1");
            live["kind"] = json!(kind);
            let name = text(&live["metadata"], "name");
            let is_wanted = |w: &Value| text(w, "kind") == kind && text(&w["metadata"], "name") == name;
            if !wanted.iter().any(is_wanted) {
                cluster.delete(&live, &DeleteParams::default()).await?;
            }
        }
    }
    if flag(application.spec(), "disableSelfServiceScrape") {
        let scrape = json!({"apiVersion": format!("{GROUP}/{VERSION}"), "kind": "VMServiceScrape",
            "metadata": {"name": application.name(), "namespace": namespace}});
        cluster.delete(&scrape, &DeleteParams::default()).await?;
    }
    Ok(())
}
