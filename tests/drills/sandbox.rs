//! A running sandbox, the one that a user gets with `signoff sandbox up`, and the table of its drills.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use kube::Client;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::expect::Row;

pub const SUITE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/suites/story-6.1.yaml");
/// Fetching and building the programs is part of the first start.
const START: Duration = Duration::from_secs(900);

/// A sandbox with everything that a drill needs.
pub struct Sandbox {
    /// Acts as the cluster's administrator.
    pub client: Client,
    pub kubeconfig: PathBuf,
    pub temp: tempfile::TempDir,
    /// Text of the suite that is judged, in which a drill may change what it likes.
    pub suite: String,
    /// Arguments of `signoff run` beside the suite and the cluster, e.g. `--skip`, `--var`.
    pub args: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// The process that is the sandbox; a cluster that was there before has none.
    _up: Option<Child>,
}

impl Sandbox {
    /// Starts one in which all is green, where any of these drills is to run.
    pub async fn for_drills(drills: &[&str]) -> Option<Self> {
        if !drills.iter().any(|drill| wants(drill)) {
            return None;
        }
        let sandbox = Self::up().await?;
        sandbox.green().await;
        Some(sandbox)
    }

    /// Starts one; `None`, loudly, where its programs cannot be had.
    pub async fn up() -> Option<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let temp = tempfile::tempdir().unwrap();
        let mut up = Command::new(env!("CARGO_BIN_EXE_signoff"))
            .args(["sandbox", "up", "--output", "json"])
            .env("TMPDIR", temp.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stderr = up.stderr.take().unwrap();
        let told = tokio::spawn(async move {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text).await;
            text
        });
        let mut reader = BufReader::new(up.stdout.take().unwrap());
        let Some(ready) = tokio::time::timeout(START, ready(&mut reader)).await.expect("the sandbox starts in time")
        else {
            let told = told.await.unwrap();
            assert!(told.contains("cannot get "), "the sandbox did not start:\n{told}");
            say(&format!("SKIPPED: the sandbox's programs cannot be had on this machine:\n{told}\n"));
            return None;
        };
        let kubeconfig = PathBuf::from(ready["kubeconfig"].as_str().unwrap());
        Some(Self::of(kubeconfig, temp, Some(up)).await)
    }

    /// A sandbox behind this kubeconfig; `up` is the process that is to end with it.
    pub async fn of(kubeconfig: PathBuf, temp: tempfile::TempDir, up: Option<Child>) -> Self {
        let read = kube::config::Kubeconfig::read_from(&kubeconfig).unwrap();
        let config = kube::Config::from_custom_kubeconfig(read, &Default::default()).await.unwrap();
        let suite = hurried_suite();
        // After a fault of storage vmagent has really retried, for as long as the check's window, and rows that have just come
        // take more room than they will: both are judged in drills of their own.
        let args = skipping(&["settled", "queries-fast", "alert-flows", "remote-write-flows", "disk-lasts"]);
        let client = Client::try_from(config).unwrap();
        Self { client, kubeconfig, temp, suite, args, rows: Vec::new(), _up: up }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let mut text = String::from("\n");
        for row in &self.rows {
            text.push_str(&format!("{row}\n"));
        }
        say(&text);
    }
}

/// Arguments that leave these checks out.
pub fn skipping(checks: &[&str]) -> Vec<String> {
    checks.iter().flat_map(|check| ["--skip", check]).map(str::to_owned).collect()
}

/// Whether a drill is to run: all are, unless `DRILLS` names some, for work on one of them.
pub fn wants(drill: &str) -> bool {
    std::env::var("DRILLS").map_or(true, |names| names.split(',').any(|name| drill.contains(name)))
}

/// Reads one JSON document, which may have many lines.
async fn ready(reader: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Value> {
    let mut text = String::new();
    while reader.read_line(&mut text).await.unwrap() > 0 {
        if let Ok(value) = serde_json::from_str(&text) {
            return Some(value);
        }
    }
    None
}

/// The story's suite, in which nothing waits until all stands still: a fault may keep that from ever happening.
pub fn ungated_suite() -> String {
    let suite = std::fs::read_to_string(SUITE).unwrap();
    let ungated = suite.replace("    needs: [settled]\n", "");
    assert_ne!(ungated, suite, "the suite's text has another shape");
    ungated
}

/// The same with less patience: a drill itself repeats the run until the picture is as it must be.
fn hurried_suite() -> String {
    regex::Regex::new(r"within: \d+s").unwrap().replace_all(&ungated_suite(), "within: 2s").into_owned()
}

/// Says something also where the test harness keeps a test's output to itself.
pub fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
