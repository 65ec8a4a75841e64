use super::*;
use crate::event::What;
use crate::record::sample::events;
use crate::record::{Fold, Run};

const PLAIN: Style = Style { width: 80, unicode: true, color: false };

fn run() -> Run {
    Fold::all(&events()).unwrap()
}

#[test]
fn a_page_of_80_columns_reads_as_it_should() {
    assert_eq!(page(&run(), "reports/20261125T013000Z-4f2a", &PLAIN), include_str!("page-80.txt"));
}

#[test]
fn a_page_of_120_columns_reads_as_it_should() {
    let style = Style { width: 120, ..PLAIN };
    assert_eq!(page(&run(), "reports/20261125T013000Z-4f2a", &style), include_str!("page-120.txt"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [40, 60, 80] {
        for line in page(&run(), "reports/20261125T013000Z-4f2a", &Style { width, ..PLAIN }).lines() {
            assert!(wrap::count(line) <= width, "{width}: {line}");
        }
    }
}

#[test]
fn a_page_can_do_without_other_characters_than_ascii() {
    let text = page(&run(), "reports/x", &Style { unicode: false, ..PLAIN });
    assert!(text.is_ascii());
    assert!(text.contains("\n  + the operator has rolled out (300 ms)\n"), "{text}");
    assert!(text.contains("\n  x the CRDs serve their versions (490 ms)\n"), "{text}");
}

#[test]
fn colours_change_nothing_but_colours() {
    let colored = page(&run(), "reports/x", &Style { color: true, ..PLAIN });
    assert!(colored.contains("\x1b[31m\u{d7}\x1b[0m the CRDs"), "{colored}");
    assert!(colored.lines().all(|line| line.matches("\x1b[").count() % 2 == 0), "a colour must end on its line");
    let mut plain = colored;
    for code in ["0", "1", "2", "31", "32", "33"] {
        plain = plain.replace(&format!("\x1b[{code}m"), "");
    }
    assert_eq!(plain, page(&run(), "reports/x", &PLAIN));
}

#[test]
fn a_partial_run_and_an_allowance_are_said() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.unproven = crate::event::UnprovenPolicy::Allowed;
    card.checks[0].1 = crate::plan::Selection::LeftOut("filtered out".to_owned());
    let text = closing(&Fold::all(&events).unwrap(), "reports/x", &PLAIN);
    assert!(text.contains("1 left out, 1 unproven in"), "{text}");
    assert!(text.contains("\npartial run: "), "{text}");
    assert!(text.contains("\nunproven criteria are allowed by --allow-unproven"), "{text}");
}

#[test]
fn a_run_that_was_killed_says_so() {
    let text = closing(&Fold::all(&events()[..5]).unwrap(), "reports/x", &PLAIN);
    assert!(text.contains("\nthe journal has no end: the run was killed, or is still going on\n"), "{text}");
    assert!(text.contains("not finished: the run was cut short during its first look"), "{text}");
}

#[test]
fn a_check_that_ended_is_one_line() {
    let run = run();
    assert_eq!(
        ended(&run, &run.checks[1], (3, 4), &PLAIN),
        "\u{d7} [3/4] AC1.2::crds (490 ms): CRD vmsingles.operator.victoriametrics.com: expected it is established, \
         got it does not exist suites/story-6.1.yaml:36"
    );
    assert_eq!(ended(&run, &run.checks[0], (1, 10), &PLAIN), "\u{221a} [ 1/10] AC1.1::operator-runs (300 ms)");
}

#[test]
fn progress_names_the_longest_running_check_and_its_latest_reason() {
    let events = events();
    let mut fold = Fold::begin(&events[0]).unwrap();
    events[1..11].iter().for_each(|event| fold.add(event));
    let now = "2026-11-25T01:30:38Z".parse().unwrap();
    let style = Style { width: 70, unicode: false, color: false };
    assert_eq!(
        progress(&fold, now, 1, &style),
        "/ 3/4 checks, 38 s  vmsingle-fresh: connection to pod vmsingle-0 fail"
    );
}

#[test]
fn a_check_that_proves_two_bullets_is_told_once() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.criteria[5].checks = vec!["operator-runs".to_owned()];
    let text = page(&Fold::all(&events).unwrap(), "reports/x", &PLAIN);
    assert!(
        text.contains(
            "\nAC2.2 Storage has the right size\n  \u{221a} the operator has rolled out (300 ms; see AC1.1)\n"
        ),
        "{text}"
    );
    assert_eq!(text.matches("restarts = 0").count(), 1);
}

#[test]
fn of_many_measured_values_those_with_a_limit_are_shown() {
    let mut events = events();
    let What::CheckEnded { outcome: crate::event::Outcome::Judged(verdict), .. } = &mut events[6].what else {
        panic!("no verdict")
    };
    let free = |n: u32| {
        crate::check::measurement::Measurement::new(&format!("v{n}"), 1.0, crate::check::measurement::Unit::Count)
    };
    let held = verdict.measured.pop();
    verdict.measured.extend((0..8).map(free).chain(held));
    let text = page(&Fold::all(&events).unwrap(), "reports/x", &PLAIN);
    assert!(text.contains("\n      restarts = 0 (limit 0)\n"), "{text}");
    assert!(!text.contains("v0 = 1"), "{text}");
}
