//! The few Protobuf bodies that kubectl insists on: `create namespace`, `auth can-i`, `drain`.
//!
//! Kubernetes wraps a message as `k8s\0` + `runtime.Unknown { 1: TypeMeta { 1: apiVersion, 2: kind }, 2: raw }`.
//! Field numbers are those of k8s.io/api/*/generated.proto.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::status::Failure;

/// The fields of one message; only length-delimited ones are kept.
type Fields<'a> = BTreeMap<u64, Vec<&'a [u8]>>;

/// Reads a wrapped message of a known kind as the object that JSON would have given.
///
/// # Errors
/// 415 for other kinds, as none of their fields are known here.
pub(super) fn parse(body: &[u8]) -> Result<Value, Failure> {
    read(body).ok_or_else(|| Failure::unsupported_media_type("application/json, application/yaml"))
}

fn read(body: &[u8]) -> Option<Value> {
    let unknown = fields(body.strip_prefix(b"k8s\0")?)?;
    let type_meta = fields(one(&unknown, 1)?)?;
    let (api_version, kind) = (text(&type_meta, 1)?, text(&type_meta, 2)?);
    let raw = fields(one(&unknown, 2)?)?;
    let mut object = match kind.as_str() {
        "Namespace" => json!({}),
        "SelfSubjectAccessReview" => json!({"spec": access_spec(one(&raw, 2)?)?}),
        "SelfSubjectReview" => json!({}),
        "Eviction" => json!({}),
        _ => return None,
    };
    object["apiVersion"] = json!(api_version);
    object["kind"] = json!(kind);
    object["metadata"] = metadata(one(&raw, 1).unwrap_or_default())?;
    Some(object)
}

fn access_spec(message: &[u8]) -> Option<Value> {
    let spec = fields(message)?;
    let Some(attributes) = one(&spec, 1) else {
        return Some(json!({}));
    };
    let attributes = fields(attributes)?;
    let names = ["namespace", "verb", "group", "version", "resource", "subresource", "name"];
    let known: Map<String, Value> = (1..)
        .zip(names)
        .filter_map(|(number, name)| Some((name.to_owned(), json!(text(&attributes, number)?))))
        .collect();
    Some(json!({"resourceAttributes": known}))
}

fn metadata(message: &[u8]) -> Option<Value> {
    let fields = fields(message)?;
    let mut metadata = json!({});
    for (number, name) in [(1, "name"), (2, "generateName"), (3, "namespace")] {
        if let Some(value) = text(&fields, number).filter(|t| !t.is_empty()) {
            metadata[name] = json!(value);
        }
    }
    for (number, name) in [(11, "labels"), (12, "annotations")] {
        let entries = fields.get(&number).into_iter().flatten();
        let map: Option<Map<String, Value>> = entries.map(|entry| pair(entry)).collect();
        if let Some(map) = map.filter(|m| !m.is_empty()) {
            metadata[name] = Value::Object(map);
        }
    }
    Some(metadata)
}

fn pair(entry: &[u8]) -> Option<(String, Value)> {
    let fields = fields(entry)?;
    Some((text(&fields, 1).unwrap_or_default(), json!(text(&fields, 2).unwrap_or_default())))
}

fn one<'a>(fields: &Fields<'a>, number: u64) -> Option<&'a [u8]> {
    fields.get(&number).and_then(|all| all.last()).copied()
}

fn text(fields: &Fields, number: u64) -> Option<String> {
    one(fields, number).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

fn fields(mut rest: &[u8]) -> Option<Fields<'_>> {
    let mut found = Fields::new();
    while !rest.is_empty() {
        let key = varint(&mut rest)?;
        match key & 7 {
            0 => {
                varint(&mut rest)?;
            }
            1 => rest = rest.get(8..)?,
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                found.entry(key >> 3).or_default().push(rest.get(..length)?);
                rest = &rest[length..];
            }
            5 => rest = rest.get(4..)?,
            _ => return None,
        }
    }
    Some(found)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One length-delimited field.
    fn field(number: u8, content: &[u8]) -> Vec<u8> {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn wrapped(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
        let meta = [field(1, api_version.as_bytes()), field(2, kind.as_bytes())].concat();
        [b"k8s\0".to_vec(), field(1, &meta), field(2, raw)].concat()
    }

    #[test]
    fn a_namespace_keeps_its_name_and_labels() {
        let label = [field(1, b"a"), field(2, b"b")].concat();
        let meta = [field(1, b"lab"), field(11, &label)].concat();
        let parsed = parse(&wrapped("v1", "Namespace", &field(1, &meta))).unwrap();
        let expected =
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": {"a": "b"}}});
        assert_eq!(parsed, expected);
    }

    #[test]
    fn an_access_review_keeps_what_is_asked() {
        let attributes = [field(1, b"lab"), field(2, b"list"), field(5, b"pods")].concat();
        let raw = field(2, &field(1, &attributes));
        let parsed = parse(&wrapped("authorization.k8s.io/v1", "SelfSubjectAccessReview", &raw)).unwrap();
        let expected = json!({"namespace": "lab", "verb": "list", "resource": "pods"});
        assert_eq!(parsed["spec"]["resourceAttributes"], expected);
    }

    #[test]
    fn other_kinds_and_broken_bodies_are_refused() {
        assert_eq!(parse(&wrapped("v1", "Pod", b"")).unwrap_err().code, 415);
        assert_eq!(parse(b"k8s\0\x0a\xff").unwrap_err().code, 415);
        assert_eq!(parse(b"{}").unwrap_err().code, 415);
    }
}
