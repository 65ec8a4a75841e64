//! Faults of workloads: what cannot be created, placed, pulled, or kept running.

use std::time::{Duration, Instant};

use rustix::process::{Signal, kill_process};
use serde_json::json;

use crate::objects::{VMAGENT, VMALERT, VMSINGLE};
use crate::sandbox::Sandbox;

pub async fn a_crd_is_deleted(sandbox: &mut Sandbox) {
    let was = sandbox.delete(("CustomResourceDefinition", "vmprobes.operator.victoriametrics.com")).await;
    let wanted = [("crds/missing", "vmprobes")];
    sandbox.red("CRD vmprobes deleted", "crds-served", &wanted).await;
    sandbox.restore(&was).await;
}

/// The pod of the last good template goes on: the new one tells.
pub async fn an_image_cannot_be_pulled(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMAGENT, json!({"spec": {"image": {"tag": "v1.131.0-nosuch"}}})).await;
    let wanted = [
        ("workload/image-pull", "victoriametrics/vmagent:v1.131.0-nosuch"),
        ("workload/old-pods", "Pod observability/vmagent-vmagent-"),
    ];
    sandbox.red("spec.image.tag of VMAgent does not exist", "vmagent-rolled-out", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn an_unknown_flag_makes_vmalert_crash(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMALERT, json!({"spec": {"extraArgs": {"no.such.flag": "1"}}})).await;
    let wanted = [("workload/crash-loop", "vmalert crashes again and again"), ("workload/old-pods", "")];
    sandbox.red("spec.extraArgs of VMAlert has an unknown flag", "vmalert-rolled-out", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn vmsingle_is_killed_again_and_again(sandbox: &mut Sandbox) {
    const POD: &str = "observability/vmsingle-";
    let end = Instant::now() + Duration::from_secs(60);
    let mut killed = Vec::new();
    while killed.len() < 3 {
        assert!(Instant::now() < end, "vmsingle does not come back to be killed");
        let pid = sandbox.pid(POD, "vmsingle").await;
        if !killed.contains(&pid) && kill_process(pid, Signal::KILL).is_ok() {
            killed.push(pid);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let wanted = [("workload/crash-loop", "vmsingle crashes again and again")];
    sandbox.red("SIGKILL to vmsingle, three times", "vmsingle-rolled-out", &wanted).await;
    sandbox.roll(VMSINGLE).await;
}

pub async fn no_node_is_large_enough(sandbox: &mut Sandbox) {
    let resources = json!({"requests": {"memory": "900Gi"}, "limits": {"memory": "900Gi"}});
    let was = sandbox.patch(VMALERT, json!({"spec": {"resources": resources}})).await;
    let wanted = [("workload/unschedulable", "Insufficient memory"), ("workload/old-pods", "")];
    sandbox.red("VMAlert asks for more memory than a node has", "vmalert-rolled-out", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn all_nodes_are_cordoned(sandbox: &mut Sandbox) {
    let nodes = sandbox.cordon(true).await;
    sandbox.evict_pod("observability/vmalert-").await;
    let wanted = [("workload/unschedulable", "were unschedulable")];
    sandbox.red(&format!("{nodes} nodes cordoned, the pod of VMAlert evicted"), "vmalert-rolled-out", &wanted).await;
    sandbox.cordon(false).await;
}

pub async fn vmagent_runs_out_of_memory(sandbox: &mut Sandbox) {
    let resources = json!({"requests": {"memory": "8Mi"}, "limits": {"memory": "8Mi"}});
    let was = sandbox.patch(VMAGENT, json!({"spec": {"resources": resources}})).await;
    let wanted = [("workload/oom-killed", "vmagent was killed for its memory"), ("workload/old-pods", "")];
    sandbox.red("spec.resources.limits.memory of VMAgent is 8Mi", "vmagent-rolled-out", &wanted).await;
    sandbox.restore(&was).await;
}
