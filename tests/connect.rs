//! The judge's ways into a cluster, against the embedded API: port-forward, refusals, and kinds that only read.
#![cfg(feature = "sandbox")]

#[path = "connect/failures.rs"]
mod failures;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use signoff::check::access::Access;
use signoff::check::expectation::Expectation;
use signoff::check::look::Look;
use signoff::check::trouble::Trouble;
use signoff::check::verdict::Verdict;
use signoff::connect::{Connections, Endpoint, Options, Port, Request, Via, Wanted};
use signoff::sandbox::api::{ApiConfig, ApiServer, start};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

struct Cluster {
    server: ApiServer,
    connections: Connections,
    folder: tempfile::TempDir,
}

impl Cluster {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listen: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let server = start(ApiConfig { listen, pod_logs: folder.path().to_owned(), service_block: 78 }).await.unwrap();
        let path = folder.path().join("config");
        let text = format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: s\nclusters: [{{name: s, cluster: {{server: \"{}\"}}}}]\n\
             contexts: [{{name: s, context: {{cluster: s, user: s}}}}]\nusers: [{{name: s, user: {{}}}}]\n",
            server.url
        );
        std::fs::write(&path, text).unwrap();
        let connections = Connections::open(Options { kubeconfig: Some(path), ..Options::default() }).await.unwrap();
        Self { server, connections, folder }
    }

    /// Connections to the same cluster that go a certain way.
    async fn by(&self, wanted: Wanted) -> Connections {
        let kubeconfig = Some(self.folder.path().join("config"));
        Connections::open(Options { kubeconfig, wanted, ..Options::default() }).await.unwrap()
    }

    async fn post(&self, path: &str, object: Value) {
        let request = reqwest::Client::new().post(format!("{}{path}", self.server.url)).json(&object);
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.text().await.unwrap());
    }

    /// A Service `vm` with port 80, behind which one ready pod listens on `port` of `address`.
    async fn service(&self, address: &str, port: u16) {
        self.service_named("default", "vm", address, port).await;
    }

    /// The same Service without a pod.
    async fn empty_service(&self, namespace: &str, name: &str) {
        let spec = json!({"selector": {"app": name}, "ports": [{"name": "http", "port": 80}]});
        let service = json!({"metadata": {"name": name}, "spec": spec});
        self.post(&format!("/api/v1/namespaces/{namespace}/services"), service).await;
    }

    async fn service_named(&self, namespace: &str, name: &str, address: &str, port: u16) {
        self.empty_service(namespace, name).await;
        let pod = format!("{name}-0");
        let pods = format!("/api/v1/namespaces/{namespace}/pods");
        self.post(
            &pods,
            json!({"metadata": {"name": pod, "labels": {"app": name}},
                "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "x:1"}]}}),
        )
        .await;
        let status = json!({"status": {"phase": "Running", "podIP": address}});
        let url = format!("{}{pods}/{pod}/status", self.server.url);
        let patch = reqwest::Client::new().patch(url).header("content-type", "application/merge-patch+json");
        assert!(patch.body(status.to_string()).send().await.unwrap().status().is_success());
        self.post(
            &format!("/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"),
            json!({"metadata": {"name": format!("{name}-1"), "labels": {"kubernetes.io/service-name": name}},
                "addressType": "IPv4", "ports": [{"name": "http", "port": port}], "endpoints": [{"addresses": [address],
                    "conditions": {"ready": true}, "targetRef": {"kind": "Pod", "name": pod}}]}),
        )
        .await;
    }

    async fn deny(&self, rule: &str) {
        let object = json!({"metadata": {"name": "signoff-faults"}, "data": {"deny": rule}});
        self.post("/api/v1/namespaces/kube-system/configmaps", object).await;
    }

    async fn judge(&self, expectation: Value) -> Verdict {
        let expectation: Expectation = serde_json::from_value(expectation).unwrap();
        let look = Look { connections: &self.connections, run: "test" };
        let seen = expectation.observe(&mut expectation.session(), &look).await.unwrap();
        expectation.judge(&seen, jiff::Timestamp::now()).unwrap()
    }
}

fn vm() -> Endpoint {
    Endpoint { namespace: "default".to_owned(), service: "vm".to_owned(), port: Port("http".to_owned()) }
}

/// What VictoriaMetrics says of a query that it does not understand.
const JSON: &str = r#"{"status":"error","errorType":"422","error":"unparsed data left"}"#;
/// Between the two chunks of `/chunked`.
const PAUSE: Duration = Duration::from_millis(400);

/// A server that keeps connections, except after `/last`; `/big` is 5 MiB long, `/chunked` comes in two chunks, `/gzip` says
/// which encoding was asked for. It counts connections.
async fn server(address: &str) -> (u16, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                loop {
                    let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
                    let request = String::from_utf8_lossy(&buffer[..count]).to_lowercase();
                    let asked = String::from_utf8_lossy(&buffer[..count]).lines().next().unwrap_or("").to_owned();
                    if asked.contains("/chunked") {
                        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
                        let _ = stream.write_all(head.as_bytes()).await;
                        tokio::time::sleep(PAUSE).await;
                        let _ = stream.write_all(b"4\r\nlast\r\n0\r\n\r\n").await;
                        continue;
                    }
                    let encoding = request.lines().find_map(|line| line.strip_prefix("accept-encoding: "));
                    let (kind, body) = match asked.split(' ').nth(1).unwrap_or_default() {
                        "/big" => ("text/plain", "x".repeat(5 << 20)),
                        "/json" => ("application/json", JSON.to_owned()),
                        "/gzip" => ("text/plain", encoding.unwrap_or("anything").to_owned()),
                        _ => ("text/plain", asked.clone()),
                    };
                    let length = body.len();
                    let head = format!(
                        "HTTP/1.1 422 Unprocessable\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n"
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                    if asked.contains("/last") {
                        return;
                    }
                }
            });
        }
    });
    (port, connections)
}

#[tokio::test]
async fn requests_go_through_one_warm_port_forward_that_is_replaced_when_it_breaks() {
    let cluster = Cluster::start().await;
    let (port, connections) = server("127.78.3.1").await;
    cluster.service("127.78.3.1", port).await;
    let vm = vm();
    let send = |path: &'static str| cluster.connections.send(&vm, Request::get(path));
    let reply = send("/a?b=c").await.unwrap();
    assert_eq!((reply.status, reply.via), (422, Via::PortForward));
    assert_eq!(reply.body, b"GET /a?b=c HTTP/1.1");
    assert_eq!(send("/big").await.unwrap().body.len(), 5 << 20);
    assert_eq!(send("/last").await.unwrap().body, b"GET /last HTTP/1.1");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    for _ in 0..2 {
        assert_eq!(send("/again").await.unwrap().body, b"GET /again HTTP/1.1");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_port_on_which_nothing_listens_is_broken_with_the_kubelets_words() {
    let cluster = Cluster::start().await;
    cluster.service("127.78.3.2", 1).await;
    let trouble = cluster.connections.send(&vm(), Request::get("/")).await.unwrap_err();
    let Trouble::Broken { to, message } = trouble else { panic!("{trouble}") };
    assert_eq!(to, "Pod default/vm-0 port 1");
    assert!(message.contains("connection refused"), "{message}");
}

#[tokio::test]
async fn a_pod_that_never_answers_times_out() {
    let cluster = Cluster::start().await;
    let silent = tokio::net::TcpListener::bind("127.78.3.3:0").await.unwrap();
    cluster.service("127.78.3.3", silent.local_addr().unwrap().port()).await;
    let request = Request { timeout: Duration::from_millis(300), ..Request::get("/") };
    let trouble = cluster.connections.send(&vm(), request).await.unwrap_err();
    assert!(matches!(trouble, Trouble::TimedOut { .. }), "{trouble}");
}

#[tokio::test]
async fn a_denied_port_forward_names_the_rule() {
    let cluster = Cluster::start().await;
    let (port, _) = server("127.78.3.4").await;
    cluster.service("127.78.3.4", port).await;
    cluster.deny("get pods/portforward default\n").await;
    let trouble = cluster.by(Wanted::PortForward).await.send(&vm(), Request::get("/")).await.unwrap_err();
    let Trouble::Denied { rule, .. } = trouble else { panic!("{trouble}") };
    assert_eq!(rule, Access::new("get", "", "pods/portforward").within("default"));
}

#[tokio::test]
async fn where_port_forward_is_denied_the_proxy_is_taken_and_where_both_are_the_rule_is_named() {
    let cluster = Cluster::start().await;
    let (port, _) = server("127.78.3.5").await;
    cluster.service("127.78.3.5", port).await;
    cluster.deny("get pods/portforward default\ncreate pods/proxy default\n").await;
    let reply = cluster.connections.send(&vm(), Request::get("/a?b=c")).await.unwrap();
    assert_eq!((reply.status, reply.via), (422, Via::Proxy));
    let ways = cluster.connections.new_ways();
    assert!(
        matches!(ways.as_slice(), [way] if way.via == Via::Proxy && way.why.contains("pods/portforward")),
        "{ways:?}"
    );
    let post = Request::post("/", &json!({}));
    let Err(Trouble::Denied { rule, message }) = cluster.connections.send(&vm(), post).await else { panic!() };
    assert_eq!(rule, Access::new("get", "", "pods/portforward").within("default"));
    assert!(message.contains("nor to create pods/proxy in namespace default"), "{message}");
}

#[tokio::test]
async fn by_proxy_the_details_of_http_stay_as_the_component_sent_them() {
    let cluster = Cluster::start().await;
    let (port, _) = server("127.78.3.6").await;
    cluster.service("127.78.3.6", port).await;
    let (connections, vm) = (cluster.by(Wanted::Proxy).await, vm());
    let reply = connections.send(&vm, Request::get("/api/v1/query?query=up%7Ba%3D%22%2F%20b%22%7D")).await.unwrap();
    assert_eq!((reply.status, reply.via), (422, Via::Proxy));
    assert_eq!(reply.body, b"GET /api/v1/query?query=up%7Ba%3D%22%2F%20b%22%7D HTTP/1.1");
    let json = connections.send(&vm, Request::get("/json")).await.unwrap();
    assert_eq!((json.status, json.body.as_slice()), (422, JSON.as_bytes()));
    let gzip = connections.send(&vm, Request::get("/gzip")).await.unwrap();
    assert_eq!(gzip.body, b"identity", "nobody on the way asks for compression in our name");
    assert_eq!(connections.send(&vm, Request::get("/big")).await.unwrap().body.len(), 5 << 20);
}

#[tokio::test]
async fn by_proxy_a_body_comes_while_it_is_still_being_sent() {
    let cluster = Cluster::start().await;
    let (port, _) = server("127.78.3.7").await;
    cluster.service("127.78.3.7", port).await;
    let connections = cluster.by(Wanted::Proxy).await;
    let mut stream = connections.send_streaming(&vm(), Request::get("/chunked")).await.unwrap();
    assert_eq!(stream.chunk().await.unwrap().unwrap(), "first");
    let early = stream.took();
    let mut rest = Vec::new();
    while let Some(chunk) = stream.chunk().await.unwrap() {
        rest.extend_from_slice(&chunk);
    }
    assert_eq!(rest, b"last");
    assert!(early < PAUSE && stream.took() >= PAUSE, "{early:?}, {:?}", stream.took());
}

#[tokio::test]
async fn by_proxy_a_port_on_which_nothing_listens_is_told_from_a_components_own_error() {
    let cluster = Cluster::start().await;
    cluster.service("127.78.3.8", 1).await;
    let trouble = cluster.by(Wanted::Proxy).await.send(&vm(), Request::get("/")).await.unwrap_err();
    let Trouble::Broken { to, message } = trouble else { panic!("{trouble}") };
    assert_eq!(to, "Pod default/vm-0 port 1");
    assert!(message.contains("connection refused") && message.contains("--access port-forward"), "{message}");
}

#[tokio::test]
async fn the_addresses_of_the_cluster_are_asked_without_the_api_server() {
    let cluster = Cluster::start().await;
    let (port, _) = server("127.78.3.9").await;
    cluster.service("127.78.3.9", port).await;
    cluster.deny("* pods/portforward default\n* pods/proxy default\n").await;
    let reply = cluster.by(Wanted::Dns).await.send(&vm(), Request::get("/x")).await.unwrap();
    assert_eq!((reply.body.as_slice(), reply.via), (&b"GET /x HTTP/1.1"[..], Via::Dns));
}

#[tokio::test]
async fn a_service_that_is_absent_is_told_from_one_without_pods() {
    let cluster = Cluster::start().await;
    let absent = cluster.connections.send(&vm(), Request::get("/")).await.unwrap_err();
    assert!(matches!(absent, Trouble::NotDeployed { .. }), "{absent}");
    cluster.empty_service("default", "vm").await;
    let empty = cluster.connections.send(&vm(), Request::get("/")).await.unwrap_err();
    assert!(matches!(&empty, Trouble::NoReadyEndpoint { message, .. } if message.contains("app=vm")), "{empty}");
}

#[tokio::test]
async fn the_surroundings_of_a_cluster_are_read() {
    let cluster = Cluster::start().await;
    let facts = cluster.connections.surroundings().await;
    assert_eq!(facts.context.as_deref(), Some("s"));
    assert!(facts.version.is_ok_and(|version| version.starts_with("v1.")));
    assert!(facts.cluster_uid.is_ok_and(|uid| uid.len() == 36));
}

#[tokio::test]
async fn crds_are_judged_on_a_live_api() {
    let cluster = Cluster::start().await;
    let wanted = json!({"crds": {"group": "example.com", "version": "v1", "kinds": ["Widget"]}});
    assert_eq!(cluster.judge(wanted.clone()).await.findings()[0].code, "crds/missing");
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}});
    let crd = json!({"metadata": {"name": "widgets.example.com"}, "spec": {"group": "example.com", "scope": "Namespaced",
        "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
        "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}]}});
    cluster.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd).await;
    let verdict = cluster.judge(wanted).await;
    assert!(verdict.is_pass(), "{verdict:?}");
}

#[tokio::test]
async fn a_workload_without_its_controller_is_not_rolled_out() {
    let cluster = Cluster::start().await;
    let wanted = json!({"workload": {"kind": "Deployment", "namespace": "default", "name": "vm"}});
    assert_eq!(cluster.judge(wanted.clone()).await.findings()[0].code, "workload/missing");
    let deployment = json!({"metadata": {"name": "vm"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "vm"}},
        "template": {"metadata": {"labels": {"app": "vm"}}, "spec": {"containers": [{"name": "c", "image": "x:1"}]}}}});
    cluster.post("/apis/apps/v1/namespaces/default/deployments", deployment).await;
    assert_eq!(cluster.judge(wanted).await.findings()[0].code, "workload/stale-generation");
}
