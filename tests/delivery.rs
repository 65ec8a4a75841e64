//! An alert is delivered end to end on a sandbox, and one that could reach somebody is never made.

#![cfg(feature = "sandbox")]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(reports: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_signoff"))
        .args(["run", "suites/alert-delivery.yaml", "--sandbox", "--var", "within=30s", "--reports"])
        .arg(reports)
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

/// What the check saw last; `None`, loudly, where the sandbox's programs cannot be had.
fn seen(reports: &Path, output: &Output) -> Option<Value> {
    let told = String::from_utf8_lossy(&output.stderr);
    if told.contains("cannot get ") || String::from_utf8_lossy(&output.stdout).contains("cannot get ") {
        eprintln!("SKIPPED: the sandbox's programs cannot be had on this machine:\n{told}");
        return None;
    }
    let text = std::fs::read_to_string(reports.join("latest/evidence/alert-delivered.json"));
    let text = text.unwrap_or_else(|error| panic!("{error}: {told}"));
    Some(serde_json::from_str::<Value>(&text).unwrap()["seen"]["observation"].clone())
}

#[test]
fn an_alert_reaches_the_sink_and_the_silenced_ones_do_not() {
    let reports = tempfile::tempdir().unwrap();
    let output = run(reports.path(), &[]);
    let Some(seen) = seen(reports.path(), &output) else { return };
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let told = seen["delivery"]["told"].as_array().unwrap();
    let firing: Vec<_> = told.iter().filter(|told| told["status"] == "firing").collect();
    assert_eq!(firing.len(), 1, "{told:#?}");
    assert_eq!(firing[0]["labels"]["signoff_deliver"], seen["nonce"]);
    assert!(told.iter().all(|told| told["labels"]["signoff_run"].is_null()), "{told:#?}");
    let silenced = seen["alerts"].as_array().unwrap();
    assert!(silenced.len() == 2 && silenced.iter().all(|alert| alert["receivers"][0] == "critical"), "{silenced:#?}");
}

#[test]
fn an_alert_that_would_reach_somebody_is_never_made() {
    let reports = tempfile::tempdir().unwrap();
    // The route leads to `signoff-sink`, not to the receiver that the suite names.
    let suite = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/suites/alert-delivery.yaml")).unwrap();
    let other = reports.path().join("other.yaml");
    std::fs::write(&other, suite.replace("receiver: signoff-sink,", "receiver: warning,")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_signoff"))
        .args(["run", other.to_str().unwrap(), "--sandbox", "--reports"])
        .arg(reports.path().join("reports"))
        .output()
        .unwrap();
    let Some(seen) = seen(&reports.path().join("reports"), &output) else { return };
    assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(String::from_utf8_lossy(&output.stdout).contains("alert/unsafe-delivery"));
    assert!(seen["picture"].as_str().unwrap().ends_with("it may lead to signoff-sink"), "{seen:#}");
    assert!(seen["passed"]["accepted"].is_null() && seen["expires_seconds"].is_null(), "{seen:#}");
}
