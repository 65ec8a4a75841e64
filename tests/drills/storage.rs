//! Faults of the storage, and of the way into it.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;

use crate::objects::{Name, VMAGENT, VMALERT, VMSINGLE};
use crate::sandbox::Sandbox;

/// What storage got within this time before its death may be lost: it flushes to disk every 5 s.
const FLUSHED: Duration = Duration::from_secs(6);

pub async fn vmsingle_is_killed_once(sandbox: &mut Sandbox) {
    tokio::time::sleep(FLUSHED).await;
    sandbox.signal("observability/vmsingle-", "vmsingle", Signal::KILL).await;
    let wanted = [("workload/restarts", "1 restarts, the last")];
    sandbox.red("SIGKILL to vmsingle, once", "vmsingle-rolled-out", &wanted).await;
    sandbox.roll(VMSINGLE).await;
}

pub async fn retention_is_unset(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMSINGLE, json!({"spec": {"retentionPeriod": null}})).await;
    let wanted = [("query/no-series", "at least 1 series")];
    sandbox.red("spec.retentionPeriod of VMSingle removed", "retention-90d", &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn a_memory_limit_is_missing(sandbox: &mut Sandbox) {
    let was = sandbox.patch(VMALERT, json!({"spec": {"resources": {"limits": null}}})).await;
    let wanted = [("query/missing-member", "container=\"vmalert\"")];
    sandbox.red("spec.resources.limits of VMAlert removed", "memory-limits-set", &wanted).await;
    sandbox.restore(&was).await;
}

/// Claims outlive their application, so a new one is only made where the old one is gone.
pub async fn a_storage_class_does_not_exist(sandbox: &mut Sandbox) {
    const MANAGER: Name<'_> = ("VMAlertmanager", "observability/vmalertmanager");
    const CLAIM: Name<'_> =
        ("PersistentVolumeClaim", "observability/vmalertmanager-vmalertmanager-db-vmalertmanager-vmalertmanager-0");
    let was = sandbox.delete(MANAGER).await;
    sandbox.delete(CLAIM).await;
    let mut misspelt = was.clone();
    misspelt["spec"]["storage"]["volumeClaimTemplate"]["spec"]["storageClassName"] = json!("ceph-blok");
    sandbox.restore(&misspelt).await;
    let wanted = [("workload/pvc-pending", "vmalertmanager-vmalertmanager-db")];
    sandbox.red("the StorageClass of Alertmanager's volume is misspelt", "alertmanager-rolled-out", &wanted).await;
    sandbox.delete(MANAGER).await;
    sandbox.delete(CLAIM).await;
    sandbox.restore(&was).await;
}

/// Everything looks sound: pods ready, targets up. Only the age of what is stored tells.
pub async fn vmagent_writes_to_the_wrong_place(sandbox: &mut Sandbox) {
    let url = "http://vmsingle-vmsingl.observability.svc:8429/api/v1/write";
    let was = sandbox.patch(VMAGENT, json!({"spec": {"remoteWrite": [{"url": url}]}})).await;
    let wanted = [("query/stale", "expected a newest sample of at most 1m30s")];
    sandbox.red("spec.remoteWrite of VMAgent misspelt", "vmsingle-answers", &wanted).await;
    // Coverage sees it as well, where nothing keeps it from looking.
    let suite = sandbox.suite.clone();
    let coverage = "    within: 2s\n    expect:\n      scrape_coverage:";
    let needs = regex::Regex::new(&format!(r"    needs: \[[^\]]*\]\n{coverage}")).unwrap();
    sandbox.suite = needs.replace(&suite, coverage).into_owned();
    assert_ne!(sandbox.suite, suite, "the suite's text has another shape");
    let args = std::mem::replace(&mut sandbox.args, vec!["targets-covered".to_owned()]);
    let wanted = [("coverage/nothing-stored", "the storage has a fresh sample of none of them")];
    sandbox.red("the same, seen by coverage alone", "targets-covered", &wanted).await;
    (sandbox.suite, sandbox.args) = (suite, args);
    sandbox.restore(&was).await;
}
