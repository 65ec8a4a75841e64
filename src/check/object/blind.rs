//! What is never looked at: the data of Secrets, and values whose name says that they are secret.
//!
//! It is taken away before any path is followed, so that no path can lead to it.

use serde_json::{Value as Json, json};

use super::observation::Value;
use crate::check::telling::is_telling;

/// The mark that stands where data of a Secret was: its size. No manifest has it.
const BYTES: &str = "signoff/bytes";
/// The mark that stands where something was that may be a secret.
const HIDDEN: &str = "signoff/hidden";
/// kubectl keeps the whole manifest in here, data included.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";
/// Takes away what must not be seen of an object.
pub(super) fn blind(object: &mut Json, is_secret: bool) {
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Json::as_object_mut) {
            annotations.remove(LAST_APPLIED);
        }
    }
    if is_secret {
        for (key, decoded) in [("data", true), ("stringData", false)] {
            for value in
                object.get_mut(key).and_then(Json::as_object_mut).into_iter().flat_map(|data| data.values_mut())
            {
                *value = json!({BYTES: size(value, decoded)});
            }
        }
    }
    hide(object);
}

/// How many bytes a value has; those of `data` are written in base64.
fn size(value: &Json, decoded: bool) -> u64 {
    let text = value.as_str().unwrap_or_default();
    let padding = text.bytes().rev().take_while(|byte| *byte == b'=').count();
    let bytes = if decoded { (text.len() / 4 * 3).saturating_sub(padding) } else { text.len() };
    bytes as u64
}

fn hide(value: &mut Json) {
    match value {
        Json::Array(items) => items.iter_mut().for_each(hide),
        Json::Object(fields) => {
            // Environment variables have their name beside the value.
            let telling = fields.get("name").and_then(Json::as_str).is_some_and(is_telling);
            for (key, field) in fields.iter_mut() {
                let secret = is_telling(key) || (telling && key == "value");
                let scalar = matches!(field, Json::String(text) if !text.is_empty()) || field.is_number();
                if secret && scalar { *field = json!({HIDDEN: true}) } else { hide(field) }
            }
        }
        _ => {}
    }
}

/// A part of a blinded object, with the marks in it; `limit` is its largest size as JSON.
pub(super) fn part_kept(part: Json, limit: usize) -> Value {
    let size = part.to_string().len();
    if size > limit { Value::Large { bytes: size as u64 } } else { Value::Json(part) }
}

/// Whether anything was taken away in it.
pub(super) fn is_marked(value: &Json) -> bool {
    match value {
        Json::Array(items) => items.iter().any(is_marked),
        Json::Object(fields) => {
            fields.contains_key(BYTES) || fields.contains_key(HIDDEN) || fields.values().any(is_marked)
        }
        _ => false,
    }
}

/// What may be kept of a value of a blinded object; `limit` is its largest size as JSON.
pub(super) fn kept(value: &Json, limit: usize) -> Value {
    if let Some(bytes) = value.get(BYTES).and_then(Json::as_u64) {
        return Value::Bytes(bytes);
    }
    if value.get(HIDDEN).is_some() {
        return Value::Hidden;
    }
    let size = value.to_string().len();
    if size > limit { Value::Large { bytes: size as u64 } } else { Value::Json(value.clone()) }
}
