//! What is made for a VMAlertmanager.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use super::pod::Liveness;
use super::{Application, Made, access, args, pod, service};
use crate::sandbox::operator::object::{given, list, scalar, text, texts};

/// Key of the configuration in its Secret.
pub const CONFIG_KEY: &str = "alertmanager.yaml";
const CONFIG_FOLDER: &str = "/etc/alertmanager/config";
const ASSETS_FOLDER: &str = "/etc/alertmanager/tls_assets";
const DATA_FOLDER: &str = "/alertmanager";

/// The Secret from which Alertmanager really takes its configuration.
pub fn config_secret_name(application: &Application) -> String {
    format!("{}-config", application.name())
}

/// Account, rights, headless Service, self-scrape and StatefulSet.
///
/// # Errors
/// When the claim has no size: the API refuses the StatefulSet then.
pub fn make(application: &Application) -> Result<Made> {
    let mut support: Vec<Value> = access::account(application).into_iter().collect();
    if !support.is_empty() {
        support.extend(access::secrets(application));
    }
    let port_name = application.spec()["portName"].clone();
    let mesh = |protocol: &str| json!({"name": format!("{}-mesh", protocol.to_lowercase()), "protocol": protocol, "port": 9094, "targetPort": 9094});
    let mut service = service::service(application, port_name, vec![mesh("TCP"), mesh("UDP")]);
    service["spec"]["clusterIP"] = json!("None");
    service["spec"]["publishNotReadyAddresses"] = json!(true);
    support.push(service);
    support.extend(service::self_scrape(application));
    Ok(Made { support, workloads: vec![stateful_set(application)] })
}

/// What the API says of a claim template without a size, which a misplaced `storageClassName` leads to.
///
/// # Errors
/// When a StatefulSet has such a claim template.
pub fn check_claims(workload: &Value) -> Result<()> {
    let (name, namespace) = (text(&workload["metadata"], "name"), text(&workload["metadata"], "namespace"));
    for (index, claim) in list(&workload["spec"], "volumeClaimTemplates").iter().enumerate() {
        let path = format!("spec.volumeClaimTemplates[{index}].spec.resources[storage]");
        ensure!(
            claim.pointer("/spec/resources/requests/storage").is_some(),
            "cannot create new sts {name} under namespace {namespace}: StatefulSet.apps {name:?} is invalid: {path}: Required value"
        );
    }
    Ok(())
}

/// A claim template of a StatefulSet.
pub fn claim_template(name: &str, template: &Value) -> Value {
    let mut spec = given(template, "spec").cloned().unwrap_or(json!({}));
    if list(&spec, "accessModes").is_empty() {
        spec["accessModes"] = json!(["ReadWriteOnce"]);
    }
    let mut metadata = json!({"name": name});
    for field in ["labels", "annotations"] {
        if let Some(value) = template.pointer(&format!("/metadata/{field}")) {
            metadata[field] = value.clone();
        }
    }
    json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": spec})
}

fn volume_name(application: &Application) -> String {
    let own = application.spec().pointer("/storage/volumeClaimTemplate/metadata/name");
    own.map_or_else(|| format!("{}-db", application.name()), scalar)
}

fn stateful_set(application: &Application) -> Value {
    let spec = application.spec();
    let volume = volume_name(application);
    let storage = given(spec, "storage");
    let empty = match storage {
        None => Some(json!({})),
        Some(storage) => given(storage, "emptyDir").cloned(),
    };
    let mut volumes = vec![
        json!({"name": "config-volume", "emptyDir": {}}),
        json!({"name": "tls-assets", "secret": {"secretName": config_secret_name(application)}}),
    ];
    let mut claims = Vec::new();
    match empty {
        Some(empty) => volumes.push(json!({"name": volume, "emptyDir": empty})),
        None => {
            let template = storage.and_then(|s| given(s, "volumeClaimTemplate")).cloned().unwrap_or_default();
            claims.push(claim_template(&volume, &template));
        }
    }
    let template = template(application, &volume, volumes);
    let update = given(spec, "rollingUpdateStrategy").cloned().unwrap_or(json!("OnDelete"));
    let mut set = json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": application.metadata(&application.name()),
        "spec": {
            "replicas": pod::replicas(spec),
            "serviceName": application.name(),
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": update},
            "selector": {"matchLabels": application.selector()},
            "template": template,
        },
    });
    if !claims.is_empty() {
        set["spec"]["volumeClaimTemplates"] = json!(claims);
    }
    set
}

fn template(application: &Application, volume: &str, mut volumes: Vec<Value>) -> Value {
    let spec = application.spec();
    let mut data = json!({"name": volume, "mountPath": DATA_FOLDER});
    if given(spec, "storage").is_some() {
        data["subPath"] = json!("alertmanager-db");
    }
    let assets = json!({"name": "tls-assets", "mountPath": ASSETS_FOLDER, "readOnly": true});
    let mut mounts =
        vec![json!({"name": "config-volume", "mountPath": CONFIG_FOLDER, "readOnly": true}), data, assets.clone()];
    pod::add_extra_volumes(spec, &mut volumes, &mut mounts);
    let port: u16 = scalar(&spec["port"]).parse().unwrap_or(9093);
    let ports = json!([
        {"name": spec["portName"], "containerPort": port, "protocol": "TCP"},
        {"name": "mesh-tcp", "containerPort": 9094, "protocol": "TCP"},
        {"name": "mesh-udp", "containerPort": 9094, "protocol": "UDP"},
    ]);
    let mut container = pod::container(application, "alertmanager", arguments(application), ports);
    let mut env =
        vec![json!({"name": "POD_IP", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "status.podIP"}}})];
    env.extend(list(spec, "extraEnvs").iter().cloned());
    container["env"] = json!(env);
    container["volumeMounts"] = json!(mounts);
    let health = format!("{}/-/healthy", text(spec, "routePrefix").trim_end_matches('/'));
    pod::probe(&mut container, spec, &health, spec["portName"].clone(), Liveness::Probed);

    let config = json!({"name": "config-volume", "mountPath": CONFIG_FOLDER});
    let reloader = pod::reloader(application, reloader_args(application), json!([config, assets]));
    let init = pod::config_init(application, init_args(application), json!([config]));
    pod::template(application, vec![container, reloader], vec![init], volumes)
}

fn arguments(application: &Application) -> Vec<String> {
    let spec = application.spec();
    let replicas = pod::replicas(spec);
    let name = application.name();
    let route = Some(text(spec, "routePrefix")).filter(|prefix| !prefix.is_empty()).unwrap_or("/");
    let retention = Some(text(spec, "retention")).filter(|retention| !retention.is_empty()).unwrap_or("120h");
    let mut out = vec![
        format!("--config.file={CONFIG_FOLDER}/{CONFIG_KEY}"),
        format!("--storage.path={DATA_FOLDER}"),
        format!("--data.retention={retention}"),
        format!("--web.listen-address=:{}", scalar(&spec["port"])),
        format!("--web.route-prefix={route}"),
        // A single replica has no cluster, which its status shows as "disabled".
        format!("--cluster.listen-address={}", if replicas == 1 { "" } else { "[$(POD_IP)]:9094" }),
    ];
    if utf8_names(text(&spec["image"], "tag")) {
        out.push("--enable-feature=utf8-strict-mode".into());
    }
    out.extend((0..replicas).map(|i| format!("--cluster.peer={name}-{i}.{name}:9094")));
    out.extend(list(spec, "additionalPeers").iter().map(|peer| format!("--cluster.peer={}", scalar(peer))));
    for (field, flag) in [
        ("externalURL", "web.external-url"),
        ("logFormat", "log.format"),
        ("clusterAdvertiseAddress", "cluster.advertise-address"),
    ] {
        args::optional(&mut out, spec, field, &format!("-{flag}"));
    }
    let level = text(spec, "logLevel").to_lowercase();
    if !level.is_empty() && level != "info" {
        out.push(format!("--log.level={level}"));
    }
    args::finish(out, &texts(spec, "extraArgs"), "--")
}

/// UTF-8 names exist since v0.28.0; a tag that is no version gets no flag.
fn utf8_names(tag: &str) -> bool {
    let mut numbers = tag.trim_start_matches('v').split('.').map(|part| part.parse::<u32>().ok());
    match (numbers.next().flatten(), numbers.next().flatten()) {
        (Some(major), Some(minor)) => (major, minor) >= (0, 28),
        _ => false,
    }
}

fn config_args(application: &Application) -> [String; 2] {
    let secret = format!("{}/{}", application.object.namespace, config_secret_name(application));
    [format!("--config-secret-key={CONFIG_KEY}"), format!("--config-secret-name={secret}")]
}

fn init_args(application: &Application) -> Vec<String> {
    let mut args: Vec<String> = config_args(application).into();
    args.push(format!("--config-envsubst-file={CONFIG_FOLDER}/{CONFIG_KEY}"));
    args.push("--only-init-config".into());
    args
}

fn reloader_args(application: &Application) -> Vec<String> {
    let spec = application.spec();
    let prefix = text(spec, "routePrefix").trim_end_matches('/');
    let mut args = vec![
        format!("--reload-url=http://127.0.0.1:{}{prefix}/-/reload", scalar(&spec["port"])),
        format!("--config-envsubst-file={CONFIG_FOLDER}/{CONFIG_KEY}"),
    ];
    args.extend(config_args(application));
    args.push("--webhook-method=POST".into());
    args.extend([CONFIG_FOLDER, ASSETS_FOLDER].map(|folder| format!("--watched-dir={folder}")));
    args
}
