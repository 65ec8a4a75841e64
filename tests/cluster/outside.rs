//! The operator beside a real API server instead of in it: `signoff sandbox operator --kubeconfig FILE`.

use std::process::Stdio;

use serde_json::json;
use tokio::process::Command;

use crate::alerting::OPERATOR;
use crate::objects::Name;
use crate::sandbox::{Sandbox, say};

const SINGLE: Name<'_> = ("VMSingle", "default/outside");
const MADE: Name<'_> = ("Deployment", "default/vmsingle-outside");
/// The same image by its full name, so that it can be told from the default.
const IMAGE: &str = "docker.io/victoriametrics/victoria-metrics:v1.131.0";

/// It makes a VMSingle run from the image that it was given, while the one in the cluster is stopped.
pub async fn the_operator_runs_outside(sandbox: &mut Sandbox) {
    let was = sandbox.patch(OPERATOR, json!({"spec": {"replicas": 0}})).await;
    sandbox
        .until_true("the operator stops", async || sandbox.get(OPERATOR).await["status"]["replicas"].is_null())
        .await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.args(["sandbox", "operator", "--kubeconfig"]).arg(&sandbox.kubeconfig);
    command.arg("--image").arg(format!("vmsingle={IMAGE}")).arg("--metrics-bind-address=127.0.0.1:0");
    command.arg("--health-probe-bind-address=127.0.0.1:0").stdin(Stdio::null()).kill_on_drop(true);
    let operator = command.spawn().unwrap();
    sandbox
        .restore(&json!({
            "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": SINGLE.0,
            "metadata": {"name": "outside", "namespace": "default"}, "spec": {"retentionPeriod": "1d"},
        }))
        .await;
    let operational = async || sandbox.get(SINGLE).await["status"]["updateStatus"] == "operational";
    sandbox.until_true("the VMSingle becomes operational", operational).await;
    let made = sandbox.get(MADE).await;
    assert_eq!(made["spec"]["template"]["spec"]["containers"][0]["image"], IMAGE);
    assert_eq!(made["status"]["availableReplicas"], 1, "{}", made["status"]);
    say(&format!("the operator runs outside of the cluster\n    {} of {} is available\n", MADE.1, SINGLE.1));
    // Its finalizer is the outer operator's to take off.
    sandbox.delete(SINGLE).await;
    drop(operator);
    sandbox.restore(&was).await;
}
