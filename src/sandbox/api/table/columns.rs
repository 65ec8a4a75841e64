//! The columns of each kind, and the cells of custom kinds.

use serde_json::{Value, json};

use super::cells::{age_of, cell};
use super::{Column, age};
use crate::sandbox::api::kind::{Kind, Origin};
use crate::sandbox::api::object;

/// The columns of a kind.
pub(super) fn of(kind: &Kind) -> Vec<Column> {
    if let Origin::Custom { columns, .. } = &kind.origin {
        return custom(columns);
    }
    let names: &[&str] = match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "pods") => &[
            "Name",
            "Ready",
            "Status",
            "Restarts",
            "Age",
            "*IP",
            "*Node",
            "*Nominated Node",
            "*Readiness Gates",
        ],
        ("", "services") => &[
            "Name",
            "Type",
            "Cluster-IP",
            "External-IP",
            "Port(s)",
            "Age",
            "*Selector",
        ],
        ("", "nodes") => &["Name", "Status", "Roles", "Age", "Version", "*Internal-IP"],
        ("", "namespaces") => &["Name", "Status", "Age"],
        ("", "configmaps") => &["Name", "Data", "Age"],
        ("", "secrets") => &["Name", "Type", "Data", "Age"],
        ("", "endpoints") => &["Name", "Endpoints", "Age"],
        ("", "events") => &["Last Seen", "Type", "Reason", "Object", "Message", "*Name"],
        ("", "persistentvolumeclaims") => &[
            "Name",
            "Status",
            "Volume",
            "Capacity",
            "Access Modes",
            "StorageClass",
            "Age",
            "*VolumeMode",
        ],
        ("", "persistentvolumes") => &[
            "Name",
            "Capacity",
            "Access Modes",
            "Reclaim Policy",
            "Status",
            "Claim",
            "StorageClass",
            "Age",
        ],
        ("apps", "deployments") => &[
            "Name",
            "Ready",
            "Up-to-date",
            "Available",
            "Age",
            "*Containers",
            "*Images",
            "*Selector",
        ],
        ("apps", "statefulsets") => &["Name", "Ready", "Age", "*Containers", "*Images"],
        ("apps", "daemonsets") => &[
            "Name",
            "Desired",
            "Current",
            "Ready",
            "Up-to-date",
            "Available",
            "Node Selector",
            "Age",
            "*Containers",
            "*Images",
        ],
        ("apps", "replicasets") => &[
            "Name",
            "Desired",
            "Current",
            "Ready",
            "Age",
            "*Containers",
            "*Images",
        ],
        ("batch", "jobs") => &["Name", "Status", "Completions", "Duration", "Age"],
        ("discovery.k8s.io", "endpointslices") => {
            &["Name", "AddressType", "Ports", "Endpoints", "Age"]
        }
        ("storage.k8s.io", "storageclasses") => &[
            "Name",
            "Provisioner",
            "ReclaimPolicy",
            "VolumeBindingMode",
            "Age",
        ],
        ("apiextensions.k8s.io", _) => &["Name", "Created At"],
        _ => &["Name", "Age"],
    };
    names.iter().map(|name| built_in(name)).collect()
}

fn built_in(name: &str) -> Column {
    let (name, priority) = name.strip_prefix('*').map_or((name, 0), |name| (name, 1));
    Column {
        name: name.to_owned(),
        kind: "string",
        priority,
    }
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
    if let Origin::Custom { columns, .. } = &kind.origin {
        let mut cells = vec![json!(object::name(object))];
        cells.extend(columns.iter().map(|column| custom_cell(column, object)));
        if columns.is_empty() {
            cells.push(json!(age_of(object)));
        }
        return cells;
    }
    of(kind)
        .iter()
        .map(|column| cell(kind, &column.name, object))
        .collect()
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
            value = value
                .as_array()?
                .iter()
                .find(|item| item.get(field.trim()).and_then(Value::as_str) == Some(wanted))?;
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
        assert_eq!(
            path(r#".status.conditions[?(@.type=="Ready")].status"#),
            Some(json!("True"))
        );
        assert_eq!(path(".spec.list[0]"), Some(json!(5)));
        assert_eq!(path(".spec['a.b']"), Some(json!(1)));
        assert_eq!(path(".status.none"), None);
    }
}
