//! `signoff doctor`, the whole binary, on a cluster where nearly everything is missing; on a whole one see `snippets.rs`.

#![cfg(feature = "sandbox")]

use std::net::SocketAddr;

use kube::api::{Api, DynamicObject, PostParams};
use kube::core::{ApiResource, GroupVersionKind};
use serde_json::json;
use signoff::sandbox::api::{ApiConfig, ApiServer, start};
use tokio::process::Command;

const SUITE: &str = r#"
story: s
title: S
criteria: [{id: AC1, text: all is well}]
checks:
  - id: served
    sentence: the kinds are served
    criteria: [AC1]
    within: 1s
    expect:
      crds: {group: g.io, version: v1, kinds: [Thing]}
  - id: flows
    sentence: an alert flows
    criteria: [AC1]
    within: 1s
    expect:
      alert_flow: {namespace: o, vmalert: v, alertmanager: a, data: up, severity: critical}
"#;

struct Lab {
    server: ApiServer,
    folder: tempfile::TempDir,
}

impl Lab {
    async fn denying(deny: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen = SocketAddr::from(([127, 251, 61, 1], 0));
        let config = ApiConfig { listen, pod_logs: folder.path().to_owned(), service_block: 251 };
        let server = start(config).await.unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = kube::Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
        let faults = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "signoff-faults"}, "data": {"deny": deny}});
        let faults: DynamicObject = serde_json::from_value(faults).unwrap();
        let kind = ApiResource::from_gvk(&GroupVersionKind::gvk("", "v1", "ConfigMap"));
        let maps: Api<DynamicObject> = Api::namespaced_with(client, "kube-system", &kind);
        maps.create(&PostParams::default(), &faults).await.unwrap();
        std::fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        std::fs::write(folder.path().join("suite.yaml"), SUITE).unwrap();
        Self { server, folder }
    }

    async fn doctor(&self, more: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.arg("doctor").arg(self.folder.path().join("suite.yaml"));
        command.arg("--kubeconfig").arg(self.folder.path().join("kubeconfig")).args(more);
        let output = command.output().await.unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_told_with_the_rule_to_add_and_what_does_not_answer_with_why() {
    let lab = Lab::denying("get customresourcedefinitions.apiextensions.k8s.io\ncreate pods/portforward o").await;
    let (code, out, err) = lab.doctor(&[]).await;
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    let lines: Vec<&str> = out.lines().collect();
    let has = |line: &str| assert!(lines.contains(&line), "{line:?} is not in:\n{out}");
    has(
        "  missing      get customresourcedefinitions of apiextensions.k8s.io in the whole cluster named things.g.io, for served",
    );
    has(
        "               add to a ClusterRole: {apiGroups: [\"apiextensions.k8s.io\"], resources: [\"customresourcedefinitions\"], resourceNames: [\"things.g.io\"], verbs: [\"get\"]}",
    );
    has("  missing      create pods/portforward in namespace o, for flows");
    has("  ok           get pods/portforward in namespace o");
    has("  ok           list configmaps in namespace o");
    has("  ok           configmaps");
    has("  missing      vmrules.operator.victoriametrics.com is not served: install its CRD or API service");
    has("  unreachable  Service o/vmalert-v: Service o/vmalert-v does not exist");
    has("6 things keep a run from judging");
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_address_needs_no_permission_and_the_selection_counts() {
    let lab = Lab::denying("* pods/portforward\n* services").await;
    let nobody = "http://127.0.0.1:9";
    let urls = [format!("vmalert-v={nobody}"), format!("vmalertmanager-a={nobody}")];
    let (code, out, _) = lab.doctor(&["flows", "--url", &urls[0], "--url", &urls[1]]).await;
    assert_eq!(code, 3, "{out}");
    assert!(!out.contains("portforward") && !out.contains("services") && !out.contains("things.g.io"), "{out}");
    assert!(out.contains("  unreachable  Service o/vmalert-v: connection to http://127.0.0.1:9 failed"), "{out}");
    let (code, out, _) = lab.doctor(&["served"]).await;
    assert_eq!(
        (code, out.ends_with("components\n  none is used\n\nnothing keeps a run from judging\n")),
        (0, true),
        "{out}"
    );
    lab.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_api_server_nothing_is_asked_of_it() {
    let lab = Lab::denying("").await;
    let gone = std::fs::read_to_string(lab.folder.path().join("kubeconfig")).unwrap();
    std::fs::write(lab.folder.path().join("kubeconfig"), gone.replace(&lab.server.url, "http://127.0.0.1:9")).unwrap();
    let (code, out, err) = lab.doctor(&[]).await;
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.starts_with("error: connection to the Kubernetes API at http://127.0.0.1:9"), "{err}");
    lab.server.shutdown().await;
}
