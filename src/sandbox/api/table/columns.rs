//! The columns of each kind, and the cells of custom kinds.

use serde_json::{Value, json};

use super::cells::{self, age_of};
use super::{Column, age};
use crate::sandbox::api::kind::{Kind, Origin};
use crate::sandbox::api::object;

/// The columns of a kind.
pub(super) fn of(kind: &Kind) -> Vec<Column> {
    match &kind.origin {
        Origin::Custom { columns, .. } => custom(columns),
        Origin::BuiltIn => {
            let names = cells::columns(kind).iter().map(|(name, _)| *name);
            std::iter::once("Name").chain(names).map(built_in).collect()
        }
    }
}

fn built_in(name: &str) -> Column {
    let (name, priority) = name.strip_prefix('*').map_or((name, 0), |name| (name, 1));
    Column { name: name.to_owned(), kind: "string", priority }
}

fn custom(columns: &[Value]) -> Vec<Column> {
    let mut all = vec![built_in("Name")];
    all.extend(columns.iter().map(|c| Column {
        name: object::text(c, "/name").to_owned(),
        kind: match object::text(c, "/type") {
            "integer" => "integer",
            "number" => "number",
            "boolean" => "boolean",
            "date" => "date",
            _ => "string",
        },
        priority: c["priority"].as_i64().unwrap_or(0),
    }));
    if columns.is_empty() {
        all.push(built_in("Age"));
    }
    all
}

/// The cells of an object, one a column.
pub(super) fn cells(kind: &Kind, object: &Value) -> Vec<Value> {
    let name = std::iter::once(json!(object::name(object)));
    match &kind.origin {
        Origin::Custom { columns, .. } if columns.is_empty() => name.chain([json!(age_of(object))]).collect(),
        Origin::Custom { columns, .. } => name.chain(columns.iter().map(|c| custom_cell(c, object))).collect(),
        Origin::BuiltIn => name.chain(cells::columns(kind).iter().map(|(_, cell)| json!(cell.of(object)))).collect(),
    }
}

/// Follows a simple JSONPath: fields, and `[?(@.type=="Ready")]` on lists.
fn custom_cell(column: &Value, object: &Value) -> Value {
    let found = json_path(object, object::text(column, "/jsonPath"));
    match (object::text(column, "/type"), found) {
        (_, None | Some(Value::Null)) => Value::Null,
        ("date", Some(value)) => json!(age::since(value.as_str().unwrap_or_default())),
        ("string", Some(value)) if !value.is_string() => json!(value.to_string()),
        (_, Some(value)) => value.clone(),
    }
}

fn json_path<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    let mut rest = path.trim_start_matches('.');
    while !rest.is_empty() {
        if let Some(filter) = rest.strip_prefix("[?(@.") {
            let (condition, tail) = filter.split_once(")]")?;
            let (field, wanted) = condition.split_once("==")?;
            let wanted = wanted.trim().trim_matches(['"', '\'']);
            value =
                value.as_array()?.iter().find(|item| item.get(field.trim()).and_then(Value::as_str) == Some(wanted))?;
            rest = tail.trim_start_matches('.');
        } else if let Some(index) = rest.strip_prefix('[') {
            let (index, tail) = index.split_once(']')?;
            value = match index.parse::<usize>() {
                Ok(index) => value.get(index)?,
                Err(_) => value.get(index.trim_matches(['"', '\'']))?,
            };
            rest = tail.trim_start_matches('.');
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            value = value.get(&rest[..end])?;
            rest = rest[end..].trim_start_matches('.');
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printer_columns_follow_their_paths() {
        let object = json!({"status": {"updateStatus": "operational", "conditions": [{"type": "Ready", "status": "True"}]}, "spec": {"a.b": 1, "list": [5]}});
        let path = |path: &str| json_path(&object, path).cloned();
        assert_eq!(path(".status.updateStatus"), Some(json!("operational")));
        assert_eq!(path(r#".status.conditions[?(@.type=="Ready")].status"#), Some(json!("True")));
        assert_eq!(path(".spec.list[0]"), Some(json!(5)));
        assert_eq!(path(".spec['a.b']"), Some(json!(1)));
        assert_eq!(path(".status.none"), None);
    }
}
