//! Faults of memory, and of the two sources that tell it.

use serde_json::json;

use crate::objects::Name;
use crate::sandbox::Sandbox;

const CHECK: &str = "memory-below-4gb";
/// No other check of the suite is about it.
const RECEIVER: Name<'_> = ("Deployment", "observability/webhook-receiver");
const CADVISOR: Name<'_> = ("VMNodeScrape", "observability/cadvisor");

pub async fn a_container_is_missing(sandbox: &mut Sandbox) {
    let annotations = json!({"sandbox.signoff.dev/unmetered": "webhook-receiver"});
    let change = json!({"spec": {"template": {"metadata": {"annotations": annotations}}}});
    let was = sandbox.patch(RECEIVER, change).await;
    let wanted = [("memory/container-missing", "/webhook-receiver in metrics.k8s.io")];
    sandbox.red("metrics.k8s.io lacks a container", CHECK, &wanted).await;
    sandbox.restore(&was).await;
}

pub async fn the_limit_is_passed(sandbox: &mut Sandbox) {
    let suite = sandbox.suite.clone();
    sandbox.suite = suite.replace("memory_limit: 4GB", "memory_limit: 50MB");
    let wanted = [("memory/over-limit", "metrics.k8s.io, now"), ("memory/over-limit", "peak over")];
    sandbox.red("more memory than the limit", CHECK, &wanted).await;
    sandbox.suite = suite;
}

pub async fn a_container_has_no_limit(sandbox: &mut Sandbox) {
    let bare = json!([{"name": "webhook-receiver", "image": "localhost/signoff-exporter:1",
        "args": ["--component", "webhook-receiver", "--listen", ":9099"],
        "ports": [{"name": "http", "containerPort": 9099}]}]);
    let was = sandbox.patch(RECEIVER, json!({"spec": {"template": {"spec": {"containers": bare}}}})).await;
    sandbox.red("a container has no limit", CHECK, &[("memory/no-limit", "/webhook-receiver")]).await;
    sandbox.restore(&was).await;
}

pub async fn a_container_is_killed_for_memory(sandbox: &mut Sandbox) {
    let small = json!([{"name": "webhook-receiver", "resources": {"limits": {"memory": "1Mi"}},
        "image": "localhost/signoff-exporter:1", "args": ["--component", "webhook-receiver", "--listen", ":9099"],
        "ports": [{"name": "http", "containerPort": 9099}]}]);
    let was = sandbox.patch(RECEIVER, json!({"spec": {"template": {"spec": {"containers": small}}}})).await;
    sandbox.red("a limit of 1Mi: OOMKilled", CHECK, &[("memory/oom-killed", "/webhook-receiver")]).await;
    sandbox.restore(&was).await;
}

pub async fn a_series_tells_something_else(sandbox: &mut Sandbox) {
    let pod = sandbox.pod("observability/webhook-receiver-").await;
    let labels = format!(
        "namespace=\"observability\",container=\"webhook-receiver\",id=\"/duplicate\",pod={}",
        pod["metadata"]["name"]
    );
    let line = format!("container_memory_working_set_bytes{{{labels}}} 900000000\n");
    vmsingle(sandbox, "/api/v1/import/prometheus", line).await;
    let wanted = [("memory/sources-differ", "metrics.k8s.io")];
    sandbox.red("cAdvisor's series are stored with another value beside", CHECK, &wanted).await;
    let matched = "/api/v1/admin/tsdb/delete_series?match[]=container_memory_working_set_bytes{id=\"/duplicate\"}";
    vmsingle(sandbox, matched, String::new()).await;
}

pub async fn the_series_are_dropped(sandbox: &mut Sandbox) {
    let drop = json!([{"action": "drop", "sourceLabels": ["__name__"], "regex": "container_memory_working_set_bytes"}]);
    let was = sandbox.patch(CADVISOR, json!({"spec": {"metricRelabelConfigs": drop}})).await;
    let wanted = [("memory/source-empty", "cAdvisor")];
    sandbox.red("a relabelling drops cAdvisor's memory", CHECK, &wanted).await;
    sandbox.restore(&was).await;
}

/// The storage is reached by a Service of the drill's own here.
pub async fn a_source_is_silent(sandbox: &mut Sandbox) {
    const SERVICE: Name<'_> = ("Service", "observability/drill-storage");
    let suite = sandbox.suite.clone();
    let memory = "below: ${memory_limit}\n        storage: *vmsingle";
    assert!(suite.contains(memory), "the suite's text has another shape");
    let own = "below: ${memory_limit}\n        storage: {namespace: observability, service: drill-storage, port: http}";
    let needs = regex::Regex::new(r"    needs: \[[^\]]*\]\n").unwrap();
    sandbox.suite = needs.replace_all(&suite.replace(memory, own), "").into_owned();
    let args = std::mem::replace(&mut sandbox.args, vec![CHECK.to_owned()]);
    let mut service = json!({
        "apiVersion": "v1", "kind": SERVICE.0, "metadata": {"name": "drill-storage", "namespace": "observability"},
        "spec": {"selector": {"app.kubernetes.io/name": "vmsingles"},
            "ports": [{"name": "http", "port": 8429, "targetPort": "http"}]},
    });
    sandbox.restore(&service).await;
    sandbox.red("a Service of the storage selects nothing", CHECK, &[("memory/source-silent", "cAdvisor")]).await;
    service["spec"]["selector"] = json!({"app.kubernetes.io/name": "vmsingle"});
    sandbox.restore(&service).await;
    sandbox.green().await;
    sandbox.delete(SERVICE).await;
    (sandbox.suite, sandbox.args) = (suite, args);
}

pub async fn vmsingle(sandbox: &Sandbox, path: &str, body: String) {
    let pod = sandbox.pod("observability/vmsingle-vmsingle-").await;
    let url = format!("http://{}:8429{path}", pod["status"]["podIP"].as_str().unwrap());
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    client.post(url).body(body).send().await.unwrap().error_for_status().unwrap();
}
