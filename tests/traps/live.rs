//! The sandbox with the story's manifests word for word, judged by the story's suite.

use std::path::Path;

use regex::Regex;
use signoff::sandbox::lifecycle::Sandbox;

use crate::ran::{Report, run};
use crate::report::{Red, agrees_with_the_table, blocked, expected};
use crate::table::Of::{Platform, Story};
use crate::up::up;

const SUITE: &str = include_str!("../../suites/story-6.1.yaml");
/// Of the platform, which is right whatever the story does on it.
const STORAGE: &str = include_str!("../../suites/platform/rook-ceph.yaml");

/// What the suite tells as it is.
const REDS: &[Red] = &[
    // The API refuses the HelmRelease, so Flux applies nothing of its Kustomization. That it has both `chart` and `chartRef` the
    // API says only of an object that is well formed otherwise.
    ("operator-from-git", "flux/apply-failed", &[Story(2), Story(3)]),
    ("operator-from-git", "flux/not-held", &[Story(1), Story(2), Story(3)]),
    // Who has which limit is known from kube-state-metrics, which nobody deploys.
    ("memory-limits-set", "query/no-series", &[Story(12)]),
    ("memory-limits-set", "query/missing-member", &[Story(12)]),
    // A claim without a size is refused: there is no StatefulSet.
    ("alertmanager-rolled-out", "workload/missing", &[Story(6)]),
    ("alertmanager-secret-synced", "external_secret/other-store", &[Platform(1)]),
    ("alertmanager-secret-synced", "external_secret/not-ready", &[Story(19)]),
];

/// The checks that wait for those.
const BLOCKED: [&str; 14] = [
    "alert-flows",
    "alertmanager-as-meant",
    "alertmanager-configured",
    "alertmanager-stored",
    "cluster-name-substituted",
    "memory-below-4gb",
    "release-deployed",
    "release-remediation",
    "rules-live",
    "stack-applied",
    "storage-awaited",
    "targets-covered",
    "vmagent-as-meant",
    "vmalert-as-meant",
];

/// What it tells besides where no check waits for another.
const HELD_BACK: &[Red] = &[
    ("alertmanager-as-meant", "object/cel-false", &[Story(6)]),
    ("alertmanager-stored", "volume/workload-missing", &[Story(6)]),
    ("alertmanager-configured", "reach/no-ready-endpoint", &[Story(6)]),
    ("alert-flows", "reach/no-ready-endpoint", &[Story(6)]),
    ("rules-live", "reach/no-ready-endpoint", &[Story(6)]),
    // Three rules read kube-state-metrics and node-exporter, one a metric that Flux has no more.
    ("rules-live", "rules/no-series", &[Story(12), Story(13)]),
    // Only what is in `observability` is selected.
    ("targets-covered", "coverage/unselected", &[Story(7)]),
    ("targets-covered", "coverage/wrong-port", &[Story(11)]),
    ("targets-covered", "coverage/no-endpoint", &[Story(6)]),
    ("targets-covered", "coverage/required-missing", &[Story(6), Story(7), Story(8), Story(12)]),
    // cAdvisor is in the kubelets, which are not scraped.
    ("memory-below-4gb", "memory/source-empty", &[Story(8)]),
    ("queries-fast", "latency/empty-results", &[Story(12)]),
    // VMSingle waits for the operator's Kustomization, and so does everything that Flux was to make of it.
    ("stack-applied", "flux/apply-failed", &[Story(2), Story(3)]),
    ("stack-applied", "flux/not-applied", &[Story(1), Story(2), Story(3)]),
    ("stack-applied", "flux/unhealthy", &[Story(19)]),
    ("stack-applied", "flux/not-awaited", &[Story(26)]),
    ("release-deployed", "flux/missing", &[Story(1), Story(2), Story(3)]),
    ("release-remediation", "flux/missing", &[Story(1), Story(2), Story(3)]),
    ("storage-awaited", "flux/apply-failed", &[Story(2), Story(3)]),
    ("storage-awaited", "flux/unhealthy", &[Story(19)]),
    ("storage-awaited", "flux/no-dependency", &[Story(25)]),
    ("cluster-name-substituted", "flux/not-substituted", &[Story(24)]),
];

/// Words that a finding must have: that a trap is told, and not only its consequence.
const NAMED: &[(&str, &str)] = &[
    ("flux/apply-failed", "spec.chart.spec.sourceRef: Required value"),
    ("flux/apply-failed", "spec.chartRef.kind: Unsupported value"),
    ("coverage/unselected", "VMPodScrape flux-system/flux-controllers"),
    ("coverage/wrong-port", "VMServiceScrape observability/flux-controllers"),
    ("coverage/required-missing", "on kubelet"),
    ("coverage/required-missing", "on kube-state-metrics"),
    ("coverage/required-missing", "on node-exporter"),
    ("rules/no-series", "gotk_reconcile_condition"),
    ("rules/no-series", "kube_node_status_condition"),
    ("rules/no-series", "node_memory_MemTotal_bytes"),
    ("external_secret/other-store", "onepassword"),
    ("flux/not-awaited", "VMAlertmanager"),
];

/// Checks that wait for two scrapes, which the story's own interval puts 30 s apart.
const SLOW: [&str; 3] = ["nothing-ignored", "remote-write-flows", "series-bounded"];

/// The suite with less patience where it is given in these units, but for those: what is red here never becomes green.
fn hurried(units: &str, within: &str) -> String {
    let given = Regex::new(&format!(r"within: \d+[{units}]")).unwrap();
    let suite = given.replace_all(SUITE, format!("within: {within}")).into_owned();
    SLOW.iter().fold(suite, |suite, id| {
        let (before, check) = suite.split_once(&format!("  - id: {id}\n")).unwrap();
        format!("{before}  - id: {id}\n{}", check.replacen(&format!("within: {within}"), "within: 120s", 1))
    })
}

/// The suite with as much patience as a scrape and an evaluation take. Queries are timed once: all others stand still meanwhile.
fn patient() -> String {
    let suite = hurried("sm", "60s");
    let (before, queries) = suite.split_once("  - id: queries-fast").unwrap();
    format!("{before}  - id: queries-fast{}", queries.replacen("within: 60s", "within: 1s", 1))
}

async fn judged(sandbox: &Sandbox, folder: &Path, name: &'static str, suite: String, more: &'static [&str]) -> Report {
    let (folder, kubeconfig) = (folder.to_owned(), sandbox.kubeconfig.display().to_string());
    let run = move || run(&folder, name, &suite, &[&["--kubeconfig", &kubeconfig][..], more].concat());
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_storys_manifests_word_for_word_are_red_for_every_trap_that_can_be_seen() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(sandbox) = up("as-written").await else { return };
    let folder = tempfile::tempdir().unwrap();
    // Timed queries find nothing to wait for here; they are among the others' findings.
    let (first, second) = tokio::join!(
        judged(&sandbox, folder.path(), "first", hurried("s", "45s"), &["--skip", "queries-fast"]),
        judged(&sandbox, folder.path(), "second", patient(), &["--keep-going"]),
    );
    // By now the time at which Ceph was asked would be older than that, if nobody wrote it again.
    let storage = STORAGE.replace("newer_than: 5m", "newer_than: 75s");
    assert_ne!(storage, STORAGE, "the suite's text has another shape");
    let storage = judged(&sandbox, folder.path(), "storage", storage, &[]).await;
    sandbox.stop().await;
    assert_eq!(storage.exit, Some(0), "{}", storage.lines());
    assert_eq!(first.exit, Some(1));
    assert_eq!(first.reds(), expected(&[REDS]), "{}", first.lines());
    assert_eq!(blocked(&first), BLOCKED);
    let mut seen = second.reds();
    // On a machine that is busy with other things the sender can be late, which says nothing about the system.
    seen.retain(|(_, code)| code != "latency/sender-lagged");
    assert_eq!(seen, expected(&[REDS, HELD_BACK]), "{}", second.lines());
    let lines = second.lines();
    for (code, words) in NAMED {
        let is_told = lines.lines().any(|line| line.contains(code) && line.contains(words));
        assert!(is_told, "no {code} names `{words}`:\n{lines}");
    }
    agrees_with_the_table(&[REDS, HELD_BACK], |code| !code.starts_with("repository/"));
}
