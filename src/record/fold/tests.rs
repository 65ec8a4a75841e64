use super::*;
use crate::event::{EndReason, UnprovenPolicy};
use crate::record::sample::events;
use crate::record::{Exit, State};

fn states(run: &Run) -> Vec<(&str, State)> {
    run.criteria.iter().map(|record| (record.criterion.id.as_str(), record.state)).collect()
}

/// The sample with other outcomes: everything passes that is not named.
fn run_with(outcomes: &[(&str, Outcome)], change: impl FnOnce(&mut RunCard)) -> Run {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    change(card);
    let What::CheckEnded { outcome: pass, .. } = events[6].what.clone() else { panic!("no end") };
    for event in &mut events {
        if let What::CheckEnded { check, outcome, .. } = &mut event.what {
            *outcome = outcomes
                .iter()
                .find(|(id, _)| id == check)
                .map_or_else(|| pass.clone(), |(_, outcome)| outcome.clone());
        }
    }
    Fold::all(&events).unwrap()
}

fn errored() -> Outcome {
    Outcome::Errored { error: "x".to_owned() }
}

fn prove_everything(card: &mut RunCard) {
    card.criteria.retain(|criterion| criterion.id != "AC2.2");
}

#[test]
fn a_whole_journal_gives_every_check_its_outcome() {
    let run = Fold::all(&events()).unwrap();
    let attempts: Vec<_> = run.checks.iter().map(|check| (check.card.id.as_str(), check.attempts)).collect();
    assert_eq!(attempts, [("operator-runs", 1), ("crds", 1), ("vmsingle-answers", 0), ("vmsingle-fresh", 2)]);
    assert_eq!(run.checks[2].outcome, Outcome::Blocked { by: vec!["crds".to_owned()] });
    assert_eq!((run.end, run.took_seconds), (End::Ended(EndReason::Completed), 42.3));
    assert_eq!(run.surroundings[0], ("context".to_owned(), "kind-infra".to_owned()));
}

#[test]
fn a_criterion_stands_or_falls_with_its_bullets_and_a_bullet_with_its_checks() {
    use State::*;
    let run = Fold::all(&events()).unwrap();
    let expected = [
        ("AC1", Failed),
        ("AC1.1", Proven),
        ("AC1.2", Failed),
        ("AC2", Inconclusive),
        ("AC2.1", Inconclusive),
        ("AC2.2", Unproven),
    ];
    assert_eq!(states(&run), expected);
}

#[test]
fn checks_without_an_end_are_errors_that_say_how_far_they_came() {
    let events = events();
    let at_start = Fold::all(&events[..1]).unwrap();
    assert!(at_start.checks.iter().all(|check| check.outcome
        == Outcome::Errored { error: "not finished: the run was cut short before its first look".to_owned() }));
    let in_the_middle = Fold::all(&events[..11]).unwrap();
    assert_eq!(in_the_middle.end, End::CutShort);
    assert_eq!(
        in_the_middle.checks[3].outcome.summary(),
        "not finished: the run was cut short after look 1: connection to pod vmsingle-0 failed: reset"
    );
    assert_eq!(in_the_middle.exit(), Exit::Failed, "what had failed stays failed");
    assert_eq!(at_start.exit(), Exit::Inconclusive);
}

#[test]
fn the_exit_follows_the_table() {
    let fail = Fold::all(&events()).unwrap().checks[1].outcome.clone();
    let skip = Outcome::Skipped { reason: "no ingress".to_owned() };
    let all_green = run_with(&[], prove_everything);
    assert_eq!(all_green.exit(), Exit::Proven);
    assert_eq!(run_with(&[], |_| ()).exit(), Exit::Unproven);
    assert_eq!(run_with(&[], |card| card.unproven = UnprovenPolicy::Allowed).exit(), Exit::Proven);
    assert_eq!(run_with(&[("crds", errored())], prove_everything).exit(), Exit::Inconclusive);
    assert_eq!(run_with(&[("crds", fail), ("operator-runs", errored())], |_| ()).exit(), Exit::Failed);
    let blocked = Outcome::Blocked { by: vec!["x".to_owned()] };
    assert_eq!(run_with(&[("crds", blocked)], prove_everything).exit(), Exit::Inconclusive);
    assert_eq!(run_with(&[("crds", skip)], prove_everything).exit(), Exit::Unproven);
    let cut_short = Run { end: End::CutShort, ..all_green.clone() };
    assert_eq!(cut_short.exit(), Exit::Inconclusive, "a run without an end is never green");
    let interrupted = Run { end: End::Ended(EndReason::Interrupted), ..all_green };
    assert_eq!(interrupted.exit().code(), 130);
}

#[test]
fn the_codes_are_the_documented_ones() {
    use Exit::*;
    let codes =
        [Proven, Failed, Usage, Inconclusive, Unproven, NothingSelected, Interrupted, Terminated].map(Exit::code);
    assert_eq!(codes, [0, 1, 2, 3, 3, 4, 130, 143]);
}

/// Only the checks of AC1 are selected.
fn only_ac1(card: &mut RunCard) {
    for (check, selection) in &mut card.checks {
        if check.criteria[0].starts_with("AC2") {
            *selection = Selection::LeftOut("filtered out".to_owned());
        }
    }
}

#[test]
fn a_criterion_that_the_filter_left_out_is_not_run_and_its_unproven_bullets_do_not_count() {
    use State::*;
    let run = run_with(&[], only_ac1);
    assert!(run.is_partial());
    let expected =
        [("AC1", Proven), ("AC1.1", Proven), ("AC1.2", Proven), ("AC2", NotRun), ("AC2.1", NotRun), ("AC2.2", NotRun)];
    assert_eq!(states(&run), expected);
    assert_eq!(run.exit(), Exit::Proven);
}

#[test]
fn an_unproven_bullet_counts_when_its_criterion_was_asked_for_as_a_whole() {
    let run = run_with(&[], |card| {
        for (check, selection) in &mut card.checks {
            if check.criteria[0].starts_with("AC1") {
                *selection = Selection::LeftOut("filtered out".to_owned());
            }
        }
    });
    assert_eq!(states(&run)[3..], [("AC2", State::Unproven), ("AC2.1", State::Proven), ("AC2.2", State::Unproven)]);
    assert_eq!(run.exit(), Exit::Unproven);
}

#[test]
fn to_skip_a_check_leaves_the_bullets_without_one_unproven() {
    use State::*;
    let skipping = |card: &mut RunCard| {
        card.checks[0].1 = Selection::LeftOut("left out by --skip operator-runs".to_owned());
        card.checks[3].1 = card.checks[0].1.clone();
        card.left_out = Some(Vec::new());
    };
    let run = run_with(&[], skipping);
    let expected = [
        ("AC1", NotRun),
        ("AC1.1", NotRun),
        ("AC1.2", Proven),
        ("AC2", Unproven),
        ("AC2.1", NotRun),
        ("AC2.2", Unproven),
    ];
    assert_eq!(states(&run), expected);
    assert_eq!(run.exit(), Exit::Unproven);
    let by_id = run_with(&[], |card| {
        skipping(card);
        card.left_out = Some(vec!["AC2".to_owned(), "AC2.1".to_owned(), "AC2.2".to_owned()]);
    });
    assert_eq!(states(&by_id)[5], ("AC2.2", NotRun));
    assert_eq!(by_id.exit(), Exit::Proven);
}

#[test]
fn a_bullet_of_which_only_a_part_ran_is_not_proven() {
    let run = run_with(&[], |card| card.checks[3].1 = Selection::LeftOut("filtered out".to_owned()));
    assert_eq!(states(&run)[4], ("AC2.1", State::NotRun));
}

#[test]
fn a_journal_begins_with_the_start_of_a_run() {
    assert!(Fold::all(&events()[1..]).is_err());
    assert!(Fold::all(&[]).is_err());
}
