//! The four ways to patch an object.

use std::sync::Arc;

use serde_json::Value;

use super::apply::{Applier, apply};
use super::create::create;
use super::kind::Kind;
use super::object;
use super::prepare;
use super::replace::replace;
use super::shape::Cursor;
use super::status::Failure;
use super::store::{Key, State};
use super::strategic;
use super::write::{self, Options, Ownership, Part, Written};

/// A patch body, by its content type.
#[derive(Debug, Clone)]
pub(super) enum Patch {
    Json(json_patch::Patch),
    Merge(Value),
    Strategic(Value),
    Apply(Value),
}

impl Patch {
    /// Reads a body by its content type.
    ///
    /// # Errors
    /// 415 for an unknown type, or a strategic patch of a custom kind; 400 for a body that cannot be read.
    pub(super) fn read(kind: &Kind, content_type: &str, body: &[u8]) -> Result<Self, Failure> {
        let value = || super::body::parse(body);
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => serde_json::from_slice(body)
                .map(Patch::Json)
                .map_err(|e| Failure::bad_request(format!("error decoding patch: {e}"))),
            "application/merge-patch+json" => value().map(Patch::Merge),
            "application/strategic-merge-patch+json" if !kind.custom() => value().map(Patch::Strategic),
            "application/apply-patch+yaml" | "application/apply-patch+json" => value().map(Patch::Apply),
            _ if kind.custom() => Err(Failure::unsupported_media_type(
                "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
            )),
            // Here upstream's router refuses, before any handler.
            _ => Err(Failure::unroutable_media_type()),
        }
    }
}

/// Patches an object, or creates it where an apply names one that is absent.
///
/// # Errors
/// 404 where it is absent, 409 on conflicts, 422 when the patch does not fit or its result is not valid.
pub(super) fn patch(
    state: &mut State,
    kind: &Kind,
    key: &Key,
    change: &Patch,
    part: Part,
    options: &Options,
) -> Result<Written, Failure> {
    let before = state.get(key).cloned();
    if let Patch::Apply(wanted) = change {
        return server_side_apply(state, kind, key, before.as_ref(), wanted, part, options);
    }
    let before = before.ok_or_else(|| Failure::not_found(kind, &key.name))?;
    let mut body = as_version(kind, &before);
    match change {
        Patch::Json(patch) => json_patch::patch(&mut body, patch).map_err(|e| {
            let mut failure = Failure::invalid(kind, &key.name, &[]);
            failure.message = format!("the server rejected our request due to an error in our request: {e}");
            failure
        })?,
        Patch::Merge(change) => json_patch::merge(&mut body, change),
        Patch::Strategic(change) => strategic::patch(Cursor::of(kind), &mut body, change),
        Patch::Apply(_) => unreachable!("handled above"),
    }
    replace(state, kind, &before, body, part, Ownership::Record, options)
}

/// The object in the version of the request (versions of a kind differ in nothing else here).
pub(super) fn as_version(kind: &Kind, object: &Arc<Value>) -> Value {
    let mut object = Value::clone(object);
    object["apiVersion"] = kind.api_version().into();
    object
}

fn server_side_apply(
    state: &mut State,
    kind: &Kind,
    key: &Key,
    before: Option<&Arc<Value>>,
    wanted: &Value,
    part: Part,
    options: &Options,
) -> Result<Written, Failure> {
    let mut wanted = read_wanted(kind, key, wanted)?;
    keep_part(kind, part, &mut wanted);
    let by = Applier { manager: &options.manager, subresource: part.name(), force: options.force };
    let live = before.map(|b| as_version(kind, b));
    if live.is_none() && !object::uid(&wanted).is_empty() {
        let why = format!(
            "uid mismatch: the provided object specified uid {}, and no existing object was found",
            object::uid(&wanted)
        );
        return Err(Failure::conflict(kind, &key.name, &why));
    }
    let merged = apply(kind, live.as_ref(), &wanted, by)?;
    match before {
        Some(before) => replace(state, kind, before, merged, part, Ownership::Written, options),
        None if part == Part::Main => create(state, kind, &key.namespace, merged, Ownership::Written, options),
        None => Err(Failure::not_found(kind, &key.name)),
    }
}

/// The applied configuration, complete and free of what it may not hold.
fn read_wanted(kind: &Kind, key: &Key, wanted: &Value) -> Result<Value, Failure> {
    let mut wanted = wanted.clone();
    if object::text(&wanted, "/apiVersion").is_empty() || object::text(&wanted, "/kind").is_empty() {
        return Err(Failure::bad_request("Object 'Kind' is missing in the applied configuration"));
    }
    if wanted.pointer("/metadata/managedFields").is_some_and(|m| !m.is_null()) {
        return Err(Failure::bad_request("metadata.managedFields must be nil"));
    }
    write::identify(kind, &key.namespace, &mut wanted)?;
    if object::name(&wanted).is_empty() {
        object::metadata(&mut wanted).insert("name".to_owned(), key.name.clone().into());
    }
    prepare::declared(kind, &mut wanted)?;
    Ok(wanted)
}

/// What the part of the request does not cover is not owned by it either.
fn keep_part(kind: &Kind, part: Part, wanted: &mut Value) {
    let Value::Object(map) = wanted else { return };
    match part {
        Part::Status => map.retain(|name, _| matches!(name.as_str(), "apiVersion" | "kind" | "metadata" | "status")),
        Part::Main if kind.status => {
            map.shift_remove("status");
        }
        Part::Main | Part::Finalize => {}
    }
    if part == Part::Status
        && let Some(Value::Object(metadata)) = map.get_mut("metadata")
    {
        metadata.retain(|name, _| matches!(name.as_str(), "name" | "namespace" | "uid" | "resourceVersion"));
    }
}
