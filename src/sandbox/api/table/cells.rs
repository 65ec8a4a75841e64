//! The columns of built-in kinds and where their cells come from (k8s.io/kubernetes, pkg/printers/internalversion/printers.go).

use serde_json::{Map, Value};

use super::{age, pod};
use crate::sandbox::api::kind::Kind;
use crate::sandbox::api::object;

/// Where a cell comes from.
#[derive(Clone, Copy)]
pub(super) enum Cell {
    /// Text at a JSON pointer.
    At(&'static str),
    /// The same, and `<none>` where it is absent.
    OrNone(&'static str),
    /// A number at a JSON pointer, 0 where it is absent.
    Number(&'static str),
    Call(fn(&Value) -> String),
}

use Cell::{At, Call, Number, OrNone};

impl Cell {
    pub(super) fn of(self, object: &Value) -> String {
        match self {
            At(pointer) => object::text(object, pointer).to_owned(),
            OrNone(pointer) => or_none(object::text(object, pointer).to_owned()),
            Number(pointer) => object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0).to_string(),
            Call(make) => make(object),
        }
    }
}

/// The columns after `Name`; a `*` marks those that only `-o wide` shows.
type Columns = &'static [(&'static str, Cell)];

const AGE: (&str, Cell) = ("Age", Call(age_of));
const CONTAINERS: (&str, Cell) = ("*Containers", Call(container_names));
const IMAGES: (&str, Cell) = ("*Images", Call(images));
const SELECTOR: (&str, Cell) = ("*Selector", Call(|o| pairs(o.pointer("/spec/selector/matchLabels"))));
const PHASE: (&str, Cell) = ("Status", At("/status/phase"));

/// Group, plural, columns.
#[rustfmt::skip]
const TABLE: &[(&str, &str, Columns)] = &[
    ("", "pods", &[
        ("Ready", Call(|o| pod::summary(o).ready)), ("Status", Call(|o| pod::summary(o).status)),
        ("Restarts", Call(|o| pod::summary(o).restarts)), AGE,
        ("*IP", OrNone("/status/podIP")), ("*Node", OrNone("/spec/nodeName")),
        ("*Nominated Node", OrNone("/status/nominatedNodeName")), ("*Readiness Gates", Call(none)),
    ]),
    ("", "services", &[
        ("Type", At("/spec/type")), ("Cluster-IP", OrNone("/spec/clusterIP")), ("External-IP", Call(none)),
        ("Port(s)", Call(service_ports)), AGE, ("*Selector", Call(|o| pairs(o.pointer("/spec/selector")))),
    ]),
    ("", "nodes", &[
        ("Status", Call(node_status)), ("Roles", Call(roles)), AGE,
        ("Version", At("/status/nodeInfo/kubeletVersion")), ("*Internal-IP", Call(internal_ip)),
    ]),
    ("", "namespaces", &[PHASE, AGE]),
    ("", "configmaps", &[("Data", Call(data)), AGE]),
    ("", "secrets", &[("Type", At("/type")), ("Data", Call(data)), AGE]),
    ("", "endpoints", &[("Endpoints", Call(subsets)), AGE]),
    ("", "events", &[
        ("Last Seen", Call(last_seen)), ("Type", At("/type")), ("Reason", At("/reason")),
        ("Object", Call(involved)), ("Message", At("/message")),
    ]),
    ("", "persistentvolumeclaims", &[
        PHASE, ("Volume", At("/spec/volumeName")), ("Capacity", At("/status/capacity/storage")),
        ("Access Modes", Call(access_modes)), ("StorageClass", At("/spec/storageClassName")), AGE,
        ("*VolumeMode", At("/spec/volumeMode")),
    ]),
    ("", "persistentvolumes", &[
        ("Capacity", At("/spec/capacity/storage")), ("Access Modes", Call(access_modes)),
        ("Reclaim Policy", At("/spec/persistentVolumeReclaimPolicy")), PHASE, ("Claim", Call(claim)),
        ("StorageClass", At("/spec/storageClassName")), AGE,
    ]),
    ("apps", "deployments", &[
        ("Ready", Call(ready_of_wanted)), ("Up-to-date", Number("/status/updatedReplicas")),
        ("Available", Number("/status/availableReplicas")), AGE, CONTAINERS, IMAGES, SELECTOR,
    ]),
    ("apps", "statefulsets", &[("Ready", Call(ready_of_wanted)), AGE, CONTAINERS, IMAGES]),
    ("apps", "daemonsets", &[
        ("Desired", Number("/status/desiredNumberScheduled")), ("Current", Number("/status/currentNumberScheduled")),
        ("Ready", Number("/status/numberReady")), ("Up-to-date", Number("/status/updatedNumberScheduled")),
        ("Available", Number("/status/numberAvailable")),
        ("Node Selector", Call(|o| pairs(o.pointer("/spec/template/spec/nodeSelector")))), AGE,
        CONTAINERS, IMAGES, SELECTOR,
    ]),
    ("apps", "replicasets", &[
        ("Desired", Number("/spec/replicas")), ("Current", Number("/status/replicas")),
        ("Ready", Number("/status/readyReplicas")), AGE, CONTAINERS, IMAGES, SELECTOR,
    ]),
    ("batch", "jobs", &[("Status", Call(job_status)), ("Completions", Call(completions)), AGE]),
    ("discovery.k8s.io", "endpointslices", &[
        ("AddressType", At("/addressType")), ("Ports", Call(slice_ports)), ("Endpoints", Call(slice_addresses)), AGE,
    ]),
    ("storage.k8s.io", "storageclasses", &[
        ("Provisioner", At("/provisioner")), ("ReclaimPolicy", At("/reclaimPolicy")),
        ("VolumeBindingMode", At("/volumeBindingMode")), AGE,
    ]),
    ("apiextensions.k8s.io", "customresourcedefinitions", &[("Created At", At("/metadata/creationTimestamp"))]),
];

/// The columns of a built-in kind after `Name`.
pub(super) fn columns(kind: &Kind) -> Columns {
    TABLE.iter().find(|(group, plural, _)| kind.is(group, plural)).map_or(&[AGE], |(_, _, columns)| columns)
}

pub(super) fn age_of(object: &Value) -> String {
    age::since(object::text(object, "/metadata/creationTimestamp"))
}

fn or_none(text: String) -> String {
    if text.is_empty() { none(&Value::Null) } else { text }
}

fn none(_: &Value) -> String {
    "<none>".to_owned()
}

fn data(object: &Value) -> String {
    (size(object, "data") + size(object, "binaryData")).to_string()
}

fn last_seen(event: &Value) -> String {
    let last = object::text(event, "/lastTimestamp");
    age::since(if last.is_empty() { object::text(event, "/eventTime") } else { last })
}

fn involved(event: &Value) -> String {
    let kind = object::text(event, "/involvedObject/kind").to_lowercase();
    format!("{kind}/{}", object::text(event, "/involvedObject/name"))
}

fn claim(volume: &Value) -> String {
    let text = |pointer: &str| object::text(volume, pointer);
    format!("{}/{}", text("/spec/claimRef/namespace"), text("/spec/claimRef/name"))
}

fn ready_of_wanted(object: &Value) -> String {
    format!("{}/{}", Number("/status/readyReplicas").of(object), Number("/spec/replicas").of(object))
}

fn completions(job: &Value) -> String {
    format!("{}/{}", Number("/status/succeeded").of(job), Number("/spec/completions").of(job))
}

fn container_names(object: &Value) -> String {
    containers(object, "/name")
}

fn images(object: &Value) -> String {
    containers(object, "/image")
}

fn slice_ports(slice: &Value) -> String {
    join(object::items(slice, "/ports").iter().map(|p| p["port"].to_string()))
}

fn slice_addresses(slice: &Value) -> String {
    let endpoints = object::items(slice, "/endpoints").iter();
    join(endpoints.flat_map(|e| object::texts(e, "/addresses")).map(str::to_owned))
}

fn join(parts: impl Iterator<Item = String>) -> String {
    or_none(parts.collect::<Vec<_>>().join(","))
}

fn size(object: &Value, field: &str) -> usize {
    object.get(field).and_then(Value::as_object).map_or(0, Map::len)
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
        object::items(service, "/spec/ports").iter().map(|p| format!("{}/{}", p["port"], object::text(p, "/protocol"))),
    )
}

fn subsets(endpoints: &Value) -> String {
    let subsets = object::items(endpoints, "/subsets").iter();
    join(subsets.flat_map(|subset| {
        let ports = object::items(subset, "/ports");
        let addresses = object::items(subset, "/addresses").iter();
        addresses.flat_map(move |a| ports.iter().map(move |p| format!("{}:{}", object::text(a, "/ip"), p["port"])))
    }))
}

fn node_status(node: &Value) -> String {
    let conditions = object::items(node, "/status/conditions");
    let ready = conditions.iter().find(|c| object::text(c, "/type") == "Ready").map(|c| object::text(c, "/status"));
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
    let labels = node.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
    join(labels.filter_map(|(name, _)| name.strip_prefix("node-role.kubernetes.io/").map(str::to_owned)))
}

fn internal_ip(node: &Value) -> String {
    let addresses = object::items(node, "/status/addresses");
    let internal = addresses.iter().find(|a| object::text(a, "/type") == "InternalIP");
    internal.map_or("<none>", |a| object::text(a, "/address")).to_owned()
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
    let ended = conditions
        .iter()
        .find(|c| matches!(object::text(c, "/type"), "Complete" | "Failed") && object::text(c, "/status") == "True");
    ended.map_or("Running", |c| object::text(c, "/type")).to_owned()
}
