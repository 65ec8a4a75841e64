//! Creating and changing objects: one way in for every kind, whatever the verb.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kind::{Kind, Verbs};
use super::managed;
use super::object;
use super::prepare::{Checked, Validation, prepare};
use super::status::Failure;
use super::store::{Key, State};
use super::{crd, valid};

/// How a write is to be done.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) dry_run: bool,
    pub(super) manager: String,
    /// Server-side apply takes fields from other managers.
    pub(super) force: bool,
    pub(super) validation: Validation,
}

/// What a write came to.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) object: Arc<Value>,
    pub(super) created: bool,
    pub(super) warnings: Vec<String>,
}

/// Who is put down as owner of what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ownership {
    /// Changed fields go to the manager of the request.
    Record,
    /// Server-side apply has already written `managedFields`.
    Written,
}

/// The part of an object that a request may change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Main,
    Status,
    /// `namespaces/finalize`
    Finalize,
}

impl Part {
    pub(super) fn name(self) -> &'static str {
        match self {
            Part::Main => "",
            Part::Status => "status",
            Part::Finalize => "finalize",
        }
    }
}

/// Stores a new object.
///
/// # Errors
/// 404 without its namespace, 409 where it exists, 422 when it is not valid, 403 in a namespace that is going.
pub(super) fn create(
    state: &mut State,
    kind: &Kind,
    namespace: &str,
    mut body: Value,
    ownership: Ownership,
    options: &Options,
) -> Result<Written, Failure> {
    identify(kind, namespace, &mut body)?;
    if !object::text(&body, "/metadata/resourceVersion").is_empty() {
        return Err(Failure::bad_request(
            "resourceVersion should not be set on objects to be created",
        ));
    }
    let prefix = object::text(&body, "/metadata/generateName").to_owned();
    if object::name(&body).is_empty() && !prefix.is_empty() {
        let name = format!("{prefix}{}", object::suffix());
        object::metadata(&mut body).insert("name".to_owned(), json!(name));
    }
    let name = object::name(&body).to_owned();
    let key = Key::new(kind, namespace, &name);
    in_living_namespace(state, kind, namespace, &name)?;
    if state.get(&key).is_some() {
        return Err(Failure::already_exists(kind, &name));
    }
    // A node's agent registers it together with its status; every other status starts with the server.
    if kind.status && !kind.is("", "nodes") {
        body.as_object_mut().and_then(|o| o.shift_remove("status"));
    }
    start_metadata(kind, &mut body);
    let Checked {
        mut object,
        warnings,
    } = prepare(state, kind, None, body, options.validation)?;
    if ownership == Ownership::Record {
        managed::record_update(kind, None, &mut object, &options.manager, "");
    }
    if options.dry_run {
        return Ok(Written {
            object: Arc::new(object),
            created: true,
            warnings,
        });
    }
    let object = state.put(key.clone(), object);
    after_write(state, kind, &key);
    Ok(Written {
        object,
        created: true,
        warnings,
    })
}

fn start_metadata(kind: &Kind, body: &mut Value) {
    let metadata = object::metadata(body);
    for name in [
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "selfLink",
    ] {
        metadata.shift_remove(name);
    }
    metadata.insert("uid".to_owned(), json!(object::new_uid()));
    metadata.insert("creationTimestamp".to_owned(), json!(object::now()));
    if kind.generation {
        metadata.insert("generation".to_owned(), json!(1));
    }
}

/// Checks and completes `apiVersion`, `kind` and `metadata.namespace`.
pub(super) fn identify(kind: &Kind, namespace: &str, body: &mut Value) -> Result<(), Failure> {
    if !body.is_object() {
        return Err(Failure::bad_request(
            "the object provided is unrecognized (must be of type object)",
        ));
    }
    for (field, expected) in [
        ("apiVersion", kind.api_version()),
        ("kind", kind.kind.clone()),
    ] {
        let given = object::text(body, &format!("/{field}"));
        if !given.is_empty() && given != expected {
            let what = if field == "kind" {
                "kind"
            } else {
                "API version"
            };
            return Err(Failure::bad_request(format!(
                "the {what} in the data ({given}) does not match the expected {what} ({expected})"
            )));
        }
        if given.is_empty() {
            body[field] = json!(expected);
        }
    }
    let given = object::namespace(body).to_owned();
    if kind.namespaced() {
        if !given.is_empty() && given != namespace {
            return Err(Failure::bad_request(
                "the namespace of the provided object does not match the namespace sent on the request",
            ));
        }
        object::metadata(body).insert("namespace".to_owned(), json!(namespace));
    } else {
        object::metadata(body).shift_remove("namespace");
    }
    Ok(())
}

fn in_living_namespace(
    state: &State,
    kind: &Kind,
    namespace: &str,
    name: &str,
) -> Result<(), Failure> {
    if !kind.namespaced() || kind.verbs == Verbs::Read {
        return Ok(());
    }
    let Some(holder) = state.named("", "namespaces", "", namespace) else {
        let namespaces = state
            .registry
            .any("", "namespaces")
            .expect("namespaces are built in");
        return Err(Failure::not_found(&namespaces, namespace));
    };
    if object::deleting(holder) {
        let why = format!(
            "unable to create new content in namespace {namespace} because it is being terminated"
        );
        return Err(Failure::forbidden(kind, name, &why));
    }
    Ok(())
}

/// Puts a changed object in the place of `before`, as far as the part allows.
///
/// # Errors
/// 409 on a stale resourceVersion or another uid, 422 when it is not valid or changes what is immutable.
pub(super) fn replace(
    state: &mut State,
    kind: &Kind,
    before: &Arc<Value>,
    mut body: Value,
    part: Part,
    ownership: Ownership,
    options: &Options,
) -> Result<Written, Failure> {
    let (namespace, name) = (
        object::namespace(before).to_owned(),
        object::name(before).to_owned(),
    );
    identify(kind, &namespace, &mut body)?;
    check_identity(kind, before, &body)?;
    let body = restrict(kind, before, body, part);
    let Checked {
        object: mut after,
        warnings,
    } = prepare(state, kind, Some(before), body, options.validation)?;
    let wrong = valid::immutable(kind, before, &after);
    if !wrong.is_empty() {
        return Err(Failure::invalid(kind, &name, &wrong));
    }
    if kind.generation && !same_spec(kind, before, &after) {
        let next = before["metadata"]["generation"].as_u64().unwrap_or(0) + 1;
        object::metadata(&mut after).insert("generation".to_owned(), json!(next));
    }
    if ownership == Ownership::Record {
        managed::record_update(
            kind,
            Some(before),
            &mut after,
            &options.manager,
            part.name(),
        );
    }
    if after == **before {
        return Ok(Written {
            object: before.clone(),
            created: false,
            warnings,
        });
    }
    if options.dry_run {
        return Ok(Written {
            object: Arc::new(after),
            created: false,
            warnings,
        });
    }
    let key = Key::new(kind, &namespace, &name);
    let object = state.put(key.clone(), after);
    if finished(kind, &object) {
        remove(state, kind, &key);
    } else {
        after_write(state, kind, &key);
    }
    Ok(Written {
        object,
        created: false,
        warnings,
    })
}

fn check_identity(kind: &Kind, before: &Value, body: &Value) -> Result<(), Failure> {
    let name = object::name(before);
    if object::name(body) != name {
        let why = format!(
            "the name of the object ({}) does not match the name on the URL ({name})",
            object::name(body)
        );
        return Err(Failure::bad_request(why));
    }
    let version = object::text(body, "/metadata/resourceVersion");
    if !version.is_empty() && version != object::text(before, "/metadata/resourceVersion") {
        return Err(Failure::modified(kind, name));
    }
    let (given, uid) = (object::uid(body), object::uid(before));
    if !given.is_empty() && given != uid {
        let why =
            format!("Precondition failed: UID in precondition: {given}, UID in object meta: {uid}");
        return Err(Failure::conflict(kind, name, &why));
    }
    Ok(())
}

/// Takes from the request only what its part may change; what the server writes stays as it is.
fn restrict(kind: &Kind, before: &Value, mut body: Value, part: Part) -> Value {
    const KEPT: &[&str] = &[
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
    ];
    let managed = body.pointer("/metadata/managedFields").cloned();
    let take = |target: &mut Value, source: &Value, field: &str| match source.get(field) {
        Some(value) => target[field] = value.clone(),
        None => {
            target.as_object_mut().and_then(|o| o.shift_remove(field));
        }
    };
    match part {
        Part::Main if kind.status => take(&mut body, before, "status"),
        Part::Main => {}
        Part::Status | Part::Finalize => {
            let mut whole = before.clone();
            take(
                &mut whole,
                &body,
                if part == Part::Status {
                    "status"
                } else {
                    "spec"
                },
            );
            body = whole;
        }
    }
    let metadata = object::metadata(&mut body);
    for name in KEPT {
        match before["metadata"].get(name) {
            Some(value) => metadata.insert((*name).to_owned(), value.clone()),
            None => metadata.shift_remove(*name),
        };
    }
    if let Some(managed) = managed {
        metadata.insert("managedFields".to_owned(), managed);
    }
    body
}

/// Is everything but metadata (and status, where that is a part of its own) the same?
fn same_spec(kind: &Kind, before: &Value, after: &Value) -> bool {
    let ignored = |name: &str| {
        matches!(name, "metadata" | "apiVersion")
            || (name == "status" && (kind.status || !kind.custom()))
    };
    let fields = |o: &'_ Value| -> Vec<(String, Value)> {
        let map = o.as_object().into_iter().flatten();
        let mut kept: Vec<(String, Value)> = map
            .filter(|(k, _)| !ignored(k))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        kept.sort_by(|a, b| a.0.cmp(&b.0));
        kept
    };
    fields(before) == fields(after)
}

/// Was this the last finalizer of an object that is to go?
fn finished(kind: &Kind, object: &Value) -> bool {
    let waits_for_node = object["metadata"]["deletionGracePeriodSeconds"]
        .as_i64()
        .unwrap_or(0)
        > 0;
    object::deleting(object)
        && object::finalizers(object).is_empty()
        && !waits_for_node
        // A namespace goes when it is empty.
        && !kind.is("", "namespaces")
}

/// Takes an object out of the store, and what its kind brings with it.
pub(super) fn remove(state: &mut State, kind: &Kind, key: &Key) -> Option<Arc<Value>> {
    let last = state.remove(key)?;
    if kind.is("apiextensions.k8s.io", "customresourcedefinitions") {
        crd::unregister(state, &last);
    }
    Some(last)
}

fn after_write(state: &mut State, kind: &Kind, key: &Key) {
    if kind.is("apiextensions.k8s.io", "customresourcedefinitions") {
        crd::settle(state, key);
    } else if kind.is("", "namespaces") {
        service_account(state, &key.name);
    }
}

/// Every namespace has a service account `default`.
fn service_account(state: &mut State, namespace: &str) {
    let Some(kind) = state.registry.any("", "serviceaccounts") else {
        return;
    };
    let key = Key::new(&kind, namespace, "default");
    if state.get(&key).is_none() {
        let metadata = json!({
            "name": "default", "namespace": namespace, "uid": object::new_uid(), "creationTimestamp": object::now(),
        });
        state.put(
            key,
            json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}),
        );
    }
}
