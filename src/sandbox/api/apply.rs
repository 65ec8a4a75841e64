//! Server-side apply: merge, ownership, conflicts, removal of what the manager no longer wants.

use serde_json::{Value, json};

use super::fieldset::{self, FieldSet, Path, Step, dotted, leaves};
use super::kind::Kind;
use super::managed::{self, Entry, Operation};
use super::shape::{Cursor, Shape, item_key};
use super::status::Failure;

/// Who applies.
#[derive(Debug, Clone, Copy)]
pub(super) struct Applier<'a> {
    pub(super) manager: &'a str,
    pub(super) subresource: &'a str,
    /// Take fields from other managers instead of refusing.
    pub(super) force: bool,
}

/// The object that results when `wanted` is applied on `live` (or on nothing), with `managedFields` updated.
///
/// # Errors
/// 409 with one cause for each field that another manager owns with another value.
pub(super) fn apply(kind: &Kind, live: Option<&Value>, wanted: &Value, by: Applier) -> Result<Value, Failure> {
    let cursor = Cursor::of(kind);
    let mut merged = live.cloned().unwrap_or_else(|| json!({}));
    merge(cursor, &mut merged, wanted);
    let mut mine = Entry::new(kind, by.manager, Operation::Apply, by.subresource);
    mine.fields = leaves(cursor, wanted).into_keys().collect();
    let entries = live.map(managed::read).unwrap_or_default();
    let previous = entries.iter().find(|e| e.same_manager(&mine)).map(|e| e.fields.clone()).unwrap_or_default();
    let mut others: Vec<Entry> = entries.iter().filter(|e| !e.same_manager(&mine)).cloned().collect();

    let changed = changed(cursor, live, &merged, &mine.fields);
    let conflicts = conflicts(&others, &changed);
    if !conflicts.is_empty() && !by.force {
        return Err(refusal(&conflicts));
    }
    for other in &mut others {
        other.fields.retain(|path| !changed.contains(path));
    }
    prune(kind, &mut merged, &previous, &mine.fields, &others);
    if let Some(same) = entries.iter().find(|e| e.same_manager(&mine) && e.fields == mine.fields) {
        mine.time = same.time.clone();
    }
    others.push(mine);
    managed::write(&mut merged, &others);
    Ok(merged)
}

/// The wanted paths whose value differs from the live one.
fn changed(cursor: Cursor, live: Option<&Value>, merged: &Value, wanted: &FieldSet) -> FieldSet {
    let nothing = Value::Null;
    let old = leaves(cursor, live.unwrap_or(&nothing));
    let new = leaves(cursor, merged);
    wanted.iter().filter(|path| old.get(*path) != new.get(*path)).cloned().collect()
}

fn conflicts<'a>(others: &'a [Entry], changed: &'a FieldSet) -> Vec<(&'a Entry, &'a Path)> {
    let pairs = |other: &'a Entry| other.fields.intersection(changed).map(move |path| (other, path));
    others.iter().flat_map(pairs).collect()
}

/// The wording of structured-merge-diff's `Conflicts.Error` and apiserver's `NewConflictError`.
fn refusal(conflicts: &[(&Entry, &Path)]) -> Failure {
    let message = if let [(entry, path)] = conflicts {
        format!("Apply failed with 1 conflict: conflict with {}: {}", entry.describe(), dotted(path))
    } else {
        let mut lines = vec![];
        let mut named = String::new();
        for (entry, path) in conflicts {
            let manager = entry.describe();
            if manager != named {
                lines.push(format!("conflicts with {manager}:"));
                named = manager;
            }
            lines.push(format!("- {}", dotted(path)));
        }
        format!("Apply failed with {} conflicts: {}", conflicts.len(), lines.join("\n"))
    };
    let causes = conflicts.iter().map(|(entry, path)| {
        json!({
            "reason": "FieldManagerConflict",
            "message": format!("conflict with {}", entry.describe()),
            "field": dotted(path),
        })
    });
    Failure::apply_conflict(message, causes.collect())
}

/// Takes away what this manager applied before, no longer wants, and nobody else owns.
fn prune(kind: &Kind, merged: &mut Value, previous: &FieldSet, wanted: &FieldSet, others: &[Entry]) {
    let owned = managed::union(others.iter());
    let mut gone: Vec<&Path> =
        previous.iter().filter(|path| !wanted.contains(*path) && !owned.contains(*path)).collect();
    // An item goes as a whole, before its fields: without its key it could not be found any more.
    gone.sort_by_key(|path| path.len());
    for path in gone {
        let below = |owner: &FieldSet| owner.iter().any(|o| o.len() > path.len() && o.starts_with(path));
        if below(wanted) || below(&owned) || is_key_field(path) {
            continue;
        }
        fieldset::remove(merged, path);
        if !kind.custom() || matches!(path.first(), Some(Step::Field(f)) if f == "metadata") {
            fieldset::drop_empty(merged, path);
        }
    }
}

/// Is this one of the fields by which its list item is known? It stays as long as the item does.
fn is_key_field(path: &Path) -> bool {
    match path.as_slice() {
        [.., Step::Key(key), Step::Field(name)] => key.contains(&format!("{name:?}:")),
        _ => false,
    }
}

/// Puts `wanted` into `live` by the shapes of the type.
pub(super) fn merge(cursor: Cursor, live: &mut Value, wanted: &Value) {
    match (wanted, cursor.shape(wanted)) {
        (Value::Object(fields), Shape::Fields) => {
            if !live.is_object() {
                *live = json!({});
            }
            for (name, value) in fields {
                if !value.is_null() {
                    merge(cursor.child(name), &mut live[name], value);
                }
            }
        }
        (Value::Array(items), Shape::Keyed(keys)) => {
            let Value::Array(old) = live else {
                *live = wanted.clone();
                return;
            };
            for item in items {
                let key = item_key(&keys, item);
                match old.iter_mut().find(|o| item_key(&keys, o) == key) {
                    Some(same) => merge_item(cursor.item(), same, item),
                    None => old.push(item.clone()),
                }
            }
        }
        (Value::Array(items), Shape::Set) => match live {
            Value::Array(old) => {
                let missing: Vec<Value> = items.iter().filter(|i| !old.contains(i)).cloned().collect();
                old.extend(missing);
            }
            _ => *live = wanted.clone(),
        },
        _ => *live = wanted.clone(),
    }
}

/// An item is always merged by its fields: its list's name says nothing about the item itself.
fn merge_item(cursor: Cursor, live: &mut Value, wanted: &Value) {
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if !value.is_null() {
            merge(cursor.child(name), &mut live[name], value);
        }
    }
}

#[cfg(test)]
mod tests;
