//! What all writes have in common: options, identity, and what happens after one.

use std::sync::Arc;

use serde_json::{Value, json};

use super::crd;
use super::kind::Kind;
use super::object;
use super::prepare::Validation;
use super::status::Failure;
use super::store::{Key, State};
use crate::sandbox::stamp;

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

/// Checks and completes `apiVersion`, `kind` and `metadata.namespace`.
pub(super) fn identify(kind: &Kind, namespace: &str, body: &mut Value) -> Result<(), Failure> {
    if !body.is_object() {
        return Err(Failure::bad_request("the object provided is unrecognized (must be of type object)"));
    }
    for (field, expected) in [("apiVersion", kind.api_version()), ("kind", kind.kind.clone())] {
        let given = object::text(body, &format!("/{field}"));
        if !given.is_empty() && given != expected {
            let what = if field == "kind" { "kind" } else { "API version" };
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

/// Takes an object out of the store, and what its kind brings with it.
pub(super) fn remove(state: &mut State, kind: &Kind, key: &Key) -> Option<Arc<Value>> {
    let last = state.remove(key)?;
    if kind.is("apiextensions.k8s.io", "customresourcedefinitions") {
        crd::unregister(state, &last);
    }
    Some(last)
}

pub(super) fn after_write(state: &mut State, kind: &Kind, key: &Key) {
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
            "name": "default", "namespace": namespace, "uid": object::new_uid(), "creationTimestamp": stamp::now(),
        });
        state.put(key, json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}));
    }
}
