//! Who owns which fields: `metadata.managedFields`, kept on every write.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fieldset::{FieldSet, decode, encode, leaves};
use super::kind::Kind;
use super::object;
use super::shape::Cursor;
use crate::sandbox::stamp;

/// The way in which a manager writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Apply,
    Update,
}

impl Operation {
    fn name(self) -> &'static str {
        match self {
            Operation::Apply => "Apply",
            Operation::Update => "Update",
        }
    }
}

/// One entry of `metadata.managedFields`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) manager: String,
    pub(super) operation: Operation,
    pub(super) subresource: String,
    pub(super) api_version: String,
    pub(super) time: String,
    pub(super) fields: FieldSet,
}

impl Entry {
    /// An entry without fields, for a write that happens now.
    pub(super) fn new(kind: &Kind, manager: &str, operation: Operation, subresource: &str) -> Self {
        Self {
            manager: manager.to_owned(),
            operation,
            subresource: subresource.to_owned(),
            api_version: kind.api_version(),
            time: stamp::now(),
            fields: FieldSet::new(),
        }
    }

    pub(super) fn same_manager(&self, other: &Self) -> bool {
        self.manager == other.manager && self.operation == other.operation && self.subresource == other.subresource
    }

    /// The manager as conflict messages name it.
    pub(super) fn describe(&self) -> String {
        let mut text = format!("{:?}", self.manager);
        if !self.subresource.is_empty() {
            text.push_str(&format!(" with subresource {:?}", self.subresource));
        }
        if self.operation == Operation::Update {
            text.push_str(&format!(" using {}", self.api_version));
        }
        text
    }

    fn to_value(&self) -> Value {
        let mut entry = json!({
            "manager": self.manager, "operation": self.operation.name(), "apiVersion": self.api_version,
            "time": self.time, "fieldsType": "FieldsV1", "fieldsV1": encode(&self.fields),
        });
        if !self.subresource.is_empty() {
            entry["subresource"] = json!(self.subresource);
        }
        entry
    }
}

/// The entries of an object.
pub(super) fn read(object: &Value) -> Vec<Entry> {
    object::items(object, "/metadata/managedFields")
        .iter()
        .map(|entry| Entry {
            manager: object::text(entry, "/manager").to_owned(),
            operation: match object::text(entry, "/operation") {
                "Apply" => Operation::Apply,
                _ => Operation::Update,
            },
            subresource: object::text(entry, "/subresource").to_owned(),
            api_version: object::text(entry, "/apiVersion").to_owned(),
            time: object::text(entry, "/time").to_owned(),
            fields: entry.get("fieldsV1").map(decode).unwrap_or_default(),
        })
        .collect()
}

/// Writes the entries that own something.
pub(super) fn write(object: &mut Value, entries: &[Entry]) {
    let list: Vec<Value> = entries.iter().filter(|e| !e.fields.is_empty()).map(Entry::to_value).collect();
    let metadata = object::metadata(object);
    if list.is_empty() {
        metadata.shift_remove("managedFields");
    } else {
        metadata.insert("managedFields".to_owned(), Value::Array(list));
    }
}

/// Gives the fields that an update changed to its manager, and takes them from all others.
pub(super) fn record_update(kind: &Kind, before: Option<&Value>, after: &mut Value, manager: &str, sub: &str) {
    let cursor = Cursor::of(kind);
    let nothing = Value::Null;
    let old = leaves(cursor, before.unwrap_or(&nothing));
    let new = leaves(cursor, after);
    let changed: FieldSet =
        new.iter().filter(|(path, value)| old.get(*path) != Some(*value)).map(|(p, _)| p.clone()).collect();
    let gone: FieldSet = old.keys().filter(|path| !new.contains_key(*path)).cloned().collect();
    let mut entries = base(before, after);
    for entry in &mut entries {
        entry.fields.retain(|path| !changed.contains(path) && !gone.contains(path));
    }
    let mut mine = Entry::new(kind, manager, Operation::Update, sub);
    mine.fields = changed;
    match entries.iter_mut().find(|e| e.same_manager(&mine)) {
        Some(entry) if !mine.fields.is_empty() => {
            entry.fields.extend(mine.fields);
            entry.time = mine.time;
        }
        Some(_) => {}
        None => entries.push(mine),
    }
    write(after, &entries);
}

/// The record to go on from: the one in the request, where there is one (an emptied list, `[]` or `[{}]`, begins anew), else
/// the stored one.
fn base(before: Option<&Value>, after: &Value) -> Vec<Entry> {
    match (before, after.pointer("/metadata/managedFields")) {
        (Some(_), Some(Value::Array(_))) => read(after).into_iter().filter(|entry| !entry.manager.is_empty()).collect(),
        (before, _) => before.map(read).unwrap_or_default(),
    }
}

/// Every path that some entry of the list owns.
pub(super) fn union<'a>(entries: impl Iterator<Item = &'a Entry>) -> FieldSet {
    entries.flat_map(|e| e.fields.iter().cloned()).collect::<BTreeSet<_>>()
}
