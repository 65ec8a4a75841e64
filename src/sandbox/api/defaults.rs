//! Values that the real server fills in on built-in kinds, as far as others rely on them.

use serde_json::{Value, json};

use super::kind::Kind;
use super::object;
use super::store::State;
use pod::{pod, template};
use service::service;

mod pod;
mod service;

/// Fills in what is absent (k8s.io/kubernetes, pkg/apis/*/v1/defaults.go).
pub(super) fn fill(state: &State, kind: &Kind, before: Option<&Value>, object: &mut Value) {
    let creating = before.is_none();
    match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "namespaces") => namespace(object, creating),
        ("", "services") => service(state, before, object),
        ("", "pods") => pod(object, creating),
        ("", "persistentvolumeclaims") => claim(state, object, creating),
        ("", "persistentvolumes") => {
            default(object, "spec.persistentVolumeReclaimPolicy", json!("Retain"));
            default(object, "spec.volumeMode", json!("Filesystem"));
            start_status(object, creating, &json!({"phase": "Pending"}));
        }
        ("", "secrets") => secret(object),
        ("apps", "deployments") => deployment(object),
        ("apps", "statefulsets") => stateful_set(object),
        ("apps", "daemonsets") => daemon_set(object),
        ("apps", "replicasets") => {
            default(object, "spec.replicas", json!(1));
            template(object);
        }
        ("batch", "jobs") => job(object),
        ("storage.k8s.io", "storageclasses") => {
            default(object, "reclaimPolicy", json!("Delete"));
            default(object, "volumeBindingMode", json!("Immediate"));
        }
        _ => {}
    }
}

fn default(object: &mut Value, path: &str, value: Value) {
    if object::at(object, path).is_none_or(Value::is_null) {
        object::set_at(object, path, value);
    }
}

fn start_status(object: &mut Value, creating: bool, status: &Value) {
    if creating {
        for (name, value) in status.as_object().into_iter().flatten() {
            default(object, &format!("status.{name}"), value.clone());
        }
    }
}

fn namespace(object: &mut Value, creating: bool) {
    let name = object::name(object).to_owned();
    object::section(&mut object["metadata"], "labels").insert("kubernetes.io/metadata.name".into(), json!(name));
    if creating {
        default(object, "spec.finalizers", json!(["kubernetes"]));
    }
    start_status(object, creating, &json!({"phase": "Active"}));
}

fn deployment(object: &mut Value) {
    default(object, "spec.replicas", json!(1));
    default(object, "spec.strategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/strategy/type") == "RollingUpdate" {
        default(object, "spec.strategy.rollingUpdate.maxUnavailable", json!("25%"));
        default(object, "spec.strategy.rollingUpdate.maxSurge", json!("25%"));
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    default(object, "spec.progressDeadlineSeconds", json!(600));
    template(object);
}

fn stateful_set(object: &mut Value) {
    default(object, "spec.replicas", json!(1));
    default(object, "spec.podManagementPolicy", json!("OrderedReady"));
    default(object, "spec.updateStrategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        default(object, "spec.updateStrategy.rollingUpdate.partition", json!(0));
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    default(object, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted", json!("Retain"));
    default(object, "spec.persistentVolumeClaimRetentionPolicy.whenScaled", json!("Retain"));
    let claims = object.pointer_mut("/spec/volumeClaimTemplates").and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        default(claim, "kind", json!("PersistentVolumeClaim"));
        default(claim, "apiVersion", json!("v1"));
        default(claim, "spec.volumeMode", json!("Filesystem"));
        default(claim, "status.phase", json!("Pending"));
    }
    template(object);
}

fn daemon_set(object: &mut Value) {
    default(object, "spec.updateStrategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        default(object, "spec.updateStrategy.rollingUpdate.maxUnavailable", json!(1));
        default(object, "spec.updateStrategy.rollingUpdate.maxSurge", json!(0));
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    template(object);
}

fn job(object: &mut Value) {
    default(object, "spec.parallelism", json!(1));
    default(object, "spec.completions", json!(1));
    default(object, "spec.backoffLimit", json!(6));
    default(object, "spec.completionMode", json!("NonIndexed"));
    default(object, "spec.suspend", json!(false));
    template(object);
}

fn claim(state: &State, object: &mut Value, creating: bool) {
    default(object, "spec.volumeMode", json!("Filesystem"));
    let classless = object.pointer("/spec/storageClassName").is_none();
    if let Some(class) = default_class(state).filter(|_| creating && classless) {
        object::set_at(object, "spec.storageClassName", json!(class));
    }
    start_status(object, creating, &json!({"phase": "Pending"}));
}

/// The storage class that is marked as the default.
fn default_class(state: &State) -> Option<String> {
    const MARK: &str = "storageclass.kubernetes.io/is-default-class";
    let marked = |class: &Value| class.pointer("/metadata/annotations").is_some_and(|a| a[MARK] == "true");
    let mut classes = state.list("storage.k8s.io", "storageclasses", None);
    classes.find(|(_, class)| marked(class)).map(|(key, _)| key.name.clone())
}

/// `stringData` is written into `data`, as the real server does.
fn secret(object: &mut Value) {
    use base64::Engine;
    default(object, "type", json!("Opaque"));
    let plain = object.as_object_mut().and_then(|o| o.shift_remove("stringData"));
    for (name, value) in plain.as_ref().and_then(Value::as_object).into_iter().flatten() {
        let encoded = base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        object::section(object, "data").insert(name.clone(), json!(encoded));
    }
}
