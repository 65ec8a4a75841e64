//! Runs the suite on a sandbox with `signoff run`, and reads the journal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::Stdio;
use std::time::Duration;

use signoff::check::finding::Finding;
use signoff::event::{Event, Outcome, What};
use tokio::process::Command;

use crate::sandbox::Sandbox;

const RUN: Duration = Duration::from_secs(420);

/// How each check of one run ended, by its id.
pub struct Verdicts {
    pub outcomes: BTreeMap<String, Outcome>,
    /// The kind of each check.
    pub kinds: BTreeMap<String, String>,
}

impl Sandbox {
    /// Judges the suite once as it is now.
    pub async fn judge(&self) -> Verdicts {
        let (suite, reports) = (self.temp.path().join("drill.yaml"), self.temp.path().join("reports"));
        let _ = std::fs::remove_dir_all(&reports);
        std::fs::write(&suite, &self.suite).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.arg("run").arg(&suite).arg("--kubeconfig").arg(&self.kubeconfig).arg("--reports").arg(&reports);
        command.args(["--allow-unproven", "--quiet"]).args(&self.args);
        command.env("TMPDIR", self.temp.path()).stdin(Stdio::null()).kill_on_drop(true);
        let output = tokio::time::timeout(RUN, command.output()).await.expect("a run ends").unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 1 | 3)), "{said}");
        let journal = std::fs::read_to_string(reports.join("latest/events.jsonl")).unwrap();
        let mut verdicts = Verdicts { outcomes: BTreeMap::new(), kinds: BTreeMap::new() };
        for event in journal.lines().map(|line| serde_json::from_str::<Event>(line).unwrap()) {
            match event.what {
                What::RunStarted(run) => {
                    verdicts.kinds.extend(run.checks.into_iter().map(|(check, _)| (check.id, check.kind)));
                }
                What::CheckEnded { check, outcome, .. } => drop(verdicts.outcomes.insert(check, outcome)),
                _ => {}
            }
        }
        verdicts
    }
}

impl Verdicts {
    /// What is not green, and does not merely follow from another check: its id with a line for each finding.
    pub fn not_green(&self) -> String {
        let mut text = String::new();
        for (check, outcome) in &self.outcomes {
            if outcome.is_green() || outcome.is_skip() {
                continue;
            }
            let _ = writeln!(text, "{check}:");
            let findings = findings(outcome);
            if findings.is_empty() {
                let _ = writeln!(text, "  {}", outcome.summary());
            }
            for finding in findings {
                let _ = writeln!(text, "  {}", line(finding));
            }
        }
        text
    }
}

/// The findings of a judged outcome.
pub fn findings(outcome: &Outcome) -> &[Finding] {
    match outcome {
        Outcome::Judged(verdict) => verdict.findings(),
        _ => &[],
    }
}

/// A finding in one line, with all that a drill may look for.
pub fn line(finding: &Finding) -> String {
    let object = finding.object.as_deref().unwrap_or("-");
    format!("{} on {object}: expected {}, got {}", finding.code, finding.expected, finding.actual)
}
