//! Parts of pod templates that applications share: probes, the sidecar, common pod fields.

use serde_json::{Map, Value, json};

use super::{Application, args};
use crate::sandbox::operator::object::{copy, given, list, scalar, text, texts};

/// Port of the sidecar.
const RELOADER_PORT: u16 = 8435;

/// Whether a container has a liveness probe beside its readiness probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    /// As all but VMSingle.
    Probed,
    /// VMSingle: a long start would otherwise be cut short.
    None,
}

/// The main container, without volume mounts.
pub fn container(application: &Application, name: &str, args: Vec<String>, ports: Value) -> Value {
    let spec = application.spec();
    let mut container = json!({
        "name": name,
        "image": args::image(spec),
        "imagePullPolicy": spec["image"]["pullPolicy"],
        "args": args,
        "ports": ports,
        "resources": spec["resources"],
        "terminationMessagePolicy": "FallbackToLogsOnError",
    });
    if !list(spec, "extraEnvs").is_empty() {
        container["env"] = spec["extraEnvs"].clone();
    }
    if !list(spec, "extraEnvsFrom").is_empty() {
        container["envFrom"] = spec["extraEnvsFrom"].clone();
    }
    container
}

/// Adds the probes on `path` at `port`.
pub fn probe(container: &mut Value, spec: &Value, path: &str, port: Value, liveness: Liveness) {
    let default = json!({
        "httpGet": {"path": path, "port": port, "scheme": "HTTP"},
        "failureThreshold": 10, "periodSeconds": 5, "successThreshold": 1, "timeoutSeconds": 5,
    });
    container["readinessProbe"] = given(spec, "readinessProbe").cloned().unwrap_or(default.clone());
    if liveness == Liveness::Probed {
        container["livenessProbe"] = given(spec, "livenessProbe").cloned().unwrap_or(default);
    }
}

/// A container port of the main container: `http`.
pub fn http_port(spec: &Value) -> Value {
    let port: u16 = scalar(&spec["port"]).parse().unwrap_or(0);
    json!([{"name": "http", "containerPort": port, "protocol": "TCP"}])
}

/// The sidecar that loads configuration.
pub fn reloader(application: &Application, args: Vec<String>, mounts: Value) -> Value {
    let health = json!({"path": "/health", "port": RELOADER_PORT, "scheme": "HTTP"});
    let probe = |delay: u8| {
        let mut probe = json!({"httpGet": health, "failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1});
        if delay > 0 {
            probe["initialDelaySeconds"] = json!(delay);
        }
        probe
    };
    let mut container = reloader_base(application, "config-reloader", args, mounts);
    container["ports"] = json!([{"name": "reloader-http", "containerPort": RELOADER_PORT, "protocol": "TCP"}]);
    container["livenessProbe"] = probe(0);
    container["readinessProbe"] = probe(5);
    container["terminationMessagePolicy"] = json!("FallbackToLogsOnError");
    container
}

/// The sidecar as an init container: writes the configuration once.
pub fn config_init(application: &Application, args: Vec<String>, mounts: Value) -> Value {
    reloader_base(application, "config-init", args, mounts)
}

fn reloader_base(application: &Application, name: &str, args: Vec<String>, mounts: Value) -> Value {
    let spec = application.spec();
    let image = Some(text(spec, "configReloaderImageTag")).filter(|image| !image.is_empty());
    json!({
        "name": name,
        "image": image.unwrap_or(&application.reloader),
        "imagePullPolicy": "IfNotPresent",
        "args": args,
        "resources": spec["configReloaderResources"],
        "volumeMounts": mounts,
    })
}

/// Volumes and mounts for `secrets` and `configMaps` of the spec, besides `volumes` and `volumeMounts`.
pub fn add_extra_volumes(spec: &Value, volumes: &mut Vec<Value>, mounts: &mut Vec<Value>) {
    volumes.extend(list(spec, "volumes").iter().cloned());
    mounts.extend(list(spec, "volumeMounts").iter().cloned());
    for name in list(spec, "secrets").iter().map(scalar) {
        volumes.push(json!({"name": format!("secret-{name}"), "secret": {"secretName": name}}));
        mounts.push(
            json!({"name": format!("secret-{name}"), "mountPath": format!("/etc/vm/secrets/{name}"), "readOnly": true}),
        );
    }
    for name in list(spec, "configMaps").iter().map(scalar) {
        volumes.push(json!({"name": format!("configmap-{name}"), "configMap": {"name": name}}));
        mounts.push(json!({"name": format!("configmap-{name}"), "mountPath": format!("/etc/vm/configs/{name}"), "readOnly": true}));
    }
}

/// The pod template around containers and volumes.
pub fn template(application: &Application, containers: Vec<Value>, init: Vec<Value>, volumes: Vec<Value>) -> Value {
    let spec = application.spec();
    let (pod_security, container_security) = security(spec);
    let secured = |container: &Value| {
        let mut container = container.clone();
        if !container_security.is_empty() {
            container["securityContext"] = Value::Object(container_security.clone());
        }
        container
    };
    let mut containers: Vec<Value> = containers.iter().map(secured).collect();
    containers.extend(list(spec, "containers").iter().cloned());
    let mut init: Vec<Value> = init.iter().map(secured).collect();
    init.extend(list(spec, "initContainers").iter().cloned());
    let mut pod = json!({
        "containers": containers,
        "serviceAccountName": account(application),
        "securityContext": pod_security,
        "volumes": volumes,
    });
    if !init.is_empty() {
        pod["initContainers"] = json!(init);
    }
    for field in [
        "affinity",
        "tolerations",
        "schedulerName",
        "runtimeClassName",
        "hostAliases",
        "priorityClassName",
        "hostNetwork",
        "dnsPolicy",
        "dnsConfig",
        "nodeSelector",
        "topologySpreadConstraints",
        "imagePullSecrets",
        "readinessGates",
        "terminationGracePeriodSeconds",
    ] {
        copy(spec, &mut pod, field);
    }
    if given(spec, "disableAutomountServiceAccountToken") == Some(&json!(true)) {
        pod["automountServiceAccountToken"] = json!(false);
    }
    let mut metadata = json!({"labels": application.labels_with("podMetadata")});
    let annotations = spec.get("podMetadata").map(|meta| texts(meta, "annotations")).unwrap_or_default();
    if !annotations.is_empty() {
        metadata["annotations"] = json!(annotations);
    }
    json!({"metadata": metadata, "spec": pod})
}

/// The account of the pods: the given one, else one made for the application.
pub fn account(application: &Application) -> String {
    match text(application.spec(), "serviceAccountName") {
        "" => application.name(),
        given => given.to_string(),
    }
}

/// `securityContext` of a spec holds fields of pods and of containers; here they are told apart.
fn security(spec: &Value) -> (Map<String, Value>, Map<String, Value>) {
    let of_containers =
        ["privileged", "capabilities", "readOnlyRootFilesystem", "allowPrivilegeEscalation", "procMount"];
    let fields = given(spec, "securityContext").and_then(Value::as_object).cloned().unwrap_or_default();
    fields.into_iter().partition(|(name, _)| !of_containers.contains(&name.as_str()))
}

/// The Deployment around a template.
pub fn deployment(application: &Application, template: Value) -> Value {
    let spec = application.spec();
    let mut deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": application.metadata(&application.name()),
        "spec": {
            "replicas": replicas(spec),
            "selector": {"matchLabels": application.selector()},
            "strategy": {"type": given(spec, "updateStrategy").cloned().unwrap_or(json!("RollingUpdate"))},
            "template": template,
        },
    });
    if let Some(rolling) = given(spec, "rollingUpdate") {
        deployment["spec"]["strategy"]["rollingUpdate"] = rolling.clone();
    }
    copy(spec, &mut deployment["spec"], "minReadySeconds");
    if let Some(limit) = given(spec, "revisionHistoryLimitCount") {
        deployment["spec"]["revisionHistoryLimit"] = limit.clone();
    }
    deployment
}

/// `replicaCount`, which is one when it is not given.
pub fn replicas(spec: &Value) -> i64 {
    spec.get("replicaCount").and_then(Value::as_i64).unwrap_or(1)
}
