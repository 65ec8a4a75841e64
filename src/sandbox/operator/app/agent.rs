//! What is made for a VMAgent: one workload, or one for each shard.

use serde_json::{Map, Value, json};

use super::agent_args::{RELABELING_FOLDER, remote_write};
use super::pod::Liveness;
use super::{Application, Made, access, args, pod, service};
use crate::sandbox::operator::object::{flag, given, list, number, scalar, text, texts};
use crate::sandbox::operator::{scrape, yaml};

/// Key of the configuration in the Secret `vmagent-<name>`.
pub const CONFIG_KEY: &str = "vmagent.yaml.gz";
/// Where certificates from Secrets are mounted.
pub const ASSETS_FOLDER: &str = "/etc/vmagent-tls/certs";
const OUT_FOLDER: &str = "/etc/vmagent/config_out";
const OUT_FILE: &str = "/etc/vmagent/config_out/vmagent.env.yaml";
const QUEUE_VOLUME: &str = "persistent-queue-data";

/// Account, rights, Service, self-scrape and workloads.
pub fn make(application: &Application) -> Made {
    let spec = application.spec();
    let mut support: Vec<Value> = access::account(application).into_iter().collect();
    if !support.is_empty() && scrapes(application) {
        support.extend(access::cluster(application));
    }
    let mut service = service::service(application, pod::http_port(spec)[0]["containerPort"].clone(), Vec::new());
    if flag(spec, "statefulMode") {
        service["spec"]["clusterIP"] = json!("None");
    }
    support.push(service);
    support.extend(service::self_scrape(application));
    let shards = number(spec, "shardCount").filter(|count| *count > 1);
    let workloads = match shards {
        None => vec![workload(application)],
        Some(count) => (0..count).map(|shard| sharded(workload(application), shard, count)).collect(),
    };
    Made { support, workloads }
}

/// Whether it scrapes at all: `ingestOnlyMode` only forwards.
pub fn scrapes(application: &Application) -> bool {
    !flag(application.spec(), "ingestOnlyMode")
}

/// The ConfigMap of relabelling rules for remote write, if there are any.
pub fn relabeling(application: &Application) -> Option<Value> {
    let spec = application.spec();
    let file = |rules: &[Value]| yaml::document(&rules.iter().map(scrape::relabel_rule).collect());
    let mut data = Map::new();
    let global = list(spec, "inlineRelabelConfig");
    if !global.is_empty() {
        data.insert("global_relabeling.yaml".into(), file(global).into());
    }
    for (index, target) in list(spec, "remoteWrite").iter().enumerate() {
        let rules = list(target, "inlineUrlRelabelConfig");
        if !rules.is_empty() {
            data.insert(format!("url_relabeling-{index}.yaml"), file(rules).into());
        }
    }
    (!data.is_empty()).then(|| {
        let mut metadata = application.metadata(&relabeling_name(application));
        if let Some(fields) = metadata.as_object_mut() {
            fields.remove("finalizers");
        }
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})
    })
}

fn relabeling_name(application: &Application) -> String {
    format!("relabelings-assets-{}", application.name())
}

fn workload(application: &Application) -> Value {
    let spec = application.spec();
    let stateful = flag(spec, "statefulMode") && !flag(spec, "daemonSetMode");
    let template = template(application, stateful);
    if flag(spec, "daemonSetMode") {
        return json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": application.metadata(&application.name()),
            "spec": {"selector": {"matchLabels": application.selector()}, "template": template}});
    }
    match stateful {
        true => stateful_set(application, template),
        false => pod::deployment(application, template),
    }
}

fn stateful_set(application: &Application, mut template: Value) -> Value {
    let spec = application.spec();
    let storage = given(spec, "statefulStorage").cloned().unwrap_or_default();
    let claim = given(&storage, "volumeClaimTemplate").filter(|_| given(&storage, "emptyDir").is_none());
    let mut claims = Vec::new();
    match claim {
        Some(claim) => claims.push(super::alertmanager::claim_template(QUEUE_VOLUME, claim)),
        None => {
            let empty = given(&storage, "emptyDir").cloned().unwrap_or(json!({}));
            if let Some(volumes) = template["spec"]["volumes"].as_array_mut() {
                volumes.push(json!({"name": QUEUE_VOLUME, "emptyDir": empty}));
            }
        }
    }
    let update = given(spec, "statefulRollingUpdateStrategy").cloned().unwrap_or(json!("OnDelete"));
    json!({
        "apiVersion": "apps/v1", "kind": "StatefulSet",
        "metadata": application.metadata(&application.name()),
        "spec": {
            "replicas": pod::replicas(spec),
            "serviceName": "",
            "podManagementPolicy": "Parallel",
            "updateStrategy": {"type": update},
            "selector": {"matchLabels": application.selector()},
            "template": template,
            "volumeClaimTemplates": claims,
        },
    })
}

/// One shard: its own name, label and member number.
fn sharded(mut workload: Value, shard: i64, count: i64) -> Value {
    let name = format!("{}-{shard}", text(&workload["metadata"], "name"));
    workload["metadata"]["name"] = json!(name);
    for labels in ["/spec/selector/matchLabels", "/spec/template/metadata/labels"] {
        if let Some(labels) = workload.pointer_mut(labels) {
            labels["shard-num"] = json!(shard.to_string());
        }
    }
    let containers = workload.pointer_mut("/spec/template/spec/containers").and_then(Value::as_array_mut);
    for container in containers.into_iter().flatten().filter(|c| c["name"] == "vmagent") {
        if let Some(args) = container["args"].as_array_mut() {
            args.retain(|arg| !arg.as_str().is_some_and(|arg| arg.contains("promscrape.cluster.member")));
            args.push(json!(format!("-promscrape.cluster.membersCount={count}")));
            args.push(json!(format!("-promscrape.cluster.memberNum={shard}")));
        }
    }
    workload
}

fn template(application: &Application, stateful: bool) -> Value {
    let spec = application.spec();
    let queue = if stateful { "/vmagent_pq/vmagent-remotewrite-data" } else { "/tmp/vmagent-remotewrite-data" };
    let mut list = remote_write(spec, queue);
    args::common(&mut list, spec);
    let mut mounts = vec![json!({"name": QUEUE_VOLUME, "mountPath": queue})];
    let mut volumes = Vec::new();
    if !stateful {
        volumes.push(json!({"name": QUEUE_VOLUME, "emptyDir": {}}));
    }
    if scrapes(application) {
        list.push(format!("-promscrape.config={OUT_FILE}"));
        add_config_volumes(application, &mut volumes, &mut mounts);
    }
    if !self::list_of_relabeling(spec).is_empty() {
        list.push(format!("-remoteWrite.relabelConfig={RELABELING_FOLDER}/global_relabeling.yaml"));
    }
    let relabels = relabeling(application).is_some();
    if relabels {
        volumes.push(json!({"name": "relabeling-assets", "configMap": {"name": relabeling_name(application)}}));
        mounts.push(json!({"name": "relabeling-assets", "mountPath": RELABELING_FOLDER, "readOnly": true}));
    }
    pod::add_extra_volumes(spec, &mut volumes, &mut mounts);
    let list = args::finish(list, &texts(spec, "extraArgs"), "-");
    let mut container = pod::container(application, "vmagent", list, pod::http_port(spec));
    container["volumeMounts"] = json!(mounts);
    let port = pod::http_port(spec)[0]["containerPort"].clone();
    pod::probe(&mut container, spec, "/health", port, Liveness::Probed);
    let mut containers = Vec::new();
    if scrapes(application) || relabels {
        // The sidecar comes first, so it is the one that `kubectl logs` shows without `-c`.
        containers.push(sidecar(application, relabels));
    }
    containers.push(container);
    let init = match scrapes(application) {
        true => {
            let mut init_args = sidecar_args(application, relabels);
            init_args.push("--only-init-config".into());
            vec![pod::config_init(application, init_args, json!([{"name": "config-out", "mountPath": OUT_FOLDER}]))]
        }
        false => Vec::new(),
    };
    pod::template(application, containers, init, volumes)
}

fn list_of_relabeling(spec: &Value) -> &[Value] {
    list(spec, "inlineRelabelConfig")
}

fn add_config_volumes(application: &Application, volumes: &mut Vec<Value>, mounts: &mut Vec<Value>) {
    let name = application.name();
    volumes.push(json!({"name": "tls-assets", "secret": {"secretName": format!("tls-assets-{name}")}}));
    volumes.push(json!({"name": "config-out", "emptyDir": {}}));
    volumes.push(json!({"name": "config", "secret": {"secretName": name}}));
    mounts.push(json!({"name": "config-out", "mountPath": OUT_FOLDER, "readOnly": true}));
    mounts.push(json!({"name": "tls-assets", "mountPath": ASSETS_FOLDER, "readOnly": true}));
    mounts.push(json!({"name": "config", "mountPath": "/etc/vmagent/config", "readOnly": true}));
}

fn sidecar(application: &Application, relabels: bool) -> Value {
    let mut mounts = Vec::new();
    if scrapes(application) {
        mounts.push(json!({"name": "config-out", "mountPath": OUT_FOLDER}));
    }
    if relabels {
        mounts.push(json!({"name": "relabeling-assets", "mountPath": RELABELING_FOLDER, "readOnly": true}));
    }
    let mut sidecar = pod::reloader(application, sidecar_args(application, relabels), json!(mounts));
    sidecar["env"] =
        json!([{"name": "POD_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}]);
    sidecar
}

fn sidecar_args(application: &Application, relabels: bool) -> Vec<String> {
    let spec = application.spec();
    let prefix = text(&spec["extraArgs"], "http.pathPrefix").trim_end_matches('/');
    let mut args = vec![format!("--reload-url=http://localhost:{}{prefix}/-/reload", scalar(&spec["port"]))];
    if scrapes(application) {
        args.push(format!("--config-envsubst-file={OUT_FILE}"));
        args.push(format!("--config-secret-name={}/{}", application.object.namespace, application.name()));
        args.push(format!("--config-secret-key={CONFIG_KEY}"));
    }
    if relabels {
        args.push(format!("--watched-dir={RELABELING_FOLDER}"));
    }
    args
}
