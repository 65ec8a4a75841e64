//! Built-in objects against their Go types' fields: what is unknown is pruned, what has the wrong type is refused.
//!
//! The types are those of k8s-openapi; a field that does not survive reading and writing again is unknown.

use k8s_openapi::api::{
    apps::v1 as apps, batch::v1 as batch, coordination::v1 as coordination, core::v1 as core,
    discovery::v1 as discovery, networking::v1 as networking, policy::v1 as policy, rbac::v1 as rbac,
    scheduling::v1 as scheduling, storage::v1 as storage,
};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1 as extensions;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::kind::Kind;
use super::status::Failure;

/// Prunes unknown fields of a built-in object and returns their paths (`spec.replica`).
///
/// # Errors
/// 400 where a field has the wrong type.
pub(super) fn prune(kind: &Kind, object: &mut Value) -> Result<Vec<String>, Failure> {
    quantities(object);
    let typed = match again(kind, object) {
        None => return Ok(Vec::new()),
        Some(Ok(typed)) => typed,
        Some(Err(error)) => {
            return Err(Failure::bad_request(format!(
                "{0} in version {1:?} cannot be handled as a {0}: {error}",
                kind.kind, kind.version
            )));
        }
    };
    let mut unknown = Vec::new();
    compare(object, &typed, "", &mut unknown);
    Ok(unknown)
}

fn again(kind: &Kind, object: &Value) -> Option<Result<Value, serde_json::Error>> {
    Some(match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => through::<core::Namespace>(object),
        ("", "Node") => through::<core::Node>(object),
        ("", "Pod") => through::<core::Pod>(object),
        ("", "Service") => through::<core::Service>(object),
        ("", "Endpoints") => through::<core::Endpoints>(object),
        ("", "ConfigMap") => through::<core::ConfigMap>(object),
        ("", "Secret") => through::<core::Secret>(object),
        ("", "Event") => through::<core::Event>(object),
        ("", "PersistentVolume") => through::<core::PersistentVolume>(object),
        ("", "PersistentVolumeClaim") => through::<core::PersistentVolumeClaim>(object),
        ("", "ServiceAccount") => through::<core::ServiceAccount>(object),
        ("apps", "Deployment") => through::<apps::Deployment>(object),
        ("apps", "StatefulSet") => through::<apps::StatefulSet>(object),
        ("apps", "DaemonSet") => through::<apps::DaemonSet>(object),
        ("apps", "ReplicaSet") => through::<apps::ReplicaSet>(object),
        ("apps", "ControllerRevision") => through::<apps::ControllerRevision>(object),
        ("batch", "Job") => through::<batch::Job>(object),
        ("batch", "CronJob") => through::<batch::CronJob>(object),
        ("discovery.k8s.io", "EndpointSlice") => through::<discovery::EndpointSlice>(object),
        ("storage.k8s.io", "StorageClass") => through::<storage::StorageClass>(object),
        ("rbac.authorization.k8s.io", "Role") => through::<rbac::Role>(object),
        ("rbac.authorization.k8s.io", "RoleBinding") => through::<rbac::RoleBinding>(object),
        ("rbac.authorization.k8s.io", "ClusterRole") => through::<rbac::ClusterRole>(object),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding") => through::<rbac::ClusterRoleBinding>(object),
        ("networking.k8s.io", "Ingress") => through::<networking::Ingress>(object),
        ("networking.k8s.io", "NetworkPolicy") => through::<networking::NetworkPolicy>(object),
        ("coordination.k8s.io", "Lease") => through::<coordination::Lease>(object),
        ("policy", "PodDisruptionBudget") => through::<policy::PodDisruptionBudget>(object),
        ("scheduling.k8s.io", "PriorityClass") => through::<scheduling::PriorityClass>(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => through::<extensions::CustomResourceDefinition>(object),
        _ => return None,
    })
}

fn through<T: DeserializeOwned + Serialize>(object: &Value) -> Result<Value, serde_json::Error> {
    T::deserialize(object).and_then(|typed| serde_json::to_value(&typed))
}

/// Drops what `typed` has not; a null is as good as absent.
fn compare(value: &mut Value, typed: &Value, path: &str, unknown: &mut Vec<String>) {
    match (value, typed) {
        (Value::Object(map), Value::Object(known)) => {
            map.retain(|name, inner| {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match known.get(name) {
                    Some(typed) => {
                        compare(inner, typed, &path, unknown);
                        true
                    }
                    None => {
                        if !inner.is_null() {
                            unknown.push(path);
                        }
                        false
                    }
                }
            });
        }
        (Value::Array(items), Value::Array(known)) => {
            for (index, (item, typed)) in items.iter_mut().zip(known).enumerate() {
                compare(item, typed, &format!("{path}[{index}]"), unknown);
            }
        }
        _ => {}
    }
}

/// Quantities may be given as numbers and are kept as text (`cpu: 1` becomes `"1"`).
fn quantities(value: &mut Value) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map.iter_mut() {
                let holds = matches!(
                    name.as_str(),
                    "limits" | "requests" | "capacity" | "allocatable" | "allocatedResources" | "hard" | "overhead"
                );
                match inner {
                    Value::Object(list) if holds => list.values_mut().for_each(as_text),
                    Value::Number(_) if matches!(name.as_str(), "sizeLimit" | "divisor") => as_text(inner),
                    _ => quantities(inner),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(quantities),
        _ => {}
    }
}

fn as_text(value: &mut Value) {
    if let Value::Number(number) = value {
        *value = Value::String(number.to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::api::registry::Registry;

    fn pruned(group: &str, plural: &str, mut object: Value) -> (Value, Result<Vec<String>, String>) {
        let kind = Registry::new().any(group, plural).unwrap();
        let unknown = prune(&kind, &mut object).map_err(|f| f.message);
        (object, unknown)
    }

    #[test]
    fn unknown_fields_are_named_with_their_place_and_dropped() {
        let object =
            json!({"spec": {"replica": 1, "template": {"spec": {"containers": [{"name": "a", "imagee": "x"}]}}}});
        let (object, unknown) = pruned("apps", "deployments", object);
        assert_eq!(unknown.unwrap(), ["spec.replica", "spec.template.spec.containers[0].imagee"]);
        assert_eq!(object, json!({"spec": {"template": {"spec": {"containers": [{"name": "a"}]}}}}));
    }

    #[test]
    fn what_users_name_themselves_is_not_unknown() {
        let object = json!({"metadata": {"labels": {"any": "x"}}, "data": {"k": "v"}});
        assert_eq!(pruned("", "configmaps", object.clone()), (object, Ok(vec![])));
        let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"a": {"type": "string", "default": "x"}}});
        let object = json!({"spec": {"group": "g", "names": {"kind": "K", "plural": "ks"}, "scope": "Cluster", "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}});
        assert_eq!(pruned("apiextensions.k8s.io", "customresourcedefinitions", object.clone()), (object, Ok(vec![])));
    }

    #[test]
    fn numbers_are_good_quantities_but_text_is_no_number() {
        let pod =
            json!({"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": 1, "memory": "1Gi"}}}]}});
        let (object, unknown) = pruned("", "pods", pod);
        assert!(unknown.unwrap().is_empty());
        assert_eq!(object["spec"]["containers"][0]["resources"]["limits"], json!({"cpu": "1", "memory": "1Gi"}));
        let (_, refused) = pruned("apps", "deployments", json!({"spec": {"replicas": "two"}}));
        let refused = refused.unwrap_err();
        assert!(refused.starts_with(r#"Deployment in version "v1" cannot be handled as a Deployment: "#), "{refused}");
    }
}
