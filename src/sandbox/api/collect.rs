//! The garbage collector: dependants whose owners are gone, the content of namespaces and definitions that are to go.

use std::collections::HashSet;
use std::sync::Arc;

use super::delete::{self, delete};
use super::object;
use super::store::{Change, Key, State, Store};
use super::write;
use super::{crd, kind::Kind};

/// Runs until the store's bell is dropped; aborting the task stops it.
pub(super) async fn run(store: Arc<Store>) {
    let mut bell = store.bell();
    let mut seen = store.read(State::version);
    while bell.changed().await.is_ok() {
        loop {
            let (due, now) = store.read(|state| (state.changes_after(seen).any(matters), state.version()));
            seen = now;
            if !due {
                break;
            }
            store.write(sweep);
        }
    }
}

/// Can this change have left something to collect?
fn matters(change: &Change) -> bool {
    match &change.after {
        None => true,
        Some(after) => {
            let new_child = change.before.is_none() && !object::items(after, "/metadata/ownerReferences").is_empty();
            new_child || object::deleting(after)
        }
    }
}

/// One pass over everything.
pub(super) fn sweep(state: &mut State) {
    for key in orphans(state) {
        collect(state, &key);
    }
    namespaces(state);
    definitions(state);
}

fn collect(state: &mut State, key: &Key) {
    if let Some(kind) = state.registry.any(&key.group, &key.plural) {
        // It may have gone with another one of the same pass.
        let _ = delete(state, &kind, key, &delete::Options::cascade());
    }
}

/// Objects that have owners, none of which exists (in the same namespace or in the cluster's scope).
fn orphans(state: &State) -> Vec<Key> {
    let living: HashSet<(&str, &str)> =
        state.everything().map(|(key, object)| (key.namespace.as_str(), object::uid(object))).collect();
    let lives = |namespace: &str, uid: &str| living.contains(&(namespace, uid)) || living.contains(&("", uid));
    state
        .everything()
        .filter(|(key, object)| {
            let owners = object::items(object, "/metadata/ownerReferences");
            !owners.is_empty()
                && !object::deleting(object)
                && !owners.iter().any(|owner| lives(&key.namespace, object::text(owner, "/uid")))
        })
        .map(|(key, _)| key.clone())
        .collect()
}

fn namespaces(state: &mut State) {
    let going: Vec<Key> =
        state.list("", "namespaces", None).filter(|(_, o)| object::deleting(o)).map(|(k, _)| k.clone()).collect();
    for namespace in going {
        let content: Vec<Key> =
            state.everything().filter(|(k, _)| k.namespace == namespace.name).map(|(k, _)| k.clone()).collect();
        let empty = content.is_empty();
        for key in content {
            collect(state, &key);
        }
        let left = !empty && state.everything().any(|(k, _)| k.namespace == namespace.name);
        let finalized = state.get(&namespace).is_some_and(|n| object::finalizers(n).is_empty());
        if !left && finalized {
            state.remove(&namespace);
        }
    }
}

fn definitions(state: &mut State) {
    const GROUP: &str = "apiextensions.k8s.io";
    let Some(kind) = state.registry.any(GROUP, "customresourcedefinitions") else {
        return;
    };
    let going: Vec<_> = state
        .list(GROUP, &kind.plural, None)
        .filter(|(_, crd)| object::deleting(crd) && object::finalizers(crd).contains(&crd::CLEANUP))
        .map(|(key, crd)| (key.clone(), crd.clone()))
        .collect();
    for (key, definition) in going {
        let group = object::text(&definition, "/spec/group");
        let plural = object::text(&definition, "/spec/names/plural");
        let objects: Vec<Key> = state.list(group, plural, None).map(|(k, _)| k.clone()).collect();
        for object in objects {
            collect(state, &object);
        }
        if state.list(group, plural, None).next().is_none() {
            release(state, &kind, &key);
        }
    }
}

/// Takes the cleanup finalizer off; the definition goes with its last one.
fn release(state: &mut State, kind: &Kind, key: &Key) {
    let Some(current) = state.get(key).cloned() else {
        return;
    };
    let rest: Vec<&str> = object::finalizers(&current).into_iter().filter(|f| *f != crd::CLEANUP).collect();
    if rest.is_empty() {
        write::remove(state, kind, key);
        return;
    }
    let mut released = serde_json::Value::clone(&current);
    object::metadata(&mut released).insert("finalizers".to_owned(), serde_json::json!(rest));
    state.put(key.clone(), released);
}
