//! What is made for a VMAlert.

use serde_json::{Value, json};

use super::args::{self, Flag};
use super::pod::Liveness;
use super::{Application, Made, access, pod, service};
use crate::sandbox::operator::kinds::Child;
use crate::sandbox::operator::object::{flag, given, list, number, scalar, text, texts};
use crate::sandbox::operator::selector::Selection;

const RULES_FOLDER: &str = "/etc/vmalert/config";

/// Account, Service, self-scrape, asset Secrets and Deployment.
pub fn make(application: &Application, rule_maps: &[String]) -> Made {
    let spec = application.spec();
    let port = pod::http_port(spec)[0]["containerPort"].clone();
    let mut support: Vec<Value> = access::account(application).into_iter().collect();
    support.push(service::service(application, port, Vec::new()));
    support.extend(service::self_scrape(application));
    for name in [application.name(), format!("tls-assets-{}", application.name())] {
        support.push(
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": application.metadata(&name), "type": "Opaque"}),
        );
    }
    Made { support, workloads: vec![deployment(application, rule_maps)] }
}

fn deployment(application: &Application, rule_maps: &[String]) -> Value {
    let spec = application.spec();
    let name = application.name();
    let mut volumes = vec![
        json!({"name": "config", "secret": {"secretName": name}}),
        json!({"name": "tls-assets", "secret": {"secretName": format!("tls-assets-{name}")}}),
    ];
    let mut mounts = vec![
        json!({"name": "config", "mountPath": "/etc/vmalert/remote_secrets", "readOnly": true}),
        json!({"name": "tls-assets", "mountPath": "/etc/vmalert-tls/certs", "readOnly": true}),
    ];
    let rule_mounts: Vec<Value> =
        rule_maps.iter().map(|map| json!({"name": map, "mountPath": format!("{RULES_FOLDER}/{map}")})).collect();
    volumes.extend(rule_maps.iter().map(|map| json!({"name": map, "configMap": {"name": map}})));
    mounts.extend(rule_mounts.iter().cloned());
    if let Some(reference) = given(spec, "notifierConfigRef") {
        volumes.push(json!({"name": "vmalert-notifier-config", "secret": {"secretName": reference["name"]}}));
        mounts.push(json!({"name": "vmalert-notifier-config", "mountPath": "/etc/vm/notifier_config"}));
    }
    pod::add_extra_volumes(spec, &mut volumes, &mut mounts);
    volumes.sort_by_key(|volume| text(volume, "name").to_string());
    mounts.sort_by_key(|mount| text(mount, "name").to_string());

    let args = arguments(application, rule_maps);
    let mut container = pod::container(application, "vmalert", args, pod::http_port(spec));
    container["volumeMounts"] = json!(mounts);
    let port = pod::http_port(spec)[0]["containerPort"].clone();
    pod::probe(&mut container, spec, "/health", port, Liveness::Probed);
    let mut containers = vec![container];
    if !Selection::of(&application.object, Child::Rule).is_nothing() {
        let mut args = vec![format!("--reload-url=http://localhost:{}/-/reload", scalar(&spec["port"]))];
        args.extend(rule_maps.iter().map(|map| format!("--watched-dir={RULES_FOLDER}/{map}")));
        containers.push(pod::reloader(application, args, json!(rule_mounts)));
    }
    pod::deployment(application, pod::template(application, containers, Vec::new(), volumes))
}

fn arguments(application: &Application, rule_maps: &[String]) -> Vec<String> {
    let spec = application.spec();
    let mut out = notifier(spec);
    for (field, name) in [("datasource", "datasource"), ("remoteWrite", "remoteWrite"), ("remoteRead", "remoteRead")] {
        if let Some(remote) = given(spec, field) {
            out.extend(remote_args(remote, name));
        }
    }
    args::optional(&mut out, spec, "evaluationInterval", "evaluationInterval");
    out.extend(texts(spec, "externalLabels").iter().map(|(k, v)| format!("-external.label={k}={v}")));
    out.extend(rule_maps.iter().map(|map| format!("-rule=\"{RULES_FOLDER}/{map}/*.yaml\"")));
    out.extend(list(spec, "rulePath").iter().map(|path| format!("-rule={:?}", scalar(path))));
    args::common(&mut out, spec);
    args::finish(out, &texts(spec, "extraArgs"), "-")
}

fn remote_args(remote: &Value, name: &str) -> Vec<String> {
    let mut args = vec![format!("-{name}.url={}", text(remote, "url"))];
    let headers: Vec<String> = list(remote, "headers").iter().map(scalar).collect();
    if !headers.is_empty() {
        args.push(format!("--{name}.headers={}", headers.join("^^")));
    }
    for field in ["concurrency", "maxBatchSize", "maxQueueSize"] {
        if let Some(value) = number(remote, field) {
            args.push(format!("-{name}.{field}={value}"));
        }
    }
    for field in ["flushInterval", "lookback", "bearerTokenFile"] {
        args::optional(&mut args, remote, field, &format!("{name}.{field}"));
    }
    if given(remote, "tlsConfig").is_some_and(|tls| flag(tls, "insecureSkipVerify")) {
        args.push(format!("-{name}.tlsInsecureSkipVerify=true"));
    }
    args
}

/// `notifiers`, else `notifier`, else `notifierConfigRef`. With none of them the flag is there and empty, at this version.
fn notifier(spec: &Value) -> Vec<String> {
    if spec.pointer("/extraArgs/notifier.blackhole").is_some() {
        return Vec::new();
    }
    let notifiers: Vec<&Value> = list(spec, "notifiers").iter().chain(given(spec, "notifier")).collect();
    if let Some(reference) = given(spec, "notifierConfigRef").filter(|_| notifiers.is_empty()) {
        return vec![format!("-notifier.config=/etc/vm/notifier_config/{}", text(reference, "key"))];
    }
    let mut url = Flag::new("notifier.url", "");
    let mut insecure = Flag::new("notifier.tlsInsecureSkipVerify", "false");
    for notifier in notifiers {
        url.push(Some(text(notifier, "url").into()));
        let tls = given(notifier, "tlsConfig").is_some_and(|tls| flag(tls, "insecureSkipVerify"));
        insecure.push(Some(tls.to_string()));
    }
    let url = url.arg().unwrap_or_else(|| "-notifier.url=".into());
    std::iter::once(url).chain(insecure.arg()).collect()
}
