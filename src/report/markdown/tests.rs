//! Literal runs, one of each end, beside the text that they become.

use super::*;
use crate::event::{EndReason, Event, Outcome, What};
use crate::plan::{Selection, Unproven};
use crate::record::Fold;
use crate::record::sample::events;

fn rendered(events: &[Event]) -> String {
    markdown(&Fold::all(events).unwrap())
}

/// The sample with what was found in the cluster changed to nothing but good: one check, proven.
fn proven() -> Vec<Event> {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.criteria.retain(|criterion| matches!(criterion.id.as_str(), "AC1" | "AC1.1"));
    card.checks.retain(|(check, _)| check.id == "operator-runs");
    events
}

#[test]
fn a_run_that_passed_reads_as_it_should() {
    assert_eq!(rendered(&proven()), include_str!("passed.md"));
}

/// A fail, an inconclusive, a blocked check and an unproven bullet.
#[test]
fn a_run_that_failed_reads_as_it_should() {
    assert_eq!(rendered(&events()), include_str!("failed.md"));
}

#[test]
fn a_run_that_could_not_be_judged_reads_as_it_should() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.criteria.retain(|criterion| matches!(criterion.id.as_str(), "AC2" | "AC2.1"));
    card.checks.retain(|(check, _)| check.id == "vmsingle-fresh");
    assert_eq!(rendered(&events), include_str!("inconclusive.md"));
}

#[test]
fn an_interrupted_run_names_everything_that_was_not_finished() {
    let mut events = events();
    events.truncate(7);
    let last = What::RunEnded { reason: EndReason::Terminated };
    events.push(Event { at: events[6].at, what: last });
    assert_eq!(rendered(&events), include_str!("interrupted.md"));
}

#[test]
fn a_killed_run_says_that_it_has_no_end() {
    let text = rendered(&events()[..1]);
    assert!(text.contains("\n> the journal has no end: the run was killed, or is still going on\n"), "{text}");
    assert_eq!(
        text.matches("errored").count(),
        4 * 2 + 1,
        "each check in the table, in the findings, and their count: {text}"
    );
}

#[test]
fn a_criterion_that_a_filter_left_out_is_not_green() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    let reason = "left out by --skip operator".to_owned();
    card.checks[0].1 = Selection::LeftOut(reason.clone());
    let left_out = card.checks[0].0.id.clone();
    for event in &mut events {
        if let What::CheckEnded { check, outcome, .. } = &mut event.what
            && *check == left_out
        {
            *outcome = Outcome::Skipped { reason: reason.clone() };
        }
    }
    let text = rendered(&events);
    let row = text.lines().find(|line| line.starts_with("| AC1.1 ")).unwrap();
    assert!(row.contains("| \u{2796} not run |") && row.contains("left out by --skip operator"), "{row}");
    assert!(text.contains("\n> partial run: "), "{text}");
}

/// Every table has as many cells in each row, whatever the texts are.
#[test]
fn no_text_breaks_a_table_or_brings_a_tag_in() {
    let odd = "a | b\n| c |\r\n<script>x</script> ![p](http://x) `|`\n# heading";
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.suite.title = odd.to_owned();
    card.suite.variables = vec![(odd.to_owned(), odd.to_owned())];
    card.criteria.iter_mut().for_each(|criterion| criterion.text = odd.to_owned());
    card.criteria[5].unproven = Some(Unproven::Manual { owner: odd.to_owned(), reason: odd.to_owned() });
    card.checks.iter_mut().for_each(|(check, _)| check.sentence = odd.to_owned());
    let What::CheckEnded { outcome, .. } = &mut events[6].what else { panic!("no end") };
    *outcome = Outcome::Errored { error: odd.to_owned() };
    let text = rendered(&events);
    let columns = |line: &str| line.replace("\\\\", "").replace("\\|", "").matches('|').count();
    let rows = |start: &str| {
        let from = text.find(start).unwrap();
        text[from..].lines().take_while(|line| line.starts_with('|')).map(columns).collect::<Vec<_>>()
    };
    assert_eq!(rows("| criterion |"), [5; 8]);
    assert_eq!(rows("| what |"), [3; 15]);
    assert!(!text.contains("<script") && !text.contains("![") && !text.contains("\n# heading"), "{text}");
}
