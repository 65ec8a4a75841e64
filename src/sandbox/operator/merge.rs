//! Whether a live object already is what is wanted, and what to write when it is not.

use serde_json::{Map, Value};

use super::object::{given, list, text};

/// Fields that must be equal as a whole: something that is no longer wanted must go.
const EXACT: [&str; 4] = ["data", "rules", "subjects", "args"];

/// Whether every field that `wanted` gives has the same value in `live`. What only `live` has is a default of the API.
pub fn covers(wanted: &Value, live: &Value) -> bool {
    match (wanted, live) {
        (Value::Object(wanted), _) => wanted.iter().all(|(key, value)| {
            let other = live.get(key).unwrap_or(&Value::Null);
            if EXACT.contains(&key.as_str()) {
                return is_same(value, other);
            }
            covers(value, other)
        }),
        (Value::Array(wanted), Value::Array(live)) => {
            wanted.len() == live.len() && wanted.iter().zip(live).all(|(wanted, live)| covers(wanted, live))
        }
        (wanted, live) => is_same(wanted, live),
    }
}

fn is_same(wanted: &Value, live: &Value) -> bool {
    wanted == live || is_zero(wanted) && is_zero(live)
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Number(value) => value.as_f64() == Some(0.0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
    }
}

/// The object to write in place of `live`: what is wanted, with what others have put on it.
pub fn onto(live: &Value, wanted: &Value) -> Value {
    let mut out = wanted.clone();
    let mut metadata = live["metadata"].clone();
    for field in ["labels", "annotations"] {
        let merged = union(&live["metadata"][field], &wanted["metadata"][field]);
        if !merged.is_empty() {
            metadata[field] = merged.into();
        }
    }
    let mut finalizers = list(&live["metadata"], "finalizers").to_vec();
    for finalizer in list(&wanted["metadata"], "finalizers") {
        if !finalizers.contains(finalizer) {
            finalizers.push(finalizer.clone());
        }
    }
    if !finalizers.is_empty() {
        metadata["finalizers"] = finalizers.into();
    }
    if let Some(owners) = given(&wanted["metadata"], "ownerReferences") {
        metadata["ownerReferences"] = owners.clone();
    }
    out["metadata"] = metadata;
    if let Some(status) = given(live, "status") {
        out["status"] = status.clone();
    }
    keep_assigned(live, &mut out);
    out
}

/// Keeps what the API or a person has set: addresses of a Service, annotations of a pod template (restarts).
fn keep_assigned(live: &Value, out: &mut Value) {
    if text(live, "kind") == "Service" || text(out, "kind") == "Service" {
        for field in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] {
            if let Some(value) = given(&live["spec"], field).filter(|_| given(&out["spec"], field).is_none()) {
                out["spec"][field] = value.clone();
            }
        }
    }
    let path = "/spec/template/metadata/annotations";
    if let Some(annotations) = live.pointer(path) {
        let wanted = out.pointer(path).cloned().unwrap_or_default();
        out["spec"]["template"]["metadata"]["annotations"] = union(annotations, &wanted).into();
    }
}

fn union(live: &Value, wanted: &Value) -> Map<String, Value> {
    let mut merged = live.as_object().cloned().unwrap_or_default();
    merged.extend(wanted.as_object().cloned().unwrap_or_default());
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn defaults_of_the_api_are_no_difference() {
        let wanted = json!({"spec": {"replicas": 1, "template": {"spec": {"securityContext": {}, "containers": [{"name": "a"}]}}}});
        let live = json!({"spec": {"replicas": 1, "progressDeadlineSeconds": 600,
            "template": {"spec": {"containers": [{"name": "a", "terminationMessagePath": "/dev/termination-log"}]}}}});
        assert!(covers(&wanted, &live));
    }

    #[test]
    fn a_changed_field_is_a_difference() {
        assert!(!covers(&json!({"spec": {"replicas": 1}}), &json!({"spec": {"replicas": 0}})));
        assert!(!covers(&json!({"selector": {"a": "b"}}), &json!({"selector": {"a": "c"}})));
    }

    #[test]
    fn a_removed_rule_file_or_argument_is_a_difference() {
        assert!(!covers(&json!({"data": {"a": "1"}}), &json!({"data": {"a": "1", "b": "2"}})));
        assert!(!covers(&json!({"args": ["-a"]}), &json!({"args": ["-a", "-b"]})));
    }

    #[test]
    fn what_others_put_on_an_object_is_kept() {
        let live = json!({"kind": "Service", "metadata": {"name": "s", "resourceVersion": "7", "labels": {"x": "y"}, "finalizers": ["other"]},
            "spec": {"clusterIP": "10.0.0.1", "selector": {"a": "edited"}}});
        let wanted = json!({"kind": "Service", "metadata": {"name": "s", "labels": {"app": "a"}, "finalizers": ["ours"]},
            "spec": {"selector": {"a": "b"}}});
        let merged = onto(&live, &wanted);
        assert_eq!(merged["metadata"]["resourceVersion"], "7");
        assert_eq!(merged["metadata"]["labels"], json!({"x": "y", "app": "a"}));
        assert_eq!(merged["metadata"]["finalizers"], json!(["other", "ours"]));
        assert_eq!(merged["spec"], json!({"selector": {"a": "b"}, "clusterIP": "10.0.0.1"}));
    }

    #[test]
    fn a_restart_by_hand_is_not_undone() {
        let live = json!({"metadata": {}, "spec": {"template": {"metadata": {"annotations": {"restartedAt": "now"}}}}});
        let merged = onto(&live, &json!({"metadata": {}, "spec": {"template": {"metadata": {"labels": {"a": "b"}}}}}));
        assert_eq!(merged["spec"]["template"]["metadata"]["annotations"]["restartedAt"], "now");
    }
}
