//! A vmagent with many targets of a Kubernetes cluster's shape, all of them up, and the server that they are.

use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use signoff::check::exposition;
use signoff::sandbox::binaries::Found;
use tokio::process::{Child, Command};

/// Pools that the targets are spread over.
pub const POOLS: usize = 20;

/// Whether vmagent keeps the labels that discovery gave (`-promscrape.dropOriginalLabels`); they are the bulk of its answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Labels {
    Dropped,
    Kept,
}

impl Labels {
    pub fn word(self) -> &'static str {
        match self {
            Self::Dropped => "dropped (the default)",
            Self::Kept => "kept",
        }
    }
}

/// A running vmagent whose targets were all scraped.
pub struct Agent {
    /// Where it listens: `http://127.0.0.1:8429`.
    pub url: String,
    /// The address that every target has: `127.0.0.1:40123`.
    pub server: String,
    child: Child,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

impl Agent {
    /// Starts it and waits until every target is up: one interval, since first scrapes are spread over it.
    pub async fn start(vmagent: &Found, targets: usize, interval: Duration, labels: Labels) -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let server = serve().await;
        write_config(folder.path(), &server, targets, interval);
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port is free").port();
        let log = std::fs::File::create(folder.path().join("log")).expect("a log can be made");
        let child = Command::new(&vmagent.path)
            .envs(vmagent.env.clone())
            .arg(format!("-httpListenAddr=127.0.0.1:{port}"))
            .arg(format!("-promscrape.config={}", folder.path().join("scrape.yaml").display()))
            .arg(format!("-promscrape.dropOriginalLabels={}", labels == Labels::Dropped))
            .arg(format!("-remoteWrite.url=http://{server}/write"))
            .arg(format!("-remoteWrite.tmpDataPath={}", folder.path().join("data").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .expect("vmagent starts");
        let agent = Self { url: format!("http://127.0.0.1:{port}"), server, child, http: client(), _folder: folder };
        agent.wait(targets, interval + Duration::from_secs(60)).await;
        agent
    }

    async fn wait(&self, targets: usize, limit: Duration) {
        let begun = Instant::now();
        loop {
            let up = match self.http.get(format!("{}/metrics", self.url)).send().await {
                Ok(answer) => up(&answer.text().await.unwrap_or_default()),
                Err(_) => 0,
            };
            if up == targets {
                return;
            }
            assert!(begun.elapsed() < limit, "{up} of {targets} targets are up after {limit:?}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Length of the whole answer.
    pub async fn answer_bytes(&self) -> usize {
        let answer = self.http.get(format!("{}/api/v1/targets?state=active", self.url)).send().await;
        let answer = answer.expect("vmagent answers");
        answer.bytes().await.expect("the answer is whole").len()
    }

    pub async fn stop(mut self) {
        self.child.kill().await.expect("vmagent can be killed");
    }
}

/// For plain HTTP only, but reqwest wants TLS to be possible.
fn client() -> reqwest::Client {
    // An error only says that a provider is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client can be made")
}

/// Targets that are up, by vmagent's own count.
fn up(page: &str) -> usize {
    let pools = exposition::samples(page, "vm_promscrape_scrape_pool_targets");
    pools
        .filter(|pool| pool.labels.get("status").is_some_and(|status| status == "up"))
        .map(|pool| pool.value as usize)
        .sum()
}

/// A server that every target is, and that takes what vmagent writes.
async fn serve() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let app = axum::Router::new().fallback(async || "bench_up 1\n");
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Name of a pool, as the operator would give it.
pub fn pool(index: usize) -> String {
    format!("serviceScrape/team-{index}/app/0")
}

/// The path of a target; the address is the same for all.
pub fn path(target: usize) -> String {
    format!("/pod-{target}/metrics")
}

fn write_config(folder: &Path, server: &str, targets: usize, interval: Duration) {
    let jobs: Vec<Value> = (0..POOLS)
        .map(|index| {
            let file = folder.join(format!("pool-{index}.json"));
            let groups: Vec<Value> = (index..targets).step_by(POOLS).map(|n| group(server, index, n)).collect();
            std::fs::write(&file, Value::from(groups).to_string()).expect("a file can be written");
            // Ten thousand kept connections would be a limit of their own.
            json!({"job_name": pool(index), "file_sd_configs": [{"files": [file]}], "disable_keepalive": true})
        })
        .collect();
    let config = json!({"global": {"scrape_interval": format!("{}s", interval.as_secs())}, "scrape_configs": jobs});
    // JSON is YAML, too.
    std::fs::write(folder.join("scrape.yaml"), config.to_string()).expect("a file can be written");
}

/// One target with 45 labels of discovery and 8 of its own.
fn group(server: &str, pool: usize, n: usize) -> Value {
    let mut labels: Map<String, Value> = (0..45)
        .map(|i| {
            let name = format!("__meta_kubernetes_pod_annotation_example_com_attribute_{i}");
            (name, format!("value-{i}-of-target-{n}").into())
        })
        .collect();
    let own = [
        ("__metrics_path__", path(n)),
        ("container", "app".to_owned()),
        ("endpoint", "http".to_owned()),
        ("instance", format!("10.{}.{}.{}:8080", n >> 16, n >> 8 & 255, n & 255)),
        ("job", "app".to_owned()),
        ("namespace", format!("team-{pool}")),
        ("pod", format!("app-{n}")),
        ("service", "app".to_owned()),
        ("node", "worker".to_owned()),
    ];
    labels.extend(own.map(|(name, value)| (name.to_owned(), value.into())));
    json!({"targets": [server], "labels": labels})
}
