//! Putting changed objects in the place of what is stored.

use std::sync::Arc;

use serde_json::{Value, json};

use super::immutable;
use super::kind::Kind;
use super::managed;
use super::object;
use super::prepare::{Checked, prepare};
use super::status::{Cause, Failure};
use super::store::{Key, State};
use super::write::{Options, Ownership, Part, Written, after_write, identify, remove};

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
    let (namespace, name) = (object::namespace(before).to_owned(), object::name(before).to_owned());
    identify(kind, &namespace, &mut body)?;
    check_identity(kind, before, &body)?;
    let body = restrict(kind, before, body, part);
    let Checked { object: mut after, warnings } = prepare(state, kind, Some(before), body, options.validation)?;
    let mut wrong = immutable::check(kind, before, &after);
    wrong.extend(late_finalizers(before, &after));
    if !wrong.is_empty() {
        return Err(Failure::invalid(kind, &name, &wrong));
    }
    bump_generation(kind, before, &mut after, part);
    if ownership == Ownership::Record {
        managed::record_update(kind, Some(before), &mut after, &options.manager, part.name());
    }
    if after == **before {
        return Ok(Written { object: before.clone(), created: false, warnings });
    }
    if options.dry_run {
        return Ok(Written { object: Arc::new(after), created: false, warnings });
    }
    let key = Key::new(kind, &namespace, &name);
    let object = state.put(key.clone(), after);
    if finished(kind, &object) {
        remove(state, kind, &key);
    } else {
        after_write(state, kind, &key);
    }
    Ok(Written { object, created: false, warnings })
}

fn check_identity(kind: &Kind, before: &Value, body: &Value) -> Result<(), Failure> {
    let name = object::name(before);
    if object::name(body) != name {
        let why =
            format!("the name of the object ({}) does not match the name on the URL ({name})", object::name(body));
        return Err(Failure::bad_request(why));
    }
    let version = object::text(body, "/metadata/resourceVersion");
    if !version.is_empty() && version != object::text(before, "/metadata/resourceVersion") {
        return Err(Failure::modified(kind, name));
    }
    let (given, uid) = (object::uid(body), object::uid(before));
    if !given.is_empty() && given != uid {
        let why = format!("Precondition failed: UID in precondition: {given}, UID in object meta: {uid}");
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
            // The revision is written there by the controller together with the status.
            if part == Part::Status && kind.is("apps", "deployments") {
                take(&mut whole["metadata"], &body["metadata"], "annotations");
            }
            take(&mut whole, &body, if part == Part::Status { "status" } else { "spec" });
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

/// An object that is to go takes no new finalizers (k8s.io/apimachinery, pkg/api/validation/objectmeta.go).
fn late_finalizers(before: &Value, after: &Value) -> Option<Cause> {
    let old = object::finalizers(before);
    let new: Vec<&str> = object::finalizers(after).into_iter().filter(|name| !old.contains(name)).collect();
    let listed = new.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let message = format!(
        "Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{{{listed}}}"
    );
    (object::deleting(before) && !new.is_empty())
        .then(|| Cause::new("FieldValueForbidden", "metadata.finalizers", message))
}

/// Another spec is another generation; a Deployment's annotations count as well, unless its controller writes them with the
/// status (k8s.io/kubernetes, pkg/registry/apps/deployment/strategy.go).
fn bump_generation(kind: &Kind, before: &Value, after: &mut Value, part: Part) {
    let annotated = part == Part::Main
        && kind.is("apps", "deployments")
        && before.pointer("/metadata/annotations") != after.pointer("/metadata/annotations");
    // Being bound is not a change of a pod's spec.
    let bound = kind.is("", "pods") && object::text(before, "/spec/nodeName") != object::text(after, "/spec/nodeName");
    if kind.generation && !bound && (annotated || !same_spec(kind, before, after)) {
        let next = before["metadata"]["generation"].as_u64().unwrap_or(0) + 1;
        object::metadata(after).insert("generation".to_owned(), json!(next));
    }
}

/// Is everything but metadata (and status, where that is a part of its own) the same?
fn same_spec(kind: &Kind, before: &Value, after: &Value) -> bool {
    let ignored =
        |name: &str| matches!(name, "metadata" | "apiVersion") || (name == "status" && (kind.status || !kind.custom()));
    let fields = |o: &'_ Value| -> Vec<(String, Value)> {
        let map = o.as_object().into_iter().flatten();
        let mut kept: Vec<(String, Value)> =
            map.filter(|(k, _)| !ignored(k)).map(|(k, v)| (k.clone(), v.clone())).collect();
        kept.sort_by(|a, b| a.0.cmp(&b.0));
        kept
    };
    fields(before) == fields(after)
}

/// Was this the last finalizer of an object that is to go?
fn finished(kind: &Kind, object: &Value) -> bool {
    let waits_for_node = object["metadata"]["deletionGracePeriodSeconds"].as_i64().unwrap_or(0) > 0;
    object::deleting(object)
        && object::finalizers(object).is_empty()
        && !waits_for_node
        // A namespace goes when it is empty.
        && !kind.is("", "namespaces")
}
