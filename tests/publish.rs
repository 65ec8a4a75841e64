//! A report that is published into a cluster and fetched out of it again, by the whole program on the embedded API.

#![cfg(feature = "sandbox")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use signoff::sandbox::api::{ApiConfig, ApiServer, start};

/// Red at once: the API has no such CRD.
const SUITE: &str = "
story: 6-1
title: Deploy it
criteria: [{id: AC1, text: it is there}]
checks:
  - id: crds
    sentence: the CRDs are served
    criteria: [AC1]
    expect: {crds: {group: operator.victoriametrics.com, version: v1beta1, kinds: [VMSingle]}}
";

/// A cluster, and a folder with the suite and the kubeconfig.
struct Place {
    folder: tempfile::TempDir,
    server: ApiServer,
}

impl Place {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let logs = folder.path().to_owned();
        let listen = ([127, 0, 0, 1], 0).into();
        let server = start(ApiConfig { listen, pod_logs: logs, service_block: 78 }).await.unwrap();
        fs::write(folder.path().join("kubeconfig"), server.kubeconfig()).unwrap();
        fs::write(folder.path().join("s.yaml"), SUITE).unwrap();
        Self { folder, server }
    }

    /// The program with its reports in a folder of this name.
    async fn signoff(&self, reports: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.args(arguments).args(["--reports", reports]).current_dir(self.folder.path());
        command.env("KUBECONFIG", self.folder.path().join("kubeconfig"));
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    async fn reports(&self) -> Vec<Value> {
        let url =
            format!("{}/api/v1/namespaces/default/configmaps?labelSelector=signoff.dev/story%3D6-1", self.server.url);
        let list: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
        list["items"].as_array().unwrap().clone()
    }

    fn read(&self, file: impl AsRef<Path>) -> String {
        let path = self.folder.path().join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_report_is_fetched_as_it_was_and_only_the_last_ones_stay() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let place = Place::new().await;
    let none = place.signoff("elsewhere", &["fetch"]).await;
    assert_eq!(none.status.code(), Some(2));
    assert!(text(&none.stderr).contains("no report `latest` in namespace default: "), "{}", text(&none.stderr));

    let run = ["run", "s.yaml", "--publish", "--keep=2"];
    for _ in 0..3 {
        let output = place.signoff("reports", &run).await;
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        assert!(text(&output.stderr).contains("published as ConfigMap default/signoff-"), "{}", text(&output.stderr));
        // Names of runs tell seconds.
        tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    }
    let reports = place.reports().await;
    assert_eq!(reports.len(), 2, "two are kept of three");
    for report in &reports {
        assert_eq!(report["metadata"]["labels"]["signoff.dev/exit"], "1");
    }

    let last = fs::read_link(place.folder.path().join("reports/latest")).unwrap();
    for (named, folder) in [("latest", "by-time"), (last.to_str().unwrap(), "by-name")] {
        let fetched = place.signoff(folder, &["fetch", named]).await;
        assert_eq!(fetched.status.code(), Some(1), "{}", text(&fetched.stderr));
        assert!(text(&fetched.stdout).ends_with("exit 1: not met: at least one check failed\n"));
        let (here, there) = (Path::new(folder).join(&last), Path::new("reports").join(&last));
        // The same but for the evidence, which stays with the run.
        assert!(place.read(there.join("junit.xml")).contains("evidence/crds.json"));
        assert!(!place.read(here.join("junit.xml")).contains("evidence/"));
        let summary = place.read(there.join("summary.md")).replace("[crds](evidence/crds.json)", "");
        assert_eq!(place.read(here.join("summary.md")), summary);
    }

    // A report goes with its Job; this one's is gone already.
    let output = place.signoff("reports", &[&run[..], &["--job=gone", "--job-uid=u-1"][..]].concat()).await;
    assert!(text(&output.stderr).contains("published as "), "{}", text(&output.stderr));
    let label = |report: &Value, name: &str| report["metadata"]["labels"][name].as_str().map(str::to_owned);
    let mut left = place.reports().await;
    for _ in 0..100 {
        if left.iter().all(|report| label(report, "signoff.dev/job").is_none()) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        left = place.reports().await;
    }
    assert!(left.iter().all(|report| label(report, "signoff.dev/job").is_none()), "{left:?}");
    let last = last.to_str().map(str::to_owned);
    assert!(left.iter().any(|report| label(report, "signoff.dev/run") == last), "the others stay: {left:?}");
    place.server.shutdown().await;
}
