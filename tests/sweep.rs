//! `signoff sweep` and the start of a run, the whole binary: what a killed run left goes, everything else stays.

#![cfg(feature = "sandbox")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path as UrlPath, State};
use axum::routing::{delete, get};
use jiff::{SignedDuration, Timestamp};
use kube::api::{Api, ApiResource, DynamicObject, GroupVersionKind, ListParams, PostParams};
use serde_json::{Value, json};
use signoff::sandbox::api::{ApiConfig, ApiServer, start};
use tokio::net::TcpListener;
use tokio::process::Command;

const SUITE: &str = r#"
story: s
title: S
criteria: [{id: AC1, text: an alert flows}]
checks:
  - id: alert-flows
    sentence: an alert flows
    criteria: [AC1]
    within: 1s
    expect:
      alert_flow: {namespace: o, vmalert: v, alertmanager: a, data: up, severity: critical}
"#;

/// A cluster with the kind VMRule, and an Alertmanager that knows silences.
struct Lab {
    server: ApiServer,
    client: kube::Client,
    alertmanager: String,
    expired: Arc<Mutex<Vec<String>>>,
    folder: tempfile::TempDir,
}

impl Lab {
    async fn start(silences: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = SocketAddr::from(([127, 251, 60, 1], 0));
        let config = ApiConfig { listen, pod_logs: folder.path().to_owned(), service_block: 251 };
        let server = start(config).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = kube::Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
        std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        std::fs::write(folder.path().join("suite.yaml"), SUITE).unwrap();
        let expired = Arc::default();
        let alertmanager = alertmanager(silences, Arc::clone(&expired)).await;
        Self { server, client, alertmanager, expired, folder }
    }

    /// With a namespace, the kind VMRule, and these rules.
    async fn with_rules(self, rules: Vec<Value>) -> Self {
        let kinds = self.all("apiextensions.k8s.io", "v1", "CustomResourceDefinition");
        kinds.create(&PostParams::default(), &object(vmrule_kind())).await.unwrap();
        let namespaces = self.all("", "v1", "Namespace");
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "o"}});
        namespaces.create(&PostParams::default(), &object(namespace)).await.unwrap();
        for rule in rules {
            let made = self.rules().create(&PostParams::default(), &object(rule)).await;
            made.expect("the rule is made");
        }
        self
    }

    fn all(&self, group: &str, version: &str, kind: &str) -> Api<DynamicObject> {
        Api::all_with(self.client.clone(), &ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind)))
    }

    fn rules(&self) -> Api<DynamicObject> {
        let kind = GroupVersionKind::gvk("operator.victoriametrics.com", "v1beta1", "VMRule");
        Api::namespaced_with(self.client.clone(), "o", &ApiResource::from_gvk(&kind))
    }

    async fn rule_names(&self) -> Vec<String> {
        let rules = self.rules().list(&ListParams::default()).await.unwrap();
        rules.into_iter().filter_map(|rule| rule.metadata.name).collect()
    }

    fn expired(&self) -> Vec<String> {
        self.expired.lock().unwrap().clone()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a verb on this cluster: exit code, standard output, standard error.
    async fn signoff(&self, verb: &str, more: &[&str]) -> (i32, String, String) {
        let program = Path::new(env!("CARGO_BIN_EXE_signoff"));
        let url = format!("vmalertmanager-a={}", self.alertmanager);
        let mut command = Command::new(program);
        command.arg(verb).arg(self.path("suite.yaml")).arg("--kubeconfig").arg(self.path("kubeconfig"));
        let output = command.args(["--url", &url]).args(more).output().await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

fn object(value: Value) -> DynamicObject {
    serde_json::from_value(value).unwrap()
}

fn vmrule_kind() -> Value {
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "vmrules.operator.victoriametrics.com"},
        "spec": {
            "group": "operator.victoriametrics.com", "scope": "Namespaced",
            "names": {"plural": "vmrules", "singular": "vmrule", "kind": "VMRule", "listKind": "VMRuleList"},
            "versions": [{"name": "v1beta1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    })
}

/// A rule of a run of ours that expires so many seconds from now.
fn rule(nonce: &str, expires_in: i64) -> Value {
    let expires = Timestamp::now() + SignedDuration::from_secs(expires_in);
    json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule",
        "metadata": {
            "name": format!("signoff-{nonce}"), "namespace": "o",
            "labels": {"signoff.dev/run": "r", "signoff.dev/nonce": nonce},
            "annotations": {"signoff.dev/expires": expires.to_string()},
        },
        "spec": {"groups": []},
    })
}

fn foreign_rule() -> Value {
    json!({
        "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": "VMRule",
        "metadata": {"name": "signoff-not-ours", "namespace": "o", "annotations": {"signoff.dev/expires": "2020-01-01T00:00:00Z"}},
        "spec": {"groups": []},
    })
}

/// A silence that began so many seconds ago.
fn silence(id: &str, author: &str, label: &str, nonce: &str, age: i64) -> Value {
    let begin = Timestamp::now() - SignedDuration::from_secs(age);
    json!({
        "id": id, "status": {"state": "active"}, "createdBy": author, "comment": "", "updatedAt": begin.to_string(),
        "startsAt": begin.to_string(), "endsAt": (begin + SignedDuration::from_mins(15)).to_string(),
        "matchers": [{"name": label, "value": nonce, "isRegex": false, "isEqual": true}],
    })
}

/// Answers for silences alone, on an address of its own.
async fn alertmanager(silences: Value, expired: Arc<Mutex<Vec<String>>>) -> String {
    let note = |State(expired): State<Arc<Mutex<Vec<String>>>>, UrlPath(id): UrlPath<String>| async move {
        expired.lock().unwrap().push(id);
    };
    let app = Router::new()
        .route("/api/v2/silences", get(move || async move { axum::Json(silences) }))
        .route("/api/v2/silence/{id}", delete(note))
        .with_state(expired);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

/// Leftovers of a killed run, beside a run under way and what others made.
async fn littered() -> Lab {
    let silences = json!([
        silence("left", "signoff", "signoff_run", "dead", 300),
        silence("of-a-run-under-way", "signoff", "signoff_run", "alive", 300),
        silence("of-a-run-that-begins", "signoff", "signoff_run", "young", 5),
        silence("of-somebody", "somebody", "signoff_run", "dead", 300),
        silence("on-another-label", "signoff", "alertname", "dead", 300),
    ]);
    let rules = vec![rule("dead", -120), rule("alive", 60), rule("just-over", -10), foreign_rule()];
    Lab::start(silences).await.with_rules(rules).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_removes_what_a_killed_run_left_and_nothing_else() {
    let lab = littered().await;
    let (code, out, err) = lab.signoff("sweep", &[]).await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(
        out.contains("removed VMRule o/signoff-dead\n") && out.contains("removed silence left of dead on "),
        "{out}"
    );
    assert_eq!(out.lines().count(), 2, "{out}");
    assert_eq!(lab.rule_names().await, ["signoff-alive", "signoff-just-over", "signoff-not-ours"]);
    assert_eq!(lab.expired(), ["left"]);
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_finds_nothing_says_so() {
    let lab = Lab::start(json!([])).await.with_rules(vec![foreign_rule()]).await;
    assert_eq!(lab.signoff("sweep", &[]).await, (0, "nothing was left\n".to_owned(), String::new()));
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_that_is_not_permitted_names_the_rule_to_add() {
    let lab = littered().await;
    let faults = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "signoff-faults", "namespace": "kube-system"},
        "data": {"deny": "delete vmrules.operator.victoriametrics.com o"}});
    let maps: Api<DynamicObject> = Api::namespaced_with(
        lab.client.clone(),
        "kube-system",
        &ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap")),
    );
    maps.create(&PostParams::default(), &object(faults)).await.unwrap();
    let (code, out, err) = lab.signoff("sweep", &[]).await;
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(
        err.starts_with("error: alert-flows: expected permission to delete vmrules.operator.victoriametrics.com"),
        "{err}"
    );
    assert!(err.contains("add the RBAC rule: "), "{err}");
    assert_eq!(lab.rule_names().await.len(), 4);
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_is_told_although_alertmanager_does_not_answer() {
    let lab = littered().await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let lab = Lab { alertmanager: format!("http://{nobody}"), ..lab };
    let (code, out, err) = lab.signoff("sweep", &[]).await;
    assert_eq!((code, out.as_str()), (3, "removed VMRule o/signoff-dead\n"));
    assert!(err.starts_with("error: alert-flows: connection to http://127.0.0.1:"), "{err}");
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_cluster_it_is_no_sweep() {
    let lab = Lab::start(json!([])).await;
    std::fs::write(lab.path("kubeconfig"), "not: one").unwrap();
    let (code, out, err) = lab.signoff("sweep", &[]).await;
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.starts_with("error: "), "{err}");
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_start_of_a_run_sweeps_too() {
    let lab = littered().await;
    let reports = lab.path("reports");
    let (code, out, err) = lab.signoff("run", &["--reports", reports.to_str().unwrap()]).await;
    assert_ne!(code, 0, "there is no vmalert: {out}");
    assert!(err.contains("removed of an earlier run: VMRule o/signoff-dead\n"), "{err}");
    assert!(lab.rule_names().await.starts_with(&["signoff-alive".to_owned(), "signoff-just-over".to_owned()]));
    assert!(lab.expired().contains(&"left".to_owned()) && !lab.expired().contains(&"of-a-run-under-way".to_owned()));
    let journal = std::fs::read_to_string(reports.join("latest/events.jsonl")).unwrap();
    assert!(journal.contains(r#""swept":{"removed":["VMRule o/signoff-dead""#), "{journal}");
    lab.server.shutdown().await;
}
