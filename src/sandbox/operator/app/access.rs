//! Service accounts and the rights of vmagent and Alertmanager's sidecar.

use serde_json::{Value, json};

use super::{Application, pod};
use crate::sandbox::operator::object::text;

/// The account, unless the spec names one of its author's.
pub fn account(application: &Application) -> Option<Value> {
    let own = text(application.spec(), "serviceAccountName").is_empty();
    own.then(
        || json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": application.metadata(&application.name())}),
    )
}

/// What vmagent may read in the whole cluster. Secrets of all namespaces are among it at this version.
pub fn cluster(application: &Application) -> [Value; 2] {
    let name = format!("monitoring:{}:{}", application.object.namespace, application.name());
    let mut metadata = application.metadata(&name);
    if let Some(fields) = metadata.as_object_mut() {
        // A namespaced object cannot own one of the cluster; these are removed by hand.
        fields.remove("ownerReferences");
        fields.remove("namespace");
    }
    let read = ["get", "list", "watch"];
    let core = [
        "nodes",
        "nodes/metrics",
        "nodes/proxy",
        "services",
        "endpoints",
        "pods",
        "configmaps",
        "namespaces",
        "secrets",
    ];
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata,
        "rules": [
            {"apiGroups": ["discovery.k8s.io"], "verbs": read, "resources": ["endpointslices"]},
            {"apiGroups": [""], "verbs": read, "resources": core},
            {"apiGroups": ["networking.k8s.io", "extensions"], "verbs": read, "resources": ["ingresses"]},
            {"nonResourceURLs": ["/metrics", "/metrics/resources", "/metrics/slis"], "verbs": read},
            {"apiGroups": ["route.openshift.io", "image.openshift.io"], "verbs": ["get"],
                "resources": ["routers/metrics", "registry/metrics"]},
        ],
    });
    [role, binding(application, metadata, "ClusterRole", &name)]
}

/// What the sidecar of Alertmanager may read: Secrets of its namespace.
pub fn secrets(application: &Application) -> [Value; 2] {
    let metadata = application.metadata(&application.name());
    let role = json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata,
        "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"]}],
    });
    [role, binding(application, metadata, "Role", &application.name())]
}

fn binding(application: &Application, metadata: Value, kind: &str, name: &str) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": format!("{kind}Binding"), "metadata": metadata,
        "subjects": [{"kind": "ServiceAccount", "name": pod::account(application), "namespace": application.object.namespace}],
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name},
    })
}
