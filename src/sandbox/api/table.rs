//! In which form objects are sent: whole, as Table rows (what `kubectl get` prints), or their metadata only.

use http::{HeaderMap, header};
use serde_json::{Value, json};

use super::kind::Kind;
use super::list::{self, Page};
use super::patch::as_version;
use super::request::Query;

mod age;
mod cells;
mod columns;
mod pod;

/// The form that a client asks for by its `Accept` header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    /// Rows; each with its whole object or with the metadata only.
    Table {
        whole: bool,
    },
    Metadata,
}

/// One column of a Table.
#[derive(Debug, Clone, PartialEq)]
struct Column {
    name: String,
    kind: &'static str,
    /// 0 is always shown, 1 only by `-o wide`.
    priority: i64,
}

impl Form {
    pub(super) fn asked(headers: &HeaderMap, query: &Query) -> Self {
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let first = accept.split(',').next().unwrap_or_default();
        let has = |part: &str| first.split(';').any(|p| p.trim() == part);
        if !has("g=meta.k8s.io") {
            Form::Whole
        } else if has("as=Table") {
            Form::Table { whole: query.text("includeObject") == "Object" }
        } else if has("as=PartialObjectMetadata") || has("as=PartialObjectMetadataList") {
            Form::Metadata
        } else {
            Form::Whole
        }
    }

    /// One object in this form.
    pub(super) fn one(self, kind: &Kind, object: Value) -> Value {
        match self {
            Form::Whole => object,
            Form::Table { whole } => table(kind, &[object], &json!({}), whole),
            Form::Metadata => metadata_only(&object),
        }
    }

    /// A page of a list in this form.
    pub(super) fn list(self, kind: &Kind, page: &Page) -> Value {
        let objects = || page.items.iter().map(|o| as_version(kind, o)).collect::<Vec<_>>();
        match self {
            Form::Whole => list::to_value(kind, page),
            Form::Table { whole } => table(kind, &objects(), &list::metadata(page), whole),
            Form::Metadata => json!({
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                "metadata": list::metadata(page),
                "items": objects().iter().map(metadata_only).collect::<Vec<_>>(),
            }),
        }
    }
}

fn metadata_only(object: &Value) -> Value {
    json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": object["metadata"]})
}

fn table(kind: &Kind, objects: &[Value], metadata: &Value, whole: bool) -> Value {
    let columns = columns::of(kind);
    let definitions: Vec<Value> = columns
        .iter()
        .map(|c| {
            let format = if c.name == "Name" { "name" } else { "" };
            json!({"name": c.name, "type": c.kind, "format": format, "description": "", "priority": c.priority})
        })
        .collect();
    let rows: Vec<Value> = objects
        .iter()
        .map(|object| {
            let shown = if whole { object.clone() } else { metadata_only(object) };
            json!({"cells": columns::cells(kind, object), "object": shown})
        })
        .collect();
    let mut metadata = metadata.clone();
    if let (None, [one]) = (metadata.get("resourceVersion"), objects) {
        metadata["resourceVersion"] = one["metadata"]["resourceVersion"].clone();
    }
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        "columnDefinitions": definitions, "rows": rows,
    })
}
