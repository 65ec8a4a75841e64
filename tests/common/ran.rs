//! A run of the whole program, and how each of its checks ended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use signoff::check::finding::Finding;
use signoff::event::{Event, Outcome, What};

/// How each check of a run ended, by its id.
pub struct Report {
    pub exit: Option<i32>,
    pub outcomes: BTreeMap<String, Outcome>,
}

/// `signoff run SUITE` with its reports in `folder/name`, where nothing of the caller's cluster is known.
pub fn run(folder: &Path, name: &str, suite: &str, more: &[&str]) -> Report {
    let (file, reports) = (folder.join(format!("{name}.yaml")), folder.join(name));
    std::fs::write(&file, suite).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.arg("run").arg(&file).arg("--reports").arg(&reports).args(["--quiet", "--allow-unproven"]).args(more);
    for name in ["KUBECONFIG", "SIGNOFF_REPO", "KUBERNETES_SERVICE_HOST"] {
        command.env_remove(name);
    }
    let output = command.env("HOME", folder).output().unwrap();
    let journal = std::fs::read_to_string(reports.join("latest/events.jsonl"));
    let journal = journal.unwrap_or_else(|_| panic!("no run: {}", String::from_utf8_lossy(&output.stderr)));
    let events = journal.lines().map(|line| serde_json::from_str::<Event>(line).unwrap());
    let ended = events.filter_map(|event| match event.what {
        What::CheckEnded { check, outcome, .. } => Some((check, outcome)),
        _ => None,
    });
    Report { exit: output.status.code(), outcomes: ended.collect() }
}

impl Report {
    /// Every finding, with its check.
    pub fn findings(&self) -> impl Iterator<Item = (&str, &Finding)> {
        self.outcomes.iter().flat_map(|(check, outcome)| {
            let found = match outcome {
                Outcome::Judged(verdict) => verdict.findings(),
                _ => &[],
            };
            found.iter().map(move |finding| (check.as_str(), finding))
        })
    }

    /// Check and code of every finding; a check that could not be looked at counts with its error.
    pub fn reds(&self) -> BTreeSet<(String, String)> {
        let found = self.findings().map(|(check, finding)| (check.to_owned(), finding.code.clone()));
        let errors = self.outcomes.iter().filter_map(|(check, outcome)| match outcome {
            Outcome::Errored { error } => Some((check.clone(), error.clone())),
            _ => None,
        });
        found.chain(errors).collect()
    }

    /// Every finding in a line, for whoever must see why a set is not the expected one.
    pub fn lines(&self) -> String {
        let line = |(check, found): (&str, &Finding)| {
            let on = found.object.as_deref().unwrap_or("-");
            format!("{check} {} on {on}: expected {}, got {}\n", found.code, found.expected, found.actual)
        };
        self.findings().map(line).collect()
    }
}
