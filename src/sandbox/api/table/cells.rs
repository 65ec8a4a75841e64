//! The cells of built-in kinds, column by column (k8s.io/kubernetes, pkg/printers/internalversion/printers.go).

use serde_json::{Map, Value, json};

use super::{age, pod};
use crate::sandbox::api::kind::Kind;
use crate::sandbox::api::object;

pub(super) fn age_of(object: &Value) -> String {
    age::since(object::text(object, "/metadata/creationTimestamp"))
}

pub(super) fn cell(kind: &Kind, column: &str, object: &Value) -> Value {
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
