//! Faults of the storage.

use rustix::process::Signal;
use serde_json::json;

use crate::objects::VMSINGLE;
use crate::sandbox::Sandbox;

pub async fn retention_is_unset(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMSINGLE, json!({"spec": {"retentionPeriod": null}})).await;
    sandbox.red("spec.retentionPeriod of VMSingle removed", "retention-90d", &[("query/no-series", "")]).await;
    sandbox.restore(&was).await;
}

pub async fn vmsingle_is_killed_once(sandbox: &mut Sandbox) {
    sandbox.signal("observability/vmsingle-", "vmsingle", Signal::KILL).await;
    let wanted = [("workload/restarts", "1 restarts, the last")];
    sandbox.red("SIGKILL to vmsingle, once", "vmsingle-rolled-out", &wanted).await;
    sandbox.delete_pod("observability/vmsingle-").await;
}
