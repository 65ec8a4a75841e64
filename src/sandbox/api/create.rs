//! Storing new objects.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kind::{Kind, Verbs};
use super::managed;
use super::object;
use super::prepare::{Checked, prepare};
use super::status::Failure;
use super::store::{Key, State};
use super::write::{Options, Ownership, Written, after_write, identify};
use crate::sandbox::stamp;

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
        return Err(Failure::bad_request("resourceVersion should not be set on objects to be created"));
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
    let Checked { mut object, warnings } = prepare(state, kind, None, body, options.validation)?;
    if ownership == Ownership::Record {
        managed::record_update(kind, None, &mut object, &options.manager, "");
    }
    if options.dry_run {
        return Ok(Written { object: Arc::new(object), created: true, warnings });
    }
    let object = state.put(key.clone(), object);
    after_write(state, kind, &key);
    Ok(Written { object, created: true, warnings })
}

fn start_metadata(kind: &Kind, body: &mut Value) {
    let metadata = object::metadata(body);
    for name in ["deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink"] {
        metadata.shift_remove(name);
    }
    metadata.insert("uid".to_owned(), json!(object::new_uid()));
    metadata.insert("creationTimestamp".to_owned(), json!(stamp::now()));
    if kind.generation {
        metadata.insert("generation".to_owned(), json!(1));
    }
}

fn in_living_namespace(state: &State, kind: &Kind, namespace: &str, name: &str) -> Result<(), Failure> {
    if !kind.namespaced() || kind.verbs == Verbs::Read {
        return Ok(());
    }
    let Some(holder) = state.named("", "namespaces", "", namespace) else {
        let namespaces = state.registry.any("", "namespaces").expect("namespaces are built in");
        return Err(Failure::not_found(&namespaces, namespace));
    };
    if object::deleting(holder) {
        return Err(Failure::terminating(kind, name, namespace));
    }
    Ok(())
}
