//! Reading and writing the common parts of objects: names, versions, owners, times.

use std::hash::{BuildHasher, Hasher, RandomState};

use serde_json::{Map, Value};

/// The text at a JSON pointer, or "" where there is none.
pub(super) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn name(object: &Value) -> &str {
    text(object, "/metadata/name")
}

pub(super) fn namespace(object: &Value) -> &str {
    text(object, "/metadata/namespace")
}

pub(super) fn uid(object: &Value) -> &str {
    text(object, "/metadata/uid")
}

pub(super) fn deleting(object: &Value) -> bool {
    !text(object, "/metadata/deletionTimestamp").is_empty()
}

/// The elements of an array of strings at a pointer.
pub(super) fn texts<'a>(object: &'a Value, pointer: &str) -> Vec<&'a str> {
    let list = object.pointer(pointer).and_then(Value::as_array);
    list.map(|l| l.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

pub(super) fn finalizers(object: &Value) -> Vec<&str> {
    texts(object, "/metadata/finalizers")
}

/// The array at a pointer, or an empty one.
pub(super) fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// The map below `key`, made where it is missing or not a map.
pub(super) fn section<'a>(object: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    if !object.is_object() {
        *object = Value::Object(Map::new());
    }
    let Value::Object(map) = object else { unreachable!("made an object above") };
    let slot = map.entry(key).or_insert(Value::Null);
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    let Value::Object(inner) = slot else { unreachable!("made an object above") };
    inner
}

pub(super) fn metadata(object: &mut Value) -> &mut Map<String, Value> {
    section(object, "metadata")
}

/// The value at a dotted path such as `spec.replicas`.
pub(super) fn at<'a>(object: &'a Value, dotted: &str) -> Option<&'a Value> {
    dotted.split('.').filter(|s| !s.is_empty()).try_fold(object, |value, step| value.get(step))
}

/// Sets the value at a dotted path, making maps on the way.
pub(super) fn set_at(object: &mut Value, dotted: &str, value: Value) {
    match dotted.split_once('.') {
        None => {
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            object[dotted] = value;
        }
        Some((head, tail)) => {
            section(object, head);
            set_at(&mut object[head], tail, value);
        }
    }
}

/// A number that differs each time (the standard library seeds each `RandomState` apart).
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A random identifier in the form of a version 4 UUID.
pub(super) fn new_uid() -> String {
    let (high, low) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xfff,
        0x8000 | ((low >> 48) & 0x3fff),
        low & 0xffff_ffff_ffff
    )
}

/// Five characters for `generateName`, of the alphabet that Kubernetes uses.
pub(super) fn suffix() -> String {
    const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut rest = random();
    let mut made = String::with_capacity(5);
    for _ in 0..5 {
        let index = usize::try_from(rest % ALPHABET.len() as u64).unwrap_or(0);
        made.push(char::from(ALPHABET[index]));
        rest /= ALPHABET.len() as u64;
    }
    made
}
