//! Faults of query latency, on a storage of the drills' own: nothing else reads from it.

use std::time::Duration;

use rustix::process::{Signal, kill_process};
use serde_json::{Value, json};

use crate::objects::Name;
use crate::sandbox::Sandbox;

const SUITE: &str = include_str!("timing.yaml");
const CHECK: &str = "storage-timed";
const STORAGE: Name<'_> = ("VMSingle", "observability/timed");
const SERVICE: Name<'_> = ("Service", "observability/drill-timed");
const POD: &str = "observability/vmsingle-timed-";
/// How long the storage stands still, and how long it works in between.
const STALL: Duration = Duration::from_millis(1200);
const WORK: Duration = Duration::from_millis(800);

/// Puts this suite in the place of the story's, with a storage, its Service, and two series in it. Only the measurement runs.
async fn prepared(sandbox: &mut Sandbox) {
    sandbox.suite = SUITE.to_owned();
    if sandbox.api(STORAGE.0, "observability").get_opt("timed").await.unwrap().is_none() {
        sandbox
            .restore(&json!({
                "apiVersion": "operator.victoriametrics.com/v1beta1", "kind": STORAGE.0,
                "metadata": {"name": "timed", "namespace": "observability"}, "spec": {"retentionPeriod": "1d"},
            }))
            .await;
    }
    serving(sandbox).await;
    mended(sandbox).await;
    sandbox.args = vec![CHECK.to_owned()];
}

/// The Service is as it should be and the series are there; from now on only that is looked at.
async fn mended(sandbox: &mut Sandbox) {
    sandbox.restore(&service("vmsingle", "timed")).await;
    let lines = "drill_one 1\ndrill_two 1\n";
    sandbox
        .until_true("the storage takes the series", async || ask(sandbox, "/api/v1/import/prometheus", lines).await)
        .await;
    // What was written is found once it is flushed.
    sandbox.until_true("it finds them", async || ask(sandbox, "/internal/force_flush", "").await).await;
    sandbox.args = vec!["storage-there".to_owned()];
}

/// A Service in front of the pods of this application and instance.
fn service(application: &str, instance: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": SERVICE.0, "metadata": {"name": "drill-timed", "namespace": "observability"},
        "spec": {"selector": {"app.kubernetes.io/name": application, "app.kubernetes.io/instance": instance},
            "ports": [{"name": "http", "port": 80, "targetPort": "http"}]},
    })
}

/// Waits until one pod runs, as the storage's own template has it.
async fn serving(sandbox: &Sandbox) {
    sandbox
        .until_true("the storage of the drills runs", async || {
            let made = sandbox.api("Deployment", "observability").get_opt("vmsingle-timed").await.unwrap();
            let made = serde_json::to_value(made).unwrap();
            let (generation, status) = (&made["metadata"]["generation"], &made["status"]);
            generation.is_u64()
                && *generation == status["observedGeneration"]
                && ["replicas", "updatedReplicas", "availableReplicas"].iter().all(|field| status[*field] == 1)
        })
        .await;
}

async fn ask(sandbox: &Sandbox, path: &str, body: &str) -> bool {
    let pod = sandbox.pod(POD).await;
    let url = format!("http://{}:8429{path}", pod["status"]["podIP"].as_str().unwrap_or_default());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(url).body(body.to_owned()).send().await.is_ok_and(|answer| answer.status().is_success())
}

async fn with_service(sandbox: &mut Sandbox, fault: &str, other: Value, wanted: &[(&str, &str)]) {
    prepared(sandbox).await;
    sandbox.restore(&other).await;
    sandbox.red(fault, CHECK, wanted).await;
    mended(sandbox).await;
}

pub async fn nobody_answers(sandbox: &mut Sandbox) {
    let wanted = [("reach/no-ready-endpoint", "at least one ready pod behind the Service")];
    with_service(sandbox, "the Service of a storage selects nothing", service("vmsingles", "timed"), &wanted).await;
}

pub async fn somebody_else_answers(sandbox: &mut Sandbox) {
    let wanted = [("reach/wrong-component", "expected vmsingle answers, got vmagent")];
    with_service(sandbox, "the Service of a storage selects vmagent", service("vmagent", "vmagent"), &wanted).await;
}

pub async fn there_is_no_service(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    sandbox.delete(SERVICE).await;
    sandbox.red("the Service of a storage deleted", CHECK, &[("reach/not-deployed", "the Service exists")]).await;
    mended(sandbox).await;
}

pub async fn every_query_is_refused(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let was = sandbox.patch(STORAGE, json!({"spec": {"extraArgs": {"search.maxQueryLen": "4"}}})).await;
    limited(sandbox, true).await;
    let wanted = [("latency/backed-off", "10 errors in a row")];
    sandbox.red("a storage refuses queries of more than 4 bytes", CHECK, &wanted).await;
    sandbox.restore(&was).await;
    limited(sandbox, false).await;
    mended(sandbox).await;
}

/// Waits until the storage runs with that limit, or without.
async fn limited(sandbox: &Sandbox, wanted: bool) {
    let is_limited = async || {
        let made = sandbox.get(("Deployment", "observability/vmsingle-timed")).await;
        made["spec"]["template"].to_string().contains("search.maxQueryLen") == wanted
    };
    sandbox.until_true("the operator tells the storage", is_limited).await;
    serving(sandbox).await;
}

pub async fn a_query_finds_nothing(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    assert!(ask(sandbox, "/api/v1/admin/tsdb/delete_series?match[]=drill_two", "").await, "the series is deleted");
    sandbox.red("one of two series deleted", CHECK, &[("latency/empty-results", "`two` never had a result")]).await;
    mended(sandbox).await;
}

/// It stands still for more than a second, again and again: pods are ready, and the mean looks well.
pub async fn the_storage_stalls(sandbox: &mut Sandbox) {
    prepared(sandbox).await;
    let pid = sandbox.pid(POD, "vmsingle").await;
    let stalls = tokio::spawn(async move {
        while kill_process(pid, Signal::STOP).is_ok() {
            tokio::time::sleep(STALL).await;
            let _ = kill_process(pid, Signal::CONT);
            tokio::time::sleep(WORK).await;
        }
    });
    let wanted = [("latency/p95-over-limit", "requests are beyond the limit")];
    sandbox.red("SIGSTOP to a storage, for 1.2 of every 2 s", CHECK, &wanted).await;
    stalls.abort();
    let _ = stalls.await;
    let _ = kill_process(pid, Signal::CONT);
    mended(sandbox).await;
    // This time it is measured that all is well again.
    sandbox.args = Vec::new();
}
