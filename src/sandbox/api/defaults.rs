//! Values that the real server fills in on built-in kinds, as far as others rely on them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::object;
use super::store::State;

/// Fills in what is absent (k8s.io/kubernetes, pkg/apis/*/v1/defaults.go).
pub(super) fn fill(state: &State, kind: &Kind, object: &mut Value, creating: bool) {
    match (kind.group.as_str(), kind.plural.as_str()) {
        ("", "namespaces") => namespace(object, creating),
        ("", "services") => service(state, object),
        ("", "pods") => pod(object, creating),
        ("", "persistentvolumeclaims") => claim(object, creating),
        ("", "persistentvolumes") => {
            default(
                object,
                "spec.persistentVolumeReclaimPolicy",
                json!("Retain"),
            );
            default(object, "spec.volumeMode", json!("Filesystem"));
            start_status(object, creating, &json!({"phase": "Pending"}));
        }
        ("", "secrets") => secret(object),
        ("apps", "deployments") => deployment(object),
        ("apps", "statefulsets") => stateful_set(object),
        ("apps", "daemonsets") => daemon_set(object),
        ("apps", "replicasets") => {
            default(object, "spec.replicas", json!(1));
            template(object);
        }
        ("batch", "jobs") => job(object),
        ("storage.k8s.io", "storageclasses") => {
            default(object, "reclaimPolicy", json!("Delete"));
            default(object, "volumeBindingMode", json!("Immediate"));
        }
        _ => {}
    }
}

fn default(object: &mut Value, path: &str, value: Value) {
    if object::at(object, path).is_none_or(Value::is_null) {
        object::set_at(object, path, value);
    }
}

fn start_status(object: &mut Value, creating: bool, status: &Value) {
    if creating {
        for (name, value) in status.as_object().into_iter().flatten() {
            default(object, &format!("status.{name}"), value.clone());
        }
    }
}

fn namespace(object: &mut Value, creating: bool) {
    let name = object::name(object).to_owned();
    object::section(&mut object["metadata"], "labels")
        .insert("kubernetes.io/metadata.name".into(), json!(name));
    if creating {
        default(object, "spec.finalizers", json!(["kubernetes"]));
    }
    start_status(object, creating, &json!({"phase": "Active"}));
}

fn pod(object: &mut Value, creating: bool) {
    if let Some(spec) = object.get_mut("spec") {
        pod_spec(spec);
        default(spec, "enableServiceLinks", json!(true));
        if object::text(spec, "/serviceAccountName").is_empty() {
            object::set_at(spec, "serviceAccountName", json!("default"));
        }
    }
    let class = quality(object);
    start_status(
        object,
        creating,
        &json!({"phase": "Pending", "qosClass": class}),
    );
}

/// The quality-of-service class, from requests and limits of all containers.
fn quality(pod: &Value) -> &'static str {
    let containers = object::items(pod, "/spec/containers");
    let part = |c: &Value, what: &str| {
        c.pointer(&format!("/resources/{what}"))
            .cloned()
            .unwrap_or(json!({}))
    };
    let empty = |v: &Value| v.as_object().is_none_or(Map::is_empty);
    if containers
        .iter()
        .all(|c| empty(&part(c, "limits")) && empty(&part(c, "requests")))
    {
        return "BestEffort";
    }
    let guaranteed = containers.iter().all(|c| {
        let (limits, requests) = (part(c, "limits"), part(c, "requests"));
        ["cpu", "memory"].iter().all(|r| {
            limits.get(r).is_some()
                && requests
                    .get(r)
                    .is_none_or(|request| Some(request) == limits.get(r))
        })
    });
    if guaranteed {
        "Guaranteed"
    } else {
        "Burstable"
    }
}

fn template(object: &mut Value) {
    if let Some(spec) = object.pointer_mut("/spec/template/spec") {
        pod_spec(spec);
    }
}

fn pod_spec(spec: &mut Value) {
    default(spec, "restartPolicy", json!("Always"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "securityContext", json!({}));
    default(spec, "schedulerName", json!("default-scheduler"));
    for list in ["initContainers", "containers"] {
        for container in spec
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            container_defaults(container);
        }
    }
}

fn container_defaults(container: &mut Value) {
    if !container.is_object() {
        return;
    }
    let image = object::text(container, "/image").to_owned();
    let tag = image
        .rsplit('/')
        .next()
        .and_then(|last| last.split_once(':'))
        .map(|(_, tag)| tag);
    let policy = if tag.is_none_or(|t| t == "latest") && !image.contains('@') {
        "Always"
    } else {
        "IfNotPresent"
    };
    default(container, "imagePullPolicy", json!(policy));
    default(
        container,
        "terminationMessagePath",
        json!("/dev/termination-log"),
    );
    default(container, "terminationMessagePolicy", json!("File"));
    default(container, "resources", json!({}));
    for port in container
        .get_mut("ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        default(port, "protocol", json!("TCP"));
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(probe) = container.get_mut(probe).filter(|p| p.is_object()) {
            default(probe, "timeoutSeconds", json!(1));
            default(probe, "periodSeconds", json!(10));
            default(probe, "successThreshold", json!(1));
            default(probe, "failureThreshold", json!(3));
            if probe.get("httpGet").is_some() {
                default(probe, "httpGet.scheme", json!("HTTP"));
                default(probe, "httpGet.path", json!("/"));
            }
        }
    }
}

fn deployment(object: &mut Value) {
    default(object, "spec.replicas", json!(1));
    default(object, "spec.strategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/strategy/type") == "RollingUpdate" {
        default(
            object,
            "spec.strategy.rollingUpdate.maxUnavailable",
            json!("25%"),
        );
        default(object, "spec.strategy.rollingUpdate.maxSurge", json!("25%"));
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    default(object, "spec.progressDeadlineSeconds", json!(600));
    template(object);
}

fn stateful_set(object: &mut Value) {
    default(object, "spec.replicas", json!(1));
    default(object, "spec.podManagementPolicy", json!("OrderedReady"));
    default(object, "spec.updateStrategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        default(
            object,
            "spec.updateStrategy.rollingUpdate.partition",
            json!(0),
        );
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    default(
        object,
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted",
        json!("Retain"),
    );
    default(
        object,
        "spec.persistentVolumeClaimRetentionPolicy.whenScaled",
        json!("Retain"),
    );
    let claims = object
        .pointer_mut("/spec/volumeClaimTemplates")
        .and_then(Value::as_array_mut);
    for claim in claims.into_iter().flatten() {
        default(claim, "kind", json!("PersistentVolumeClaim"));
        default(claim, "apiVersion", json!("v1"));
        default(claim, "spec.volumeMode", json!("Filesystem"));
        default(claim, "status.phase", json!("Pending"));
    }
    template(object);
}

fn daemon_set(object: &mut Value) {
    default(object, "spec.updateStrategy.type", json!("RollingUpdate"));
    if object::text(object, "/spec/updateStrategy/type") == "RollingUpdate" {
        default(
            object,
            "spec.updateStrategy.rollingUpdate.maxUnavailable",
            json!(1),
        );
        default(
            object,
            "spec.updateStrategy.rollingUpdate.maxSurge",
            json!(0),
        );
    }
    default(object, "spec.revisionHistoryLimit", json!(10));
    template(object);
}

fn job(object: &mut Value) {
    default(object, "spec.parallelism", json!(1));
    default(object, "spec.completions", json!(1));
    default(object, "spec.backoffLimit", json!(6));
    default(object, "spec.completionMode", json!("NonIndexed"));
    default(object, "spec.suspend", json!(false));
    template(object);
}

fn claim(object: &mut Value, creating: bool) {
    default(object, "spec.volumeMode", json!("Filesystem"));
    start_status(object, creating, &json!({"phase": "Pending"}));
}

/// `stringData` is written into `data`, as the real server does.
fn secret(object: &mut Value) {
    use base64::Engine;
    default(object, "type", json!("Opaque"));
    let plain = object
        .as_object_mut()
        .and_then(|o| o.shift_remove("stringData"));
    for (name, value) in plain
        .as_ref()
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let encoded =
            base64::engine::general_purpose::STANDARD.encode(value.as_str().unwrap_or_default());
        object::section(object, "data").insert(name.clone(), json!(encoded));
    }
}

fn service(state: &State, object: &mut Value) {
    default(object, "spec.type", json!("ClusterIP"));
    default(object, "spec.sessionAffinity", json!("None"));
    for port in object
        .pointer_mut("/spec/ports")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        default(port, "protocol", json!("TCP"));
        let number = port.get("port").cloned().unwrap_or(Value::Null);
        default(port, "targetPort", number);
    }
    if object::text(object, "/spec/type") == "ExternalName" {
        return;
    }
    default(object, "spec.internalTrafficPolicy", json!("Cluster"));
    default(object, "spec.ipFamilyPolicy", json!("SingleStack"));
    default(object, "spec.ipFamilies", json!(["IPv4"]));
    if object::text(object, "/spec/clusterIP").is_empty() {
        let address = cluster_ip(state, object::namespace(object), object::name(object));
        object::set_at(object, "spec.clusterIP", json!(address));
    }
    let address = object["spec"]["clusterIP"].clone();
    object::set_at(object, "spec.clusterIPs", json!([address]));
}

/// An address of 127.block.(96..=127).x: the same for the same name each time, the next free one where two names meet.
fn cluster_ip(state: &State, namespace: &str, name: &str) -> String {
    let taken: std::collections::HashSet<&str> = state
        .list("", "services", None)
        .map(|(_, s)| object::text(s, "/spec/clusterIP"))
        .collect();
    let mut hasher = DefaultHasher::new();
    (namespace, name).hash(&mut hasher);
    let start = hasher.finish();
    // 32 third bytes x 254 fourth bytes (1..=254).
    (0..32 * 254_u64)
        .map(|step| (start.wrapping_add(step)) % (32 * 254))
        .map(|n| {
            let third = u8::try_from(96 + n / 254).unwrap_or(96);
            let fourth = u8::try_from(1 + n % 254).unwrap_or(1);
            Ipv4Addr::new(127, state.block, third, fourth).to_string()
        })
        .find(|address| !taken.contains(address.as_str()))
        .unwrap_or_else(|| "None".to_owned())
}
