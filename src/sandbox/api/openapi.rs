//! As much OpenAPI as `kubectl apply` asks for: that each kind can be patched and that the server validates fields.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::registry::Registry;

/// `/openapi/v3`: where the document of each group and version is.
pub(super) fn index(registry: &Registry) -> Value {
    let mut paths = Map::new();
    for kind in registry.all() {
        let prefix = prefix(&kind.group, &kind.version);
        let url = format!("/openapi/v3/{prefix}?hash={:X}", registry.all().len());
        paths.insert(prefix, json!({"serverRelativeURL": url}));
    }
    json!({"paths": paths})
}

fn prefix(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// The document of one group and version, such as `apis/apps/v1`; `None` where there is none.
pub(super) fn document(registry: &Registry, wanted: &str) -> Option<Value> {
    let kinds: Vec<_> = registry.all().iter().filter(|k| prefix(&k.group, &k.version) == wanted).collect();
    if kinds.is_empty() {
        return None;
    }
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for kind in kinds {
        let place = if kind.namespaced() { "namespaces/{namespace}/" } else { "" };
        let operation = operation(kind);
        let path = format!("/{wanted}/{place}{}/{{name}}", kind.plural);
        paths.insert(path, json!({"patch": operation, "put": operation}));
        schemas.insert(schema_name(kind), schema(kind));
    }
    Some(json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes", "version": "v1.34.4+signoff"},
        "paths": paths, "components": {"schemas": schemas},
    }))
}

fn identity(kind: &Kind) -> Value {
    json!({"group": kind.group, "version": kind.version, "kind": kind.kind})
}

/// kubectl leaves validation to the server where the operation has the parameter `fieldValidation`.
fn operation(kind: &Kind) -> Value {
    let parameter =
        |name: &str| json!({"name": name, "in": "query", "schema": {"type": "string", "uniqueItems": true}});
    json!({
        "operationId": format!("patch{}", kind.kind),
        "x-kubernetes-group-version-kind": identity(kind),
        "parameters": [parameter("dryRun"), parameter("fieldManager"), parameter("fieldValidation")],
        "responses": {"200": {"description": "OK"}},
    })
}

fn schema_name(kind: &Kind) -> String {
    let group = if kind.group.is_empty() { "core" } else { &kind.group };
    format!("{group}.{}.{}", kind.version, kind.kind)
}

fn schema(kind: &Kind) -> Value {
    let mut schema = kind.schema().cloned().unwrap_or_else(|| json!({"type": "object"}));
    schema["x-kubernetes-group-version-kind"] = json!([identity(kind)]);
    schema
}

/// The content type of `/openapi/v2` in Protobuf.
pub(super) const VERSION_TWO_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

/// `/openapi/v2` in Protobuf, the only form that kubectl reads (for `kind: List`, and for kinds that it cannot find in
/// version 3): a document without definitions, so that kubectl leaves validation to the server.
pub(super) fn version_two_protobuf() -> Vec<u8> {
    // openapi.v2.Document: 1 = swagger, 2 = info { 1 = title, 2 = version }.
    let info = [field(1, b"Kubernetes"), field(2, b"v1.34.4+signoff")].concat();
    [field(1, b"2.0"), field(2, &info)].concat()
}

/// One length-delimited Protobuf field shorter than 128 bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("the document's fields are short");
    [&[(number << 3) | 2, length], content].concat()
}

/// `/openapi/v2` in JSON: the kinds without their fields.
pub(super) fn version_two(registry: &Registry) -> Value {
    let definitions: Map<String, Value> = registry
        .all()
        .iter()
        .map(|kind| {
            let schema = json!({"type": "object", "x-kubernetes-group-version-kind": [identity(kind)]});
            (schema_name(kind), schema)
        })
        .collect();
    json!({
        "swagger": "2.0", "info": {"title": "Kubernetes", "version": "v1.34.4+signoff"},
        "paths": {}, "definitions": definitions,
    })
}
