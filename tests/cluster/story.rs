//! The whole suite from outside, by port-forward.

use std::time::Duration;

use quick_junit::Report;
use signoff::check::verdict::{Decision, Examined};
use signoff::event::{Event, Outcome, What};
use tokio::process::Command;

use crate::judge;
use crate::pace::AS_A_PLATFORM_KEEPS;
use crate::sandbox::{SUITE, Sandbox, say};

const PATIENCE: Duration = Duration::from_secs(600);
/// What each check must at least have examined, by the suite and the scenario alone: 12 kinds are asked for, each workload
/// has one pod, of the 16 required components three are at least 4, 3 and 3 targets, memory has the five components,
/// five rules are declared, two routes are walked, each of the five queries is asked cold and warm, and of what must stand
/// still there are five Kustomizations and five workloads at least.
const EXAMINED: [(&str, u64); 33] = [
    ("settled", 10),
    ("crds-served", 12),
    ("operator-rolled-out", 1),
    ("operator-from-git", 1),
    ("vmsingle-rolled-out", 1),
    ("vmsingle-stored", 1),
    ("vmsingle-answers", 1),
    ("retention-90d", 1),
    ("vmsingle-as-meant", 1),
    ("memory-limits-set", 5),
    ("vmagent-rolled-out", 1),
    ("vmagent-as-meant", 1),
    ("targets-covered", 23),
    ("alertmanager-rolled-out", 1),
    ("alertmanager-as-meant", 1),
    ("alertmanager-stored", 1),
    ("alertmanager-secret-synced", 1),
    ("alertmanager-configured", 2),
    ("vmalert-rolled-out", 1),
    ("vmalert-as-meant", 1),
    ("alert-flows", 1),
    ("rules-live", 5),
    ("memory-below-4gb", 5),
    ("queries-fast", 10),
    ("nothing-ignored", 3),
    ("remote-write-flows", 4),
    ("series-bounded", 2),
    ("disk-lasts", 1),
    ("stack-applied", 4),
    ("release-deployed", 1),
    ("release-remediation", 1),
    ("storage-awaited", 2),
    ("cluster-name-substituted", 1),
];

/// Every check is green and says how much it examined; the JUnit says the same.
pub async fn holds(sandbox: &Sandbox) {
    let reports = sandbox.temp.path().join("story");
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.args(["run", SUITE, "--quiet", "--kubeconfig"]).arg(&sandbox.kubeconfig);
    command.arg(AS_A_PLATFORM_KEEPS).arg("--reports").arg(&reports).kill_on_drop(true);
    let output = tokio::time::timeout(PATIENCE, command.output()).await.expect("a run ends").unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    say(&told);
    assert_eq!(output.status.code(), Some(0), "{told}");
    let journal = std::fs::read_to_string(reports.join("latest/events.jsonl")).unwrap();
    let examined = examined(&journal);
    for (check, least) in EXAMINED {
        let (_, seen) =
            examined.iter().find(|(name, _)| name == check).unwrap_or_else(|| panic!("{check} did not run"));
        say(&format!("{check}: {} {}\n", seen.count, seen.what));
        assert!(seen.count.get() >= least, "{check}: {} {}, expected {least} or more", seen.count, seen.what);
    }
    let text = std::fs::read_to_string(reports.join("latest/junit.xml")).unwrap();
    let junit = Report::deserialize_from_str(&text).unwrap();
    assert_eq!((junit.failures, junit.errors), (0, 0), "{text}");
    assert!(junit.tests >= examined.len(), "each check has at least one case: {} of {}", junit.tests, examined.len());
}

/// What each check of a run examined; all must have passed.
fn examined(journal: &str) -> Vec<(String, Examined)> {
    let events = journal.lines().map(|line| serde_json::from_str::<Event>(line).unwrap());
    let ended = events.filter_map(|event| match event.what {
        What::CheckEnded { check, outcome, .. } => Some((check, outcome)),
        _ => None,
    });
    let passed = ended.map(|(check, outcome)| match outcome {
        Outcome::Judged(verdict) => match verdict.decision {
            Decision::Pass(examined) => (check, examined),
            _ => panic!("{check}: {:?}", verdict.findings().iter().map(judge::line).collect::<Vec<_>>()),
        },
        other => panic!("{check}: {}", other.summary()),
    });
    passed.collect()
}
