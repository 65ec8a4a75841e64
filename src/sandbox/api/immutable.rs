//! Fields of built-in kinds that may not change after creation (those that operators stumble over).

use serde_json::Value;

use super::kind::Kind;
use super::object;
use super::status::Cause;

/// What changed and may not.
pub(super) fn check(kind: &Kind, before: &Value, after: &Value) -> Vec<Cause> {
    let fixed = |path: &str, why: &str| {
        let value = |o: &Value| object::at(o, path).cloned().unwrap_or(Value::Null);
        (value(before) != value(after)).then(|| Cause::invalid(path, &value(after), why))
    };
    let found = match (kind.group.as_str(), kind.plural.as_str()) {
        ("apps", "deployments" | "daemonsets" | "replicasets") => {
            vec![fixed("spec.selector", "field is immutable")]
        }
        ("apps", "statefulsets") => stateful_set(before, after),
        ("", "services") if object::text(after, "/spec/type") != "ExternalName" => {
            let given = !object::text(before, "/spec/clusterIP").is_empty();
            vec![fixed("spec.clusterIP", "may not change once set").filter(|_| given)]
        }
        ("", "pods") => vec![pod(before, after)],
        ("", "persistentvolumeclaims") => vec![claim(before, after)],
        ("", "configmaps" | "secrets") => frozen(before, after),
        ("batch", "jobs") => {
            vec![fixed("spec.template", "field is immutable"), fixed("spec.selector", "field is immutable")]
        }
        ("storage.k8s.io", "storageclasses") => {
            vec![fixed("provisioner", "field is immutable"), fixed("parameters", "field is immutable")]
        }
        ("rbac.authorization.k8s.io", "rolebindings" | "clusterrolebindings") => {
            vec![fixed("roleRef", "cannot change roleRef")]
        }
        _ => Vec::new(),
    };
    found.into_iter().flatten().collect()
}

fn stateful_set(before: &Value, after: &Value) -> Vec<Option<Cause>> {
    const MUTABLE: &[&str] = &[
        "replicas",
        "ordinals",
        "template",
        "updateStrategy",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
        "minReadySeconds",
    ];
    let rest = |o: &Value| {
        let mut spec = o.get("spec").cloned().unwrap_or(Value::Null);
        if let Value::Object(map) = &mut spec {
            map.retain(|name, _| !MUTABLE.contains(&name.as_str()));
        }
        spec
    };
    let changed = rest(before) != rest(after);
    let message = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
    vec![changed.then(|| Cause::new("FieldValueForbidden", "spec", message.to_owned()))]
}

/// What is marked as immutable stays so, with its content.
fn frozen(before: &Value, after: &Value) -> Vec<Option<Cause>> {
    let is_frozen = |object: &Value| object["immutable"] == true;
    let differs = |field: &str| match field {
        "immutable" => !is_frozen(after),
        _ => before.get(field) != after.get(field),
    };
    let message = "Forbidden: field is immutable when `immutable` is set";
    let cause = |field: &str| Cause::new("FieldValueForbidden", field, message.to_owned());
    let fields = ["immutable", "data", "binaryData"].into_iter().filter(|_| is_frozen(before));
    fields.map(|field| differs(field).then(|| cause(field))).collect()
}

/// A pod's spec without what may change: images, deadlines, tolerations, and the node, which is set once.
fn pod(before: &Value, after: &Value) -> Option<Cause> {
    let unbound = object::text(before, "/spec/nodeName").is_empty();
    let rest = |pod: &Value| {
        let mut spec = pod.get("spec").cloned().unwrap_or(Value::Null);
        if let Value::Object(map) = &mut spec {
            map.retain(|name, _| {
                let changes =
                    matches!(name.as_str(), "activeDeadlineSeconds" | "tolerations" | "terminationGracePeriodSeconds");
                !(changes || (unbound && name == "nodeName"))
            });
        }
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
                container.as_object_mut().and_then(|c| c.shift_remove("image"));
            }
        }
        spec
    };
    let message = "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    (rest(before) != rest(after)).then(|| Cause::new("FieldValueForbidden", "spec", message.to_owned()))
}

/// A claim's spec without its size and, until it is bound, its volume.
fn claim(before: &Value, after: &Value) -> Option<Cause> {
    let unbound = object::text(before, "/spec/volumeName").is_empty();
    let rest = |claim: &Value| {
        let mut spec = claim.get("spec").cloned().unwrap_or(Value::Null);
        if let Value::Object(map) = &mut spec {
            map.retain(|name, _| {
                let changes = matches!(name.as_str(), "resources" | "volumeAttributesClassName");
                !(changes || (unbound && name == "volumeName"))
            });
        }
        spec
    };
    let message = "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    (rest(before) != rest(after)).then(|| Cause::new("FieldValueForbidden", "spec", message.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::sandbox::api::registry::Registry;

    fn refused(group: &str, plural: &str, before: Value, after: Value) -> Vec<String> {
        let kind = Registry::new().any(group, plural).unwrap();
        check(&kind, &before, &after).into_iter().map(|c| c.field).collect()
    }

    #[test]
    fn a_pod_gets_its_node_once_and_other_images_any_time() {
        let pod = |node: &str, image: &str| json!({"spec": {"nodeName": node, "containers": [{"name": "a", "image": image}]}});
        let unbound = json!({"spec": {"containers": [{"name": "a", "image": "x"}]}});
        assert!(refused("", "pods", unbound, pod("n1", "y")).is_empty());
        assert_eq!(refused("", "pods", pod("n1", "x"), pod("n2", "x")), ["spec"]);
    }

    #[test]
    fn a_claim_can_be_bound_and_grow_but_not_change_its_class() {
        let claim = |class: &str, volume: Value, size: &str| json!({"spec": {"storageClassName": class, "volumeName": volume, "resources": {"requests": {"storage": size}}}});
        let pending = json!({"spec": {"storageClassName": "a", "resources": {"requests": {"storage": "1Gi"}}}});
        assert!(refused("", "persistentvolumeclaims", pending.clone(), claim("a", json!("pv"), "2Gi")).is_empty());
        assert_eq!(refused("", "persistentvolumeclaims", pending, claim("b", json!("pv"), "1Gi")), ["spec"]);
        assert_eq!(
            refused("", "persistentvolumeclaims", claim("a", json!("pv"), "1Gi"), claim("a", json!("pw"), "1Gi")),
            ["spec"]
        );
    }

    #[test]
    fn a_frozen_map_keeps_its_content_and_stays_frozen() {
        let map = |content: &str, immutable: Value| json!({"data": {"a": content}, "immutable": immutable});
        assert!(refused("", "configmaps", map("1", json!(null)), map("2", json!(true))).is_empty());
        assert!(refused("", "configmaps", map("1", json!(true)), map("1", json!(true))).is_empty());
        assert_eq!(refused("", "configmaps", map("1", json!(true)), map("2", json!(null))), ["immutable", "data"]);
        assert_eq!(refused("", "secrets", map("1", json!(true)), map("2", json!(true))), ["data"]);
    }

    #[test]
    fn a_stateful_set_keeps_its_claim_templates() {
        let set = |size: &str, replicas: u8| json!({"spec": {"replicas": replicas, "volumeClaimTemplates": [{"size": size}]}});
        assert!(refused("apps", "statefulsets", set("1", 1), set("1", 2)).is_empty());
        assert_eq!(refused("apps", "statefulsets", set("1", 1), set("2", 1)), ["spec"]);
    }
}
