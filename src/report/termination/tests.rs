use super::*;
use crate::event::{Event, Outcome, What};
use crate::record::sample::events;
use crate::record::{Exit, Fold};

fn run(events: &[Event]) -> Run {
    Fold::all(events).unwrap()
}

/// The sample with the outcome of every check set by hand.
fn all_ended(outcome: impl Fn(&str) -> Outcome) -> Vec<Event> {
    let mut events = events();
    for event in &mut events {
        if let What::CheckEnded { check, outcome: ended, .. } = &mut event.what {
            *ended = outcome(check);
        }
    }
    events
}

#[test]
fn each_red_criterion_is_one_line_and_the_worst_comes_first() {
    assert_eq!(
        message(&run(&events()), &[]),
        "exit 1: not met: at least one check failed\n\
         6-1-deploy, run 20261125T013000Z-4f2a: 1 failed, 1 inconclusive, 1 passed, 1 blocked, 1 unproven\n\
         AC1.2 failed: crds: CRD vmsingles.operator.victoriametrics.com: expected it is established, got it does not exist\n\
         AC2.1 inconclusive: vmsingle-fresh: expected a sample not older than 30 s, got the newest is 95 s old\n\
         AC2.2 unproven: kind `volume` is to come\n"
    );
}

#[test]
fn what_is_allowed_to_be_unproven_is_counted_but_is_no_red_line() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.unproven = UnprovenPolicy::Allowed;
    let text = message(&run(&events), &[]);
    assert!(text.contains("1 unproven\n") && !text.contains("AC2.2"), "{text}");
}

#[test]
fn notes_stand_before_the_criteria() {
    let text = message(&run(&events()), &["not published: no\npermission".to_owned()]);
    assert_eq!(text.lines().nth(2), Some("not published: no permission"));
    assert_eq!(text.lines().nth(3).map(|line| &line[..12]), Some("AC1.2 failed"));
}

#[test]
fn a_check_that_makes_two_criteria_red_is_told_once() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.criteria[5].checks = vec!["crds".to_owned()];
    let text = message(&run(&events), &[]);
    assert!(text.contains("\nAC2.2 failed: crds, see AC1.2\n"), "{text}");
}

#[test]
fn a_run_that_was_cut_short_says_so() {
    let text = message(&run(&events()[..5]), &[]);
    assert!(text.starts_with("exit 3: "), "{text}");
    assert!(text.contains("\nnot finished: the run was killed, or is still going on\n"), "{text}");
    assert!(text.contains("\nAC1.1 inconclusive: operator-runs: not finished: "), "{text}");
}

#[test]
fn a_message_never_exceeds_what_the_kubelet_keeps_and_counts_what_it_leaves_out() {
    for (length, criteria) in [(10, 3), (10, 1000), (10_000, 3), (10_000, 1000), (399, 40)] {
        let mut events = all_ended(|_| Outcome::Errored { error: "\u{e4}".repeat(length) });
        let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
        let model = card.criteria[1].clone();
        let names = ["operator-runs", "crds", "vmsingle-answers", "vmsingle-fresh"];
        card.criteria = (0..criteria)
            .map(|n| {
                let mut criterion = model.clone();
                (criterion.id, criterion.parent) = (format!("AC{n}"), None);
                criterion.checks = vec![names[n % names.len()].to_owned()];
                criterion
            })
            .collect();
        let text = message(&run(&events), &[]);
        assert!(text.len() <= LIMIT, "{}", text.len());
        let shown = text.lines().filter(|line| line.starts_with("AC")).count();
        let more = text.lines().last().and_then(|line| line.strip_prefix("and ")?.strip_suffix(" more"));
        assert_eq!(shown + more.map_or(0, |more| more.parse().unwrap()), criteria, "{text}");
        assert!(more.is_none() || text.len() > LIMIT - LINE - MORE, "room was wasted: {}", text.len());
    }
}

#[test]
fn what_ends_before_the_run_has_its_reason() {
    let text = without_run(Exit::Usage, "suites/a.yaml:3:5\n\n  | unknown key\n");
    assert_eq!(text, "exit 2: the suite or the arguments are wrong\nsuites/a.yaml:3:5\n| unknown key\n");
}
