//! `signoff sandbox deploy` into a cluster that has a platform of its own.

use std::time::Duration;

use kube::ResourceExt;
use kube::api::ListParams;
use serde_json::Value;
use tokio::process::Command;

use crate::sandbox::{Sandbox, say};

/// On everything that a deployment applied.
const LABEL: &str = "sandbox.signoff.dev/scenario";
const PATIENCE: Duration = Duration::from_secs(400);
/// Kinds of which a platform has some of its own.
const KINDS: [(&str, &str); 4] =
    [("Namespace", ""), ("Deployment", "kube-system"), ("DaemonSet", "kube-system"), ("Service", "kube-system")];

/// Deploys, or finds all deployed; what the platform brought is as it was.
pub async fn the_platform_is_left_as_it_was(sandbox: &Sandbox) {
    let before = platform(sandbox).await;
    assert!(!before.is_empty(), "a real cluster has something of its own");
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.args(["sandbox", "deploy", "--within", "5m", "--kubeconfig"]).arg(&sandbox.kubeconfig).kill_on_drop(true);
    if let Some(sink) = std::env::var_os("SIGNOFF_TEST_SINK") {
        // As it was deployed before: a second deployment would lead alerts elsewhere.
        command.arg("--sink").arg(sink);
    }
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("a deployment ends").unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    say(&told);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("Namespace kube-system"), "what was there before is told");
    assert_eq!(before, platform(sandbox).await);
}

/// What is there and not deployed by us: its name, identity and spec's generation.
async fn platform(sandbox: &Sandbox) -> Vec<Value> {
    let mut all = Vec::new();
    for (kind, namespace) in KINDS {
        let found = sandbox.api(kind, namespace).list(&ListParams::default()).await.unwrap();
        let others = found.items.into_iter().filter(|object| !object.labels().contains_key(LABEL));
        all.extend(others.map(|object| {
            let labels = serde_json::to_value(object.labels()).unwrap();
            serde_json::json!([kind, object.name_any(), object.uid(), object.metadata.generation, labels])
        }));
    }
    all
}
