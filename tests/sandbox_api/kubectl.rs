//! The embedded Kubernetes API as kubectl sees it; skipped, and said so, where kubectl is not on PATH.

use std::process::Stdio;

use crate::support::{Sandbox, deadline, widget_crd};
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// kubectl with its own home against one sandbox.
struct Kubectl {
    sandbox: Sandbox,
    home: tempfile::TempDir,
}

impl Kubectl {
    async fn start() -> Option<Self> {
        let found = Command::new("kubectl").args(["version", "--client"]).output().await;
        if !found.is_ok_and(|output| output.status.success()) {
            eprintln!("SKIPPED: kubectl is not on PATH, so nothing was tested with it");
            return None;
        }
        let sandbox = Sandbox::start().await;
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("config"), sandbox.server.kubeconfig()).unwrap();
        Some(Self { sandbox, home })
    }

    /// Standard output, then standard error, of a command that may fail.
    async fn try_run(&self, line: &str, input: &str) -> (bool, String) {
        let mut command = Command::new("kubectl");
        command.args(line.split_whitespace()).kill_on_drop(true);
        command.env("HOME", self.home.path()).env("KUBECONFIG", self.home.path().join("config"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        let output = deadline(child.wait_with_output()).await.unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&text).into_owned())
    }

    async fn run(&self, line: &str, input: &str) -> String {
        let (good, text) = self.try_run(line, input).await;
        assert!(good, "kubectl {line}: {text}");
        text
    }

    async fn refused(&self, line: &str, input: &str) -> String {
        let (good, text) = self.try_run(line, input).await;
        assert!(!good, "kubectl {line} was meant to fail: {text}");
        text
    }
}

const LAB: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: lab}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: lab}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: c, image: "x:1", resources: {limits: {cpu: "1"}}}]
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: lab, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, image: "x:1"}]}
"#;

const RUNNING: &str = r#"{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"c","ready":true,"restartCount":2,"state":{"running":{}},"image":"x:1","imageID":""}]}}"#;

#[tokio::test]
async fn manifests_are_applied_twice_and_shown_as_kubectl_shows_them() {
    let Some(kubectl) = Kubectl::start().await else {
        return;
    };
    assert!(kubectl.run("version", "").await.contains("Server Version: v1.34.4+signoff"));
    assert!(kubectl.run("api-resources", "").await.contains("StatefulSet"));
    assert!(kubectl.run("apply -f -", LAB).await.contains("deployment.apps/web created"));
    let again = kubectl.run("apply -f -", LAB).await;
    assert_eq!(again, "namespace/lab unchanged\ndeployment.apps/web unchanged\npod/p unchanged\n");
    kubectl.run("apply --server-side -f -", LAB).await;
    let list = json!({"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "l"}}]});
    assert_eq!(kubectl.run("apply -f -", &list.to_string()).await, "configmap/l created\n");
    let misspelt = LAB.replace("replicas:", "replica:");
    assert!(kubectl.refused("apply -f -", &misspelt).await.contains(r#"unknown field "spec.replica""#));

    kubectl.run(&format!("-n lab patch pod p --subresource=status --type=merge -p {RUNNING}"), "").await;
    let pods = kubectl.run("-n lab get pods", "").await;
    let columns: Vec<Vec<&str>> = pods.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(columns[0], ["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
    assert_eq!(columns[1][..4], ["p", "1/1", "Running", "2"]);
    assert!(kubectl.run("-n lab get deploy", "").await.contains("web    0/2"));
    assert!(kubectl.run("-n lab describe pod p", "").await.contains("Restart Count:  2"));
    assert!(kubectl.run("-n lab describe deployment web", "").await.contains("2 desired"));
    kubectl.run("-n lab wait --for=condition=Ready pod/p --timeout=10s", "").await;
    kubectl.run("-n lab wait --for=jsonpath={.status.phase}=Running pod/p --timeout=10s", "").await;
    kubectl.sandbox.stop().await;
}

#[tokio::test]
async fn objects_are_labelled_scaled_logged_and_deleted() {
    let Some(kubectl) = Kubectl::start().await else {
        return;
    };
    kubectl.run("apply -f -", LAB).await;
    kubectl.run(&format!("-n lab patch pod p --subresource=status --type=merge -p {RUNNING}"), "").await;
    kubectl.run("-n lab label pod p tier=front", "").await;
    kubectl.run("-n lab annotate pod p note=x", "").await;
    assert!(kubectl.run("-n lab get pods -l tier=front,app!=db -o name", "").await.contains("pod/p"));
    kubectl.run("-n lab scale deploy web --replicas=5", "").await;
    assert_eq!(
        kubectl.run("-n lab get deploy web -o jsonpath={.spec.replicas}/{.metadata.generation}", "").await,
        "5/2"
    );

    let folder = kubectl.sandbox.logs.path().join("lab_p");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("c.log"), "one\ntwo\n").unwrap();
    assert_eq!(kubectl.run("-n lab logs p", "").await, "one\ntwo\n");
    assert_eq!(kubectl.run("-n lab logs p --tail=1", "").await, "two\n");
    let refused = kubectl.refused("-n lab logs p --previous", "").await;
    assert!(refused.contains(r#"previous terminated container "c" in pod "p" not found"#), "{refused}");
    assert!(kubectl.refused("-n lab exec p -- ls", "").await.contains("does not serve pods/exec"));
    assert!(kubectl.refused("-n lab port-forward p 1:2", "").await.contains("over WebSocket only"));

    kubectl.run("-n lab delete pod p --grace-period=0 --force", "").await;
    kubectl.run("delete namespace lab --timeout=15s", "").await;
    assert!(kubectl.refused("get namespace lab", "").await.contains(r#"namespaces "lab" not found"#));
    assert_eq!(kubectl.run("auth can-i list pods", "").await.trim(), "yes");
    kubectl.run("create namespace made", "").await;
    kubectl.run("get namespace made", "").await;
    kubectl.sandbox.stop().await;
}

#[tokio::test]
async fn custom_kinds_come_and_go_with_their_definition() {
    let Some(kubectl) = Kubectl::start().await else {
        return;
    };
    kubectl.run("apply -f -", &widget_crd().to_string()).await;
    kubectl.run("wait --for=condition=Established crd/widgets.example.com --timeout=10s", "").await;
    let widget = |spec: serde_json::Value| {
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}).to_string()
    };
    let refused = kubectl.refused("apply -f -", &widget(json!({"size": 1, "colour": "red"}))).await;
    assert!(refused.contains(r#"strict decoding error: unknown field "spec.colour""#), "{refused}");
    kubectl.run("apply -f -", &widget(json!({"size": 7}))).await;
    let shown = kubectl.run("get wd", "").await;
    assert!(shown.contains("NAME   SIZE") && shown.contains("w      7"), "{shown}");
    kubectl.run("describe wd w", "").await;
    let refused = kubectl.refused(r#"patch wd w --type=merge -p {"spec":{"size":"x"}}"#, "").await;
    assert!(refused.contains("spec.size in body must be of type integer"), "{refused}");
    kubectl.run("delete crd widgets.example.com --timeout=15s", "").await;
    kubectl.refused("get wd", "").await;
    kubectl.sandbox.stop().await;
}
