use serde_json::json;

use super::*;

const CANARY: &str = "c4nary-9f31";

/// Redacts a value that holds the canary and asserts that it is gone.
fn clean(mut value: Value) -> Value {
    assert!(value.to_string().contains(CANARY), "the test must hold the canary");
    redact(&mut value);
    assert!(!value.to_string().contains(CANARY), "{value}");
    value
}

#[test]
fn strings_under_telling_keys_are_masked() {
    for key in ["password", "Authorization", "bearerToken", "client_secret", "api-key", "smtp_auth_password"] {
        assert_eq!(clean(json!({ key: CANARY })), json!({ key: MASK }));
    }
}

#[test]
fn names_and_files_of_secrets_stay() {
    let mut value = json!({"secretName": "vm-auth", "passwordFile": "/etc/x", "secretRef": {"name": "a"}, "tokens": 3});
    let before = value.clone();
    redact(&mut value);
    assert_eq!(value, before);
}

#[test]
fn the_data_of_a_secret_is_masked_and_its_keys_stay() {
    let secret = json!({"kind": "Secret", "metadata": {"name": "x"}, "data": {"user": CANARY, "empty": ""}});
    assert_eq!(clean(secret)["data"], json!({"user": MASK, "empty": ""}));
}

#[test]
fn environment_variables_with_telling_names_are_masked() {
    assert_eq!(clean(json!({"name": "DB_PASSWORD", "value": CANARY}))["value"], MASK);
}

#[test]
fn secrets_in_texts_are_masked() {
    for text in [
        format!("GET / Authorization: Bearer {CANARY}"),
        format!("authorization: basic {CANARY}"),
        format!("http://admin:{CANARY}@vmsingle:8429/api"),
        format!("http://{CANARY}@vmsingle:8429/api"),
        format!("-remoteWrite.basicAuth.password={CANARY}"),
        format!("smtp_auth_password: \"{CANARY}\"\n"),
        format!("/api/v1/query?query=up&token={CANARY}&x=1"),
        format!("https://hooks.slack.com/services/T0/B0/{CANARY}"),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{CANARY}\n-----END RSA PRIVATE KEY-----"),
        format!("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.{CANARY}"),
    ] {
        clean(json!(text));
    }
}

#[test]
fn what_stands_beside_a_secret_stays() {
    assert_eq!(
        redact_text("http://u:p@vmsingle:8429/api?token=abc&query=up"),
        "http://[redacted]@vmsingle:8429/api?token=[redacted]&query=up"
    );
}

#[test]
fn queries_and_prose_stay() {
    for text in [
        "sum(rate(http_requests_total{job=\"x\"}[5m])) by (secret)",
        "the server asks for bearer authentication",
        "list secrets in namespace observability",
        "mailto: someone@example.org",
        "image registry.example.org/vm@sha256:0f0f",
    ] {
        assert_eq!(redact_text(text), text);
    }
}
