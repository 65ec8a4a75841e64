//! Faults of vmagent itself.

use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::objects::VMAGENT;
use crate::sandbox::Sandbox;

pub async fn vmagent_is_paused(sandbox: &mut Sandbox) {
    let pid = sandbox.pid("observability/vmagent-", "vmagent").await;
    kill_process(pid, Signal::STOP).unwrap();
    let wanted = [("coverage/agent-silent", "Pod observability/vmagent-")];
    sandbox.red("SIGSTOP to vmagent", "targets-covered", &wanted).await;
    // After 50 s its liveness probe would have ended it; either way the pod is replaced.
    let _ = kill_process(pid, Signal::CONT);
    sandbox.delete_pod("observability/vmagent-").await;
}

/// Each shard scrapes a part of the targets; the workload of the first says nothing of the second.
pub async fn a_shard_is_missing(sandbox: &mut Sandbox) {
    let suite = sandbox.suite.clone();
    sandbox.suite = suite.replace("name: vmagent-vmagent\n", "name: vmagent-vmagent-0\n");
    assert_ne!(sandbox.suite, suite, "the suite's text has another shape");
    // Two of them may take more than the story allows the stack.
    let limits = "limits_below: 4GB";
    assert!(suite.contains(limits), "the suite's text has another shape");
    sandbox.suite = sandbox.suite.replace(limits, "limits_below: 5GB");
    let was = sandbox.patch(VMAGENT, json!({"spec": {"shardCount": 2}})).await;
    sandbox.green().await;
    sandbox.cordon(true).await;
    sandbox.delete_pod("observability/vmagent-vmagent-1-").await;
    let wanted = [("coverage/shard-missing", "VMAgent observability/vmagent: expected 2 vmagent pods, got 1")];
    sandbox.red("the pod of the second vmagent shard has no node", "targets-covered", &wanted).await;
    sandbox.cordon(false).await;
    sandbox.green().await;
    sandbox.restore(&was).await;
    sandbox.suite = suite;
}
