use std::path::Path;
use std::process::Command;

use quick_junit::{NonSuccessKind, Report, TestCaseStatus};

use super::*;
use crate::event::{Event, Outcome, What};
use crate::record::Fold;
use crate::record::sample::events;

fn rendered(events: &[Event]) -> (String, Report) {
    let text = junit(&Fold::all(events).unwrap());
    let report = Report::deserialize_from_str(&text).unwrap();
    (text, report)
}

/// The sample with changed outcomes of its first check, which passes.
fn with_first(outcome: Outcome) -> Vec<Event> {
    let mut events = events();
    let What::CheckEnded { outcome: first, .. } = &mut events[6].what else { panic!("no end") };
    *first = outcome;
    events
}

#[test]
fn a_run_is_rendered_as_written_down() {
    let (text, _) = rendered(&events());
    assert_eq!(text, include_str!("golden.xml"));
}

#[test]
fn the_counts_are_those_of_the_cases() {
    let (_, report) = rendered(&events());
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (5, 1, 2, 1));
    let names: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).map(|case| &case.name).collect();
    let unique: std::collections::HashSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len(), "{names:?}");
}

#[test]
fn what_was_not_finished_is_an_error_and_not_absent() {
    let (_, report) = rendered(&events()[..1]);
    let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } = &case.status else { panic!("{case:?}") };
    }
}

#[test]
fn a_message_is_one_line_and_begins_the_body() {
    let (_, report) = rendered(&with_first(Outcome::Errored { error: "first\nsecond \"<&".to_owned() }));
    let TestCaseStatus::NonSuccess { message, description, .. } = &report.test_suites[0].test_cases[0].status else {
        panic!("no error")
    };
    assert_eq!(message.as_ref().unwrap().as_str(), "first second \"<&");
    assert!(description.as_ref().unwrap().starts_with("first second \"<&\n"));
}

#[test]
fn what_a_filter_left_out_is_skipped_with_its_reason() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    for (_, selection) in &mut card.checks {
        *selection = crate::plan::Selection::LeftOut("filtered out".to_owned());
    }
    let (text, report) = rendered(&events[..1]);
    assert_eq!((report.tests, report.skipped), (5, 5));
    assert!(text.contains("<skipped message=\"filtered out\" type=\"skipped\">filtered out\n"), "{text}");
}

/// Validates with xmllint where it is installed.
fn validate(name: &str, text: &str) {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/junit.xsd");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("junit.xml");
    std::fs::write(&file, text).unwrap();
    match Command::new("xmllint").arg("--noout").arg("--schema").arg(schema).arg(&file).output() {
        Ok(output) => assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => eprintln!("LEFT OUT: {name} was not validated, xmllint could not be started: {error}"),
    }
}

#[test]
fn every_report_is_valid_against_the_schema() {
    let events = events();
    for count in 1..=events.len() {
        validate(&format!("the first {count} events"), &rendered(&events[..count]).0);
    }
    let odd = "\u{1b}[31mred\u{1b}[0m \u{0}\u{8} ]]> \u{fffe}\u{ffff} <a&b> \u{1f600}";
    validate("odd characters", &rendered(&with_first(Outcome::Errored { error: odd.to_owned() })).0);
}
