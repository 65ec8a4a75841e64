//! Real programs on a real API: pods as a kubelet would run them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::{ConfigMap, Event, Pod, Service};
use k8s_openapi::api::discovery::v1::EndpointSlice;
use kube::api::{DeleteParams, ListParams, PostParams};
use kube::{Api, Client};
use serde_json::{Value, json};

use super::*;
use crate::sandbox::{api, binaries};

struct Cluster {
    client: Client,
    handle: Handle,
    _api: api::ApiServer,
    dir: tempfile::TempDir,
    block: u8,
}

/// A cluster on a block of its own; `None` (with a word) where the programs cannot be had.
async fn cluster(block: u8) -> Option<Cluster> {
    let options = binaries::Options::default();
    let set = match binaries::find(&options, &|text| eprintln!("{text}")).await {
        Ok(set) => set,
        Err(error) => {
            eprintln!("SKIPPED: {error:#}");
            return None;
        }
    };
    let dir = tempfile::Builder::new().prefix("signoff-node-test-").tempdir().unwrap();
    let server = api::start(api::ApiConfig {
        listen: format!("127.{block}.0.1:6443").parse().unwrap(),
        pod_logs: dir.path().join("pod-logs"),
        service_block: block,
    })
    .await
    .unwrap();
    let client = Client::try_from(kube::Config::new(server.url.parse().unwrap())).unwrap();
    let launcher = launcher(dir.path());
    let config = NodeConfig::new(block, dir.path().to_owned(), set, launcher, server.url.clone());
    let handle = start(client.clone(), config).await.unwrap();
    Some(Cluster { client, handle, _api: server, dir, block })
}

/// Plays `signoff sandbox pod-exec -- PROGRAM ARGS`.
fn launcher(dir: &Path) -> std::path::PathBuf {
    let path = dir.join("launcher");
    std::fs::write(&path, "#!/bin/sh\nshift 3\nexec \"$@\"\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn pod(name: &str, container: Value) -> Pod {
    let mut container = container;
    container["name"] = json!("main");
    serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default", "labels": {"app": name}},
        "spec": {"containers": [container], "terminationGracePeriodSeconds": 5}
    }))
    .unwrap()
}

impl Cluster {
    fn pods(&self) -> Api<Pod> {
        Api::namespaced(self.client.clone(), "default")
    }

    async fn create(&self, pod: &Pod) {
        self.pods().create(&PostParams::default(), pod).await.unwrap();
    }

    /// Polls until the pod (as JSON) satisfies `wanted`.
    async fn until(&self, name: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(40);
        loop {
            let pod = serde_json::to_value(self.pods().get_opt(name).await.unwrap()).unwrap();
            if wanted(&pod) {
                return pod;
            }
            assert!(Instant::now() < deadline, "{what} did not come: {:#}", pod["status"]);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn reasons(&self) -> Vec<String> {
        let api: Api<Event> = Api::namespaced(self.client.clone(), "default");
        let list = api.list(&ListParams::default()).await.unwrap();
        list.items.into_iter().filter_map(|event| event.reason).collect()
    }
}

fn ready(pod: &Value) -> bool {
    let conditions = pod["status"]["conditions"].as_array();
    conditions.into_iter().flatten().any(|one| one["type"] == "Ready" && one["status"] == "True")
}

fn state(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]["state"]
}

async fn get(proxy: Option<String>, url: &str) -> (u16, String) {
    let mut command = tokio::process::Command::new("curl");
    command.args(["-sk", "-m", "10", "-w", "\n%{http_code}", url]).env_clear();
    if let Some(proxy) = proxy {
        command.env("http_proxy", proxy);
    }
    let output = command.output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, code) = text.rsplit_once('\n').unwrap();
    (code.parse().unwrap(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pod_runs_is_reached_by_name_survives_a_kill_and_is_deleted() {
    let Some(cluster) = cluster(231).await else {
        return;
    };
    let vmsingle = pod(
        "vmsingle",
        json!({
            "image": "victoriametrics/victoria-metrics:v1.131.0",
            "args": ["-httpListenAddr=:8429", "-storageDataPath=/data", "-retentionPeriod=90d"],
            "ports": [{"name": "http", "containerPort": 8429}],
            "readinessProbe": {"httpGet": {"path": "/health", "port": "http"}, "periodSeconds": 5},
            "resources": {"limits": {"memory": "2Gi"}}
        }),
    );
    cluster.create(&vmsingle).await;
    let running = cluster.until("vmsingle", "readiness", ready).await;
    let ip = running["status"]["podIP"].as_str().unwrap().to_owned();
    assert_eq!(get(None, &format!("http://{ip}:8429/health")).await.1, "OK");

    by_name(&cluster, &ip).await;
    kubelet_endpoints(&cluster, running["spec"]["nodeName"].as_str().unwrap()).await;

    let pid = |pod: &Value| pod["metadata"]["annotations"]["sandbox.signoff.dev/pid.main"].as_str().map(str::to_owned);
    let with_pid = cluster.until("vmsingle", "the pid annotation", |pod| pid(pod).is_some()).await;
    process::kill(pid(&with_pid).unwrap().parse().unwrap());
    let restarted = cluster
        .until("vmsingle", "a restart", |pod| pod["status"]["containerStatuses"][0]["restartCount"] == 1 && ready(pod));
    let restarted = restarted.await;
    let last = &restarted["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert_eq!((&last["exitCode"], &last["reason"]), (&json!(137), &json!("Error")));
    assert!(cluster.dir.path().join("pod-logs/default_vmsingle/main.previous.log").exists());

    cluster.pods().delete("vmsingle", &DeleteParams::default()).await.unwrap();
    cluster.until("vmsingle", "the deletion", Value::is_null).await;
    assert_eq!(get(None, &format!("http://{ip}:8429/health")).await.0, 0);
    let reasons = cluster.reasons().await;
    for wanted in ["Scheduled", "Pulled", "Started", "Killing"] {
        assert!(reasons.iter().any(|reason| reason == wanted), "{wanted} is not in {reasons:?}");
    }
    cluster.handle.shutdown().await;
}

/// A Service reaches the pod: through the proxy by name, and on its cluster address.
async fn by_name(cluster: &Cluster, ip: &str) {
    let services: Api<Service> = Api::namespaced(cluster.client.clone(), "default");
    let service = json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "vmsingle"},
        "spec": {"selector": {"app": "vmsingle"}, "ports": [{"name": "http-alias", "port": 8428, "targetPort": 8429}]}});
    let made = services.create(&PostParams::default(), &serde_json::from_value(service).unwrap()).await.unwrap();
    let slices: Api<EndpointSlice> = Api::namespaced(cluster.client.clone(), "default");
    let slice = json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
        "metadata": {"name": "vmsingle-1", "labels": {"kubernetes.io/service-name": "vmsingle"}},
        "ports": [{"name": "http-alias", "port": 8429, "protocol": "TCP"}],
        "endpoints": [{"addresses": [ip], "conditions": {"ready": true}}]});
    slices.create(&PostParams::default(), &serde_json::from_value(slice).unwrap()).await.unwrap();
    let proxy = Some(format!("http://127.{}.0.53:3128", cluster.block));
    let cluster_ip = made.spec.unwrap().cluster_ip.unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let named = get(proxy.clone(), "http://vmsingle.default.svc:8428/health").await;
        let direct = get(None, &format!("http://{cluster_ip}:8428/health")).await;
        if named.1 == "OK" && direct.1 == "OK" {
            break;
        }
        assert!(Instant::now() < deadline, "by name {named:?}, by address {direct:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let unknown = get(proxy, "http://nosuch.default.svc:1/").await;
    assert_eq!(unknown.0, 502);
    assert!(unknown.1.contains("lookup nosuch.default.svc: no such host"), "{}", unknown.1);
}

async fn kubelet_endpoints(cluster: &Cluster, node: &str) {
    let host = if node == "infra-cp-1" { 11 } else { 12 };
    let url = format!("https://127.{}.0.{host}:10250", cluster.block);
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let (_, text) = get(None, &format!("{url}/metrics/cadvisor")).await;
        let row = text.lines().find(|line| {
            line.starts_with("container_memory_working_set_bytes{container=\"main\"")
                && line.contains("pod=\"vmsingle\"")
        });
        let bytes = row.and_then(|row| row.split_whitespace().nth_back(1)).and_then(|value| value.parse::<f64>().ok());
        if bytes.is_some_and(|bytes| bytes > 10_000_000.0) {
            break;
        }
        assert!(Instant::now() < deadline, "no memory of the pod: {text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(get(None, &format!("{url}/metrics")).await.1.contains("kubelet_running_pods 1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_pods_show_what_a_kubelet_shows() {
    let Some(cluster) = cluster(232).await else {
        return;
    };
    cluster.create(&pod("noimage", json!({"image": "victoriametrics/vmagent:does-not-exist"}))).await;
    cluster
        .create(&pod(
            "badflag",
            json!({"image": "victoriametrics/vmagent:v1.131.0", "args": ["-nosuchflag"],
        "terminationMessagePolicy": "FallbackToLogsOnError"}),
        ))
        .await;
    cluster
        .create(&pod(
            "toobig",
            json!({"image": "prom/node-exporter:v1.9.1", "resources": {"requests": {"memory": "900Gi"}}}),
        ))
        .await;
    cluster
        .create(&pod(
            "oom",
            json!({"image": "victoriametrics/victoria-metrics:v1.131.0", "resources": {"limits": {"memory": "8Mi"}}}),
        ))
        .await;
    cluster
        .create(&pod(
            "noconfig",
            json!({"image": "prom/node-exporter:v1.9.1",
        "env": [{"name": "X", "valueFrom": {"secretKeyRef": {"name": "absent", "key": "k"}}}]}),
        ))
        .await;

    let noimage =
        cluster.until("noimage", "ImagePullBackOff", |pod| state(pod)["waiting"]["reason"] == "ImagePullBackOff").await;
    assert_eq!(noimage["status"]["phase"], "Pending");
    let badflag =
        cluster.until("badflag", "CrashLoopBackOff", |pod| state(pod)["waiting"]["reason"] == "CrashLoopBackOff").await;
    let message = state(&badflag)["waiting"]["message"].as_str().unwrap();
    assert!(message.starts_with("back-off 10s restarting failed container=main pod=badflag_default("), "{message}");
    let last = &badflag["status"]["containerStatuses"][0]["lastState"]["terminated"];
    assert!(last["message"].as_str().unwrap().contains("nosuchflag"), "{last}");
    let oom = cluster.until("oom", "OOMKilled", |pod| {
        pod["status"]["containerStatuses"][0]["lastState"]["terminated"]["reason"] == "OOMKilled"
    });
    assert_eq!(oom.await["status"]["containerStatuses"][0]["lastState"]["terminated"]["exitCode"], 137);
    cluster
        .until("noconfig", "CreateContainerConfigError", |pod| {
            state(pod)["waiting"]["reason"] == "CreateContainerConfigError"
                && state(pod)["waiting"]["message"] == "secret \"absent\" not found"
        })
        .await;
    let toobig = cluster
        .until("toobig", "Unschedulable", |pod| pod["status"]["conditions"][0]["reason"] == "Unschedulable")
        .await;
    let message = toobig["status"]["conditions"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("0/2 nodes are available: 2 Insufficient memory."), "{message}");
    cluster.handle.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn vmagent_reads_its_mounted_config_follows_it_and_writes_by_service_name() {
    let Some(cluster) = cluster(233).await else { return };
    let maps: Api<ConfigMap> = Api::namespaced(cluster.client.clone(), "default");
    let config = |job: &str| {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "scrape"}, "data": {
            "vmagent.yaml": format!("scrape_configs: [{{job_name: {job}, scrape_interval: 1s, static_configs: [{{targets: ['127.233.0.11:1']}}]}}]")}})
    };
    maps.create(&PostParams::default(), &serde_json::from_value(config("first")).unwrap()).await.unwrap();
    cluster
        .create(&pod(
            "vmsingle",
            json!({"image": "victoriametrics/victoria-metrics:v1.131.0", "args": ["-httpListenAddr=:8429"]}),
        ))
        .await;
    let vmsingle = cluster.until("vmsingle", "readiness", ready).await;
    by_name(&cluster, vmsingle["status"]["podIP"].as_str().unwrap()).await;
    let mut vmagent = serde_json::to_value(pod("vmagent", json!({
        "image": "victoriametrics/vmagent:v1.131.0",
        "args": ["-promscrape.config=/etc/vmagent/config/vmagent.yaml", "-promscrape.configCheckInterval=1s", "-remoteWrite.flushInterval=1s",
            "-remoteWrite.tmpDataPath=/tmp/queue", "-remoteWrite.url=http://vmsingle.default.svc:8428/api/v1/write"],
        "volumeMounts": [{"name": "config", "mountPath": "/etc/vmagent/config"}, {"name": "queue", "mountPath": "/tmp/queue"}]
    }))).unwrap();
    vmagent["spec"]["volumes"] =
        json!([{"name": "config", "configMap": {"name": "scrape"}}, {"name": "queue", "emptyDir": {}}]);
    cluster.create(&serde_json::from_value(vmagent).unwrap()).await;
    cluster.until("vmagent", "readiness", ready).await;
    let stored = |job: &'static str| until_stored(&cluster, vmsingle["status"]["podIP"].as_str().unwrap(), job);
    stored("first").await;
    maps.replace("scrape", &PostParams::default(), &serde_json::from_value(config("second")).unwrap()).await.unwrap();
    stored("second").await;
    metrics_come_and_go(&cluster).await;
    cluster.handle.shutdown().await;
}

async fn until_stored(cluster: &Cluster, ip: &str, job: &str) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        get(None, &format!("http://{ip}:8429/internal/force_flush")).await;
        let (_, text) = get(None, &format!("http://{ip}:8429/api/v1/series?match[]=up&nocache=1")).await;
        if text.contains(&format!("\"job\":\"{job}\"")) {
            return;
        }
        let log =
            std::fs::read_to_string(cluster.dir.path().join("pod-logs/default_vmagent/main.log")).unwrap_or_default();
        assert!(Instant::now() < deadline, "{job} is not stored: {text}\n{log}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// PodMetrics are there while the pod is, in the units of a metrics server.
async fn metrics_come_and_go(cluster: &Cluster) {
    let path = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/vmagent";
    let read = || async {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        cluster.client.request::<Value>(request).await.ok()
    };
    let wait = |there: bool| async move {
        let deadline = Instant::now() + Duration::from_secs(15);
        loop {
            let seen = read().await;
            if seen.is_some() == there {
                return seen;
            }
            assert!(Instant::now() < deadline, "metrics: wanted {there}, have {seen:?}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let metrics = wait(true).await.unwrap();
    let memory = metrics["containers"][0]["usage"]["memory"].as_str().unwrap();
    assert!(memory.strip_suffix("Ki").unwrap().parse::<u64>().unwrap() > 5_000, "{metrics}");
    cluster.pods().delete("vmagent", &DeleteParams::default()).await.unwrap();
    wait(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn init_containers_run_in_order_and_jobs_end() {
    let Some(cluster) = cluster(234).await else { return };
    let mut job =
        serde_json::to_value(pod("job", json!({"image": "prom/alertmanager:v0.29.0", "args": ["--version"]}))).unwrap();
    job["spec"]["restartPolicy"] = json!("Never");
    job["spec"]["initContainers"] = json!([
        {"name": "one", "image": "prom/alertmanager:v0.29.0", "args": ["--version"]},
        {"name": "two", "image": "prom/node-exporter:v1.9.1", "args": ["--version"]}
    ]);
    cluster.create(&serde_json::from_value(job).unwrap()).await;
    let done = cluster.until("job", "success", |pod| pod["status"]["phase"] == "Succeeded").await;
    let init = &done["status"]["initContainerStatuses"];
    for index in 0..2 {
        assert_eq!(init[index]["state"]["terminated"]["reason"], "Completed", "{init}");
    }
    let log = std::fs::read_to_string(cluster.dir.path().join("pod-logs/default_job/two.log")).unwrap();
    assert!(log.contains("node_exporter, version 1.9.1"), "{log}");
    cluster.pods().delete("job", &DeleteParams::default()).await.unwrap();
    cluster.until("job", "the deletion", Value::is_null).await;
    cluster.handle.shutdown().await;
}
