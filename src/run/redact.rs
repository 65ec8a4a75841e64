//! Takes secrets out of what is saved. It works where evidence is made, so that no later writer can forget it.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

const MASK: &str = "[redacted]";

/// Ends of keys whose value is a secret, compared in lower case without punctuation. `secretName` and `passwordFile` are
/// names, not secrets, and stay.
const SECRET_KEYS: [&str; 8] =
    ["password", "passwd", "token", "secret", "authorization", "apikey", "privatekey", "credentials"];

/// Masks every secret in a JSON value: strings under telling keys, the data of Secrets, environment variables with telling
/// names, and what [`redact_text`] finds in strings.
pub fn redact(value: &mut Value) {
    match value {
        Value::String(text) => *text = redact_text(text),
        Value::Array(items) => items.iter_mut().for_each(redact),
        Value::Object(fields) => {
            let is_secret = fields.get("kind").is_some_and(|kind| kind == "Secret");
            let telling = fields.get("name").and_then(Value::as_str).is_some_and(is_telling);
            for (key, field) in fields.iter_mut() {
                let masked = is_telling(key) || (is_secret && matches!(key.as_str(), "data" | "stringData"));
                if masked || (telling && key == "value") { mask(field) } else { redact(field) }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Masks every scalar below a value that is a secret as a whole; its shape stays visible.
fn mask(value: &mut Value) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::String(text) if text.is_empty() => {}
        Value::String(_) | Value::Number(_) => *value = Value::String(MASK.to_owned()),
        Value::Array(items) => items.iter_mut().for_each(mask),
        Value::Object(fields) => fields.values_mut().for_each(mask),
    }
}

fn is_telling(key: &str) -> bool {
    let plain: String = key.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_KEYS.iter().any(|end| plain.ends_with(end))
}

/// `scheme://user:password@`.
static URL_USER: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?P<keep>[a-zA-Z][a-zA-Z0-9+.-]*://)[^\s/@]+@"));
/// `Bearer <token>`; prose such as "bearer authentication" is told apart in the replacement.
static BEARER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<keep>(?i:bearer)\s+)(?P<token>[A-Za-z0-9._~+/=-]{8,})"));
/// `Authorization: Basic <...>`, also as YAML or a header dump.
static AUTHORIZATION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?P<keep>(?i:authorization)["']?\s*[:=]\s*["']?(?i:basic\s+)?)[^\s"',]+"#));
/// `-remoteWrite.basicAuth.password=x`, `password: x`, `?token=x`, `client_secret=x`.
static ASSIGNMENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?P<keep>(?i:password|passwd|token|client_?secret|api_?key|secret_?key)["']?\s*[:=]\s*["']?)[^\s"'&,;<>{}\[\]]+"#,
    )
});
/// A private key in PEM.
static PRIVATE_KEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?s)(?P<keep>-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)")
});
/// A JSON web token.
static JWT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<keep>)\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"));
/// Webhook addresses that are secrets by themselves.
static WEBHOOK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<keep>https://(?:hooks\.slack\.com/(?:services|workflows)|discord(?:app)?\.com/api/webhooks)/)[^\s\x22']+",
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is fixed and tested")
}

/// Masks secrets in a text.
pub fn redact_text(text: &str) -> String {
    let mut text = BEARER
        .replace_all(text, |found: &Captures<'_>| {
            let looks_random = found["token"].len() >= 20 || found["token"].contains(|c: char| c.is_ascii_digit());
            let token = if looks_random { MASK } else { &found["token"] };
            format!("{}{token}", &found["keep"])
        })
        .into_owned();
    for secret in [&*URL_USER, &*PRIVATE_KEY, &*JWT, &*WEBHOOK, &*ASSIGNMENT, &*AUTHORIZATION] {
        text = secret
            .replace_all(&text, |found: &Captures<'_>| {
                let at = if std::ptr::eq(secret, &*URL_USER) { "@" } else { "" };
                format!("{}{MASK}{at}", &found["keep"])
            })
            .into_owned();
    }
    text
}

#[cfg(test)]
mod tests;
