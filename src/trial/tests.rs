use super::*;
use crate::check::finding::{Finding, Findings};
use crate::check::verdict::{Decision, Verdict};

const SUITE: &str = "
story: 6-1
title: Stack
criteria: [{id: AC1, text: it is there}]
checks:
  - {id: a, sentence: a holds, criteria: [AC1], expect: {crds: CRDS}}
  - {id: b, sentence: b holds, criteria: [AC1], needs: [a], expect: {crds: CRDS}}
  - {id: c, sentence: c holds, criteria: [AC1], expect: {crds: CRDS}}
";

fn plan() -> Plan {
    let crds = "{group: operator.victoriametrics.com, version: v1beta1, kinds: [VMSingle]}";
    let suite = suite::parse("s.yaml", SUITE.replace("CRDS", crds).as_bytes(), &[]).unwrap();
    Plan::new(suite, &Filter::default())
}

/// Passed, failed, ignored and filtered out, and what was printed.
fn concluded(results: &Results, change: impl FnOnce(&mut Arguments)) -> ([u64; 4], String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.txt");
    let mut arguments = Arguments { logfile: Some(file.display().to_string()), ..Arguments::default() };
    change(&mut arguments);
    let end = libtest_mimic::run(&arguments, trials(&plan(), results));
    let printed = std::fs::read_to_string(file).unwrap();
    ([end.num_passed, end.num_failed, end.num_ignored, end.num_filtered_out], printed)
}

fn ended(results: &Results, outcomes: &[(&str, Outcome)]) {
    results.change(|known| known.outcomes.extend(outcomes.iter().map(|(id, end)| ((*id).to_owned(), end.clone()))));
}

fn pass() -> Outcome {
    let mut judgement = crate::check::judgement::Judgement::new();
    judgement.examined("CRDs", ["x"]);
    Outcome::Judged(judgement.conclude(Finding::new("x/nothing", "something", "nothing")))
}

#[test]
fn trials_end_as_their_checks_do() {
    let results = Results::default();
    let finding = Findings::one(Finding::new("crds/absent", "it is there", "it is not"));
    let failed = Outcome::Judged(Verdict { decision: Decision::Fail(finding), measured: Vec::new() });
    let blocked = Outcome::Blocked { by: vec!["a".to_owned()] };
    ended(&results, &[("a", failed), ("b", blocked), ("c", pass())]);
    let (counts, printed) = concluded(&results, |_| ());
    assert_eq!(counts, [1, 1, 1, 0]);
    assert!(printed.contains("expected it is there, got it is not\ns.yaml:6"), "{printed}");
    assert!(printed.contains("blocked by a"), "{printed}");
}

#[test]
fn a_trial_waits_for_its_check() {
    let results = Results::default();
    let later = results.clone();
    let engine = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(50));
        ended(&later, &[("a", pass()), ("b", pass()), ("c", pass())]);
    });
    assert_eq!(concluded(&results, |_| ()).0, [3, 0, 0, 0]);
    engine.join().unwrap();
}

#[test]
fn a_check_without_an_outcome_fails_when_the_engine_has_ended() {
    let results = Results::default();
    ended(&results, &[("a", pass()), ("b", pass())]);
    results.close("the engine ended");
    assert_eq!(concluded(&results, |_| ()).0, [2, 1, 0, 0]);
}

#[test]
fn names_filters_and_the_list_are_those_of_cargo_test() {
    let results = Results::default();
    ended(&results, &[("a", pass()), ("b", pass()), ("c", pass())]);
    let exact = |arguments: &mut Arguments| (arguments.filter, arguments.exact) = (Some("AC1::b".to_owned()), true);
    assert_eq!(concluded(&results, exact).0, [1, 0, 0, 2]);
    let skip = |arguments: &mut Arguments| arguments.skip = vec!["::c".to_owned()];
    assert_eq!(concluded(&results, skip).0, [2, 0, 0, 1]);
    let (_, printed) = concluded(&Results::default(), |arguments| arguments.list = true);
    assert_eq!(printed, "AC1::a: test\nAC1::b: test\nAC1::c: test\n");
}
