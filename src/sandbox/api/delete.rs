//! Deleting objects: preconditions, grace periods, finalizers, orphans.

use std::sync::Arc;

use serde_json::{Value, json};

use super::kind::Kind;
use super::object;
use super::status::Failure;
use super::store::{Key, State};
use super::write;
use crate::sandbox::stamp;

/// What becomes of the objects that name the deleted one as their owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dependants {
    /// They are deleted after it. (Foreground deletion is treated the same.)
    Delete,
    /// They stay and lose the reference.
    Orphan,
}

/// How to delete.
#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) grace_seconds: Option<i64>,
    pub(super) dependants: Dependants,
    pub(super) uid: Option<String>,
    pub(super) version: Option<String>,
    pub(super) dry_run: bool,
}

impl Options {
    /// What the garbage collector uses.
    pub(super) const fn cascade() -> Self {
        Self { grace_seconds: None, dependants: Dependants::Delete, uid: None, version: None, dry_run: false }
    }
}

/// What a deletion came to.
#[derive(Debug, Clone)]
pub(super) enum Deleted {
    /// The object is gone; this was its last state.
    Gone(Arc<Value>),
    /// It waits for its finalizers, its processes or its content.
    Pending(Arc<Value>),
}

/// Deletes one object.
///
/// # Errors
/// 404 where it is absent, 409 where a precondition does not hold, 403 for namespaces that must stay.
pub(super) fn delete(state: &mut State, kind: &Kind, key: &Key, options: &Options) -> Result<Deleted, Failure> {
    let Some(current) = state.get(key).cloned() else {
        return Err(Failure::not_found(kind, &key.name));
    };
    check_preconditions(kind, &current, options)?;
    if kind.is("", "namespaces") && matches!(key.name.as_str(), "default" | "kube-system" | "kube-public") {
        return Err(Failure::forbidden(kind, &key.name, "this namespace may not be deleted"));
    }
    if options.dry_run {
        return Ok(Deleted::Gone(current));
    }
    if options.dependants == Dependants::Orphan {
        orphan(state, object::uid(&current));
    }
    let grace = grace(kind, &current, options);
    let waits = grace > 0 || !object::finalizers(&current).is_empty() || kind.is("", "namespaces");
    if !waits {
        let gone = write::remove(state, kind, key).unwrap_or(current);
        return Ok(Deleted::Gone(gone));
    }
    Ok(Deleted::Pending(mark(state, kind, key, &current, grace)))
}

fn check_preconditions(kind: &Kind, current: &Value, options: &Options) -> Result<(), Failure> {
    let pairs = [
        ("UID", options.uid.as_deref(), object::uid(current), "deleted and then recreated"),
        ("ResourceVersion", options.version.as_deref(), object::text(current, "/metadata/resourceVersion"), "modified"),
    ];
    for (what, given, own, might) in pairs {
        if let Some(given) = given.filter(|given| *given != own) {
            let why = format!(
                "the {what} in the precondition ({given}) does not match the {what} in record ({own}). \
                 The object might have been {might}"
            );
            return Err(Failure::not_the_one(kind, object::name(current), &why));
        }
    }
    Ok(())
}

/// Only pods that a node runs get time to end; everything else goes at once.
fn grace(kind: &Kind, object: &Value, options: &Options) -> i64 {
    let phase = object::text(object, "/status/phase");
    let runs = !object::text(object, "/spec/nodeName").is_empty() && !matches!(phase, "Succeeded" | "Failed");
    if !kind.is("", "pods") || !runs {
        return 0;
    }
    let own = object.pointer("/spec/terminationGracePeriodSeconds").and_then(Value::as_i64);
    options.grace_seconds.or(own).unwrap_or(30)
}

/// Notes that an object is to go; a second deletion can only shorten the grace period.
fn mark(state: &mut State, kind: &Kind, key: &Key, current: &Arc<Value>, grace: i64) -> Arc<Value> {
    let before = current["metadata"]["deletionGracePeriodSeconds"].as_i64();
    if object::deleting(current) && before.is_none_or(|b| b <= grace) {
        return current.clone();
    }
    let mut marked = Value::clone(current);
    let end = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(grace);
    let metadata = object::metadata(&mut marked);
    metadata.insert("deletionTimestamp".to_owned(), json!(stamp::stamp(end)));
    metadata.insert("deletionGracePeriodSeconds".to_owned(), json!(grace));
    if kind.generation && before.is_none() {
        let next = metadata.get("generation").and_then(Value::as_u64).unwrap_or(0) + 1;
        metadata.insert("generation".to_owned(), json!(next));
    }
    if kind.is("", "namespaces") {
        metadata.shift_remove("deletionGracePeriodSeconds");
        object::set_at(&mut marked, "status.phase", json!("Terminating"));
    }
    state.put(key.clone(), marked)
}

fn orphan(state: &mut State, uid: &str) {
    let owned = |object: &Value| {
        object::items(object, "/metadata/ownerReferences").iter().any(|o| object::text(o, "/uid") == uid)
    };
    let children: Vec<(Key, Arc<Value>)> =
        state.everything().filter(|(_, o)| owned(o)).map(|(k, o)| (k.clone(), o.clone())).collect();
    for (key, child) in children {
        let mut child = Value::clone(&child);
        let metadata = object::metadata(&mut child);
        if let Some(owners) = metadata.get_mut("ownerReferences").and_then(Value::as_array_mut) {
            owners.retain(|o| object::text(o, "/uid") != uid);
            if owners.is_empty() {
                metadata.shift_remove("ownerReferences");
            }
        }
        state.put(key, child);
    }
}
