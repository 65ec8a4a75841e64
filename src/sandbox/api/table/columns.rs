//! The columns of each kind and their cells, as kubectl shows them.

use serde_json::{Map, Value, json};

use super::{Column, age, pod};
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

fn age_of(object: &Value) -> String {
    age::since(object::text(object, "/metadata/creationTimestamp"))
}

fn cell(kind: &Kind, column: &str, object: &Value) -> Value {
    let text = |pointer: &str| object::text(object, pointer);
    let or_none = |text: &str| {
        if text.is_empty() {
            "<none>".to_owned()
        } else {
            text.to_owned()
        }
    };
    let number = |pointer: &str| {
        object
            .pointer(pointer)
            .and_then(Value::as_i64)
            .unwrap_or(0)
            .to_string()
    };
    let is_pod = kind.plural == "pods" && kind.group.is_empty();
    let status = |name: &str| number(&format!("/status/{name}"));
    let daemons = kind.plural == "daemonsets";
    let cell = match (column, kind.plural.as_str()) {
        ("Name", _) => object::name(object).to_owned(),
        ("Age", _) => age_of(object),
        ("Ready", _) if is_pod => pod::summary(object).ready,
        ("Status", _) if is_pod => pod::summary(object).status,
        ("Restarts", _) => pod::summary(object).restarts,
        ("IP", _) => or_none(text("/status/podIP")),
        ("Node", _) => or_none(text("/spec/nodeName")),
        ("Nominated Node" | "Readiness Gates" | "External-IP", _) => "<none>".to_owned(),
        ("Type", "services") => text("/spec/type").to_owned(),
        ("Type" | "Reason" | "Message", _) => {
            text(&format!("/{}", column.to_lowercase())).to_owned()
        }
        ("Cluster-IP", _) => or_none(text("/spec/clusterIP")),
        ("Port(s)", _) => service_ports(object),
        ("Status", "nodes") => node_status(object),
        ("Roles", _) => roles(object),
        ("Version", _) => text("/status/nodeInfo/kubeletVersion").to_owned(),
        ("Internal-IP", _) => internal_ip(object),
        ("Status", "jobs") => job_status(object),
        ("Status", _) => text("/status/phase").to_owned(),
        ("Data", _) => (size(object, "data") + size(object, "binaryData")).to_string(),
        ("Volume", _) => text("/spec/volumeName").to_owned(),
        ("VolumeMode", _) => text("/spec/volumeMode").to_owned(),
        ("Capacity", "persistentvolumes") => text("/spec/capacity/storage").to_owned(),
        ("Capacity", _) => text("/status/capacity/storage").to_owned(),
        ("Access Modes", _) => access_modes(object),
        ("StorageClass", _) => text("/spec/storageClassName").to_owned(),
        ("Reclaim Policy", _) => text("/spec/persistentVolumeReclaimPolicy").to_owned(),
        ("Claim", _) => format!(
            "{}/{}",
            text("/spec/claimRef/namespace"),
            text("/spec/claimRef/name")
        ),
        ("Provisioner", _) => text("/provisioner").to_owned(),
        ("ReclaimPolicy", _) => text("/reclaimPolicy").to_owned(),
        ("VolumeBindingMode", _) => text("/volumeBindingMode").to_owned(),
        ("Created At", _) => text("/metadata/creationTimestamp").to_owned(),
        ("Ready", "deployments" | "statefulsets") => {
            format!("{}/{}", status("readyReplicas"), number("/spec/replicas"))
        }
        ("Up-to-date", _) => status(if daemons {
            "updatedNumberScheduled"
        } else {
            "updatedReplicas"
        }),
        ("Available", _) => status(if daemons {
            "numberAvailable"
        } else {
            "availableReplicas"
        }),
        ("Desired", _) if daemons => status("desiredNumberScheduled"),
        ("Current", _) if daemons => status("currentNumberScheduled"),
        ("Ready", _) if daemons => status("numberReady"),
        ("Desired", _) => number("/spec/replicas"),
        ("Current", _) => status("replicas"),
        ("Ready", _) => status("readyReplicas"),
        ("Node Selector", _) => pairs(object.pointer("/spec/template/spec/nodeSelector")),
        ("Selector", "services") => pairs(object.pointer("/spec/selector")),
        ("Selector", _) => pairs(object.pointer("/spec/selector/matchLabels")),
        ("Containers", _) => containers(object, "/name"),
        ("Images", _) => containers(object, "/image"),
        ("Completions", _) => format!("{}/{}", status("succeeded"), number("/spec/completions")),
        ("AddressType", _) => text("/addressType").to_owned(),
        ("Ports", _) => join(
            object::items(object, "/ports")
                .iter()
                .map(|p| p["port"].to_string()),
        ),
        ("Endpoints", "endpointslices") => join(
            object::items(object, "/endpoints")
                .iter()
                .flat_map(|e| object::texts(e, "/addresses"))
                .map(str::to_owned),
        ),
        ("Endpoints", _) => subsets(object),
        ("Last Seen", _) => age::since(if text("/lastTimestamp").is_empty() {
            text("/eventTime")
        } else {
            text("/lastTimestamp")
        }),
        ("Object", _) => format!(
            "{}/{}",
            text("/involvedObject/kind").to_lowercase(),
            text("/involvedObject/name")
        ),
        _ => String::new(),
    };
    json!(cell)
}

fn join(parts: impl Iterator<Item = String>) -> String {
    let list: Vec<String> = parts.collect();
    if list.is_empty() {
        "<none>".to_owned()
    } else {
        list.join(",")
    }
}

fn size(object: &Value, field: &str) -> usize {
    object
        .get(field)
        .and_then(Value::as_object)
        .map_or(0, Map::len)
}

fn pairs(map: Option<&Value>) -> String {
    let map = map.and_then(Value::as_object).into_iter().flatten();
    join(map.map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default())))
}

fn containers(object: &Value, field: &str) -> String {
    let list = object::items(object, "/spec/template/spec/containers");
    join(list.iter().map(|c| object::text(c, field).to_owned()))
}

fn service_ports(service: &Value) -> String {
    join(
        object::items(service, "/spec/ports")
            .iter()
            .map(|p| format!("{}/{}", p["port"], object::text(p, "/protocol"))),
    )
}

fn subsets(endpoints: &Value) -> String {
    let subsets = object::items(endpoints, "/subsets").iter();
    join(subsets.flat_map(|subset| {
        let ports = object::items(subset, "/ports");
        let addresses = object::items(subset, "/addresses").iter();
        addresses.flat_map(move |a| {
            ports
                .iter()
                .map(move |p| format!("{}:{}", object::text(a, "/ip"), p["port"]))
        })
    }))
}

fn node_status(node: &Value) -> String {
    let conditions = object::items(node, "/status/conditions");
    let ready = conditions
        .iter()
        .find(|c| object::text(c, "/type") == "Ready")
        .map(|c| object::text(c, "/status"));
    let mut status = match ready {
        Some("True") => "Ready",
        Some(_) => "NotReady",
        None => "Unknown",
    }
    .to_owned();
    if node.pointer("/spec/unschedulable") == Some(&Value::Bool(true)) {
        status.push_str(",SchedulingDisabled");
    }
    status
}

fn roles(node: &Value) -> String {
    let labels = node
        .pointer("/metadata/labels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    join(labels.filter_map(|(name, _)| {
        name.strip_prefix("node-role.kubernetes.io/")
            .map(str::to_owned)
    }))
}

fn internal_ip(node: &Value) -> String {
    let addresses = object::items(node, "/status/addresses");
    let internal = addresses
        .iter()
        .find(|a| object::text(a, "/type") == "InternalIP");
    internal
        .map_or("<none>", |a| object::text(a, "/address"))
        .to_owned()
}

fn access_modes(claim: &Value) -> String {
    let short = |mode: &str| match mode {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        _ => "",
    };
    let modes = object::texts(claim, "/spec/accessModes");
    modes.into_iter().map(short).collect::<Vec<_>>().join(",")
}

fn job_status(job: &Value) -> String {
    let conditions = object::items(job, "/status/conditions");
    let ended = conditions.iter().find(|c| {
        matches!(object::text(c, "/type"), "Complete" | "Failed")
            && object::text(c, "/status") == "True"
    });
    ended
        .map_or("Running", |c| object::text(c, "/type"))
        .to_owned()
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
