//! Faults of the targets themselves.

use rustix::process::Signal;
use serde_json::json;

use crate::sandbox::Sandbox;

const CHECK: &str = "targets-covered";
const POD: &str = "rook-ceph/rook-ceph-mgr-a-";
const PORT: u16 = 9283;
const TITLE: &str = "VMServiceScrape rook-ceph/rook-ceph-mgr";

pub async fn a_target_is_stopped(sandbox: &mut Sandbox) {
    let was = sandbox.patch(("Deployment", "rook-ceph/rook-ceph-mgr-a"), json!({"spec": {"replicas": 0}})).await;
    sandbox.red("the workload behind a Service scaled to 0", CHECK, &[("coverage/no-endpoint", TITLE)]).await;
    sandbox.restore(&was).await;
}

pub async fn a_target_is_paused(sandbox: &mut Sandbox) {
    sandbox.signal(POD, "rook-ceph-mgr-a", Signal::STOP).await;
    let wanted = [("coverage/down", "down: "), ("coverage/down", TITLE)];
    sandbox.red("SIGSTOP to a target", CHECK, &wanted).await;
    sandbox.signal(POD, "rook-ceph-mgr-a", Signal::CONT).await;
}

pub async fn a_target_answers_500(sandbox: &mut Sandbox) {
    misbehave(sandbox, "500", "a target answers 500", ("coverage/down", "500")).await;
}

pub async fn a_target_hangs(sandbox: &mut Sandbox) {
    misbehave(sandbox, "hang", "a target accepts and never answers", ("coverage/down", "down: ")).await;
}

/// vmagent takes an answer without a single good line for a success.
pub async fn a_target_answers_garbage(sandbox: &mut Sandbox) {
    misbehave(sandbox, "garbage", "a target answers with garbage", ("coverage/no-samples", TITLE)).await;
}

async fn misbehave(sandbox: &mut Sandbox, mode: &str, fault: &str, wanted: (&str, &str)) {
    sandbox.fault(POD, PORT, mode).await;
    sandbox.red(fault, CHECK, &[wanted]).await;
    sandbox.fault(POD, PORT, "ok").await;
}
