//! Variables as the kubelet resolves them.

use serde_json::json;

use super::*;

struct Fixed;

impl Lookup for Fixed {
    fn config_map(&self, name: &str) -> Option<ConfigMap> {
        (name == "settings").then(|| serde_json::from_value(json!({"data": {"level": "info"}})).unwrap())
    }
    fn secret(&self, name: &str) -> Option<Secret> {
        // "s3cr3t" in base64.
        (name == "keys").then(|| serde_json::from_value(json!({"data": {"token": "czNjcjN0"}})).unwrap())
    }
}

fn resolve_env(env: serde_json::Value) -> Result<Vec<(String, String)>, String> {
    let pod: Pod = serde_json::from_value(json!({
        "metadata": {"name": "p-0", "namespace": "observability", "labels": {"app": "x"}}
    }))
    .unwrap();
    let container: Container = serde_json::from_value(json!({"name": "c", "env": env})).unwrap();
    let fields = Fields { pod: &pod, ip: "127.20.1.5".to_owned(), host_ip: "127.20.0.11".to_owned() };
    resolve(&container, &fields, &Fixed)
}

#[test]
fn values_come_from_fields_config_maps_and_secrets() {
    let vars = resolve_env(json!([
        {"name": "A_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
        {"name": "B_LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "C_LEVEL", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "level"}}},
        {"name": "D_TOKEN", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "token"}}},
        {"name": "E_URL", "value": "http://$(A_IP):1"}
    ]))
    .unwrap();
    let values: Vec<&str> = vars.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["127.20.1.5", "x", "info", "s3cr3t", "http://127.20.1.5:1"]);
}

#[test]
fn a_missing_object_or_key_is_named_as_the_kubelet_does() {
    let error = |reference: serde_json::Value| resolve_env(json!([{"name": "X", "valueFrom": reference}])).unwrap_err();
    assert_eq!(error(json!({"secretKeyRef": {"name": "nope", "key": "k"}})), "secret \"nope\" not found");
    assert_eq!(
        error(json!({"configMapKeyRef": {"name": "settings", "key": "k"}})),
        "couldn't find key k in ConfigMap observability/settings"
    );
}

#[test]
fn an_optional_reference_may_be_missing() {
    let vars = resolve_env(json!([
        {"name": "X", "valueFrom": {"secretKeyRef": {"name": "nope", "key": "k", "optional": true}}}
    ]));
    assert_eq!(vars, Ok(Vec::new()));
}

#[test]
fn unknown_and_escaped_references_stay() {
    let vars = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
    assert_eq!(expand("[$(A)]:$(B) $$(A) $A 5$", &vars), "[1]:$(B) $(A) $A 5$");
}
