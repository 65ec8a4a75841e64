//! Selection and its words, on a small suite.

use super::*;

const SUITE: &str = "
story: 6-1
title: Stack
criteria:
  - {id: AC1, text: the operator is deployed, bullets: [
      {id: AC1.1, text: CRDs installed}, {id: AC1.2, text: pods running}, {id: AC1.3, text: version v0.66.1}]}
  - {id: AC2, text: storage answers}
  - {id: AC3, text: the team is trained, manual: {owner: platform lead, reason: people are not in the cluster}}
checks:
  - {id: crds-served, sentence: the CRDs are served, criteria: [AC1.1], expect: {crds: CRDS}}
  - {id: operator-up, sentence: the operator is up, criteria: [AC1.2], needs: [crds-served], expect: {crds: CRDS}}
  - {id: answers, sentence: storage answers, criteria: [AC2, AC1.2], needs: [operator-up], expect: {crds: CRDS}}
";

fn plan(filters: &[&str], exact: bool, skip: &[&str]) -> Plan {
    let text = SUITE.replace("CRDS", "{group: operator.victoriametrics.com, version: v1beta1, kinds: [VMSingle]}");
    let suite = suite::parse("s.yaml", text.as_bytes(), &[]).unwrap();
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    Plan::new(suite, &Filter { filters: owned(filters), exact, skip: owned(skip) })
}

fn selections(plan: &Plan) -> Vec<Selection> {
    plan.checks.iter().map(|check| check.selection.clone()).collect()
}

fn left_out(reason: &str) -> Selection {
    Selection::LeftOut(reason.to_owned())
}

#[test]
fn without_a_filter_everything_runs() {
    assert_eq!(selections(&plan(&[], false, &[])), [Selection::Selected, Selection::Selected, Selection::Selected]);
}

#[test]
fn a_filter_is_a_part_of_the_trials_name() {
    let plan = plan(&["2::op"], false, &[]);
    let out = left_out("not asked for by the filter 2::op");
    assert_eq!(selections(&plan), [Selection::Needed, Selection::Selected, out]);
}

#[test]
fn a_filter_finds_every_criterion_of_a_check() {
    let plan = plan(&["AC1.2"], true, &[]);
    assert_eq!(selections(&plan), [Selection::Needed, Selection::Selected, Selection::Selected]);
}

#[test]
fn an_exact_filter_takes_whole_names_only() {
    assert!(plan(&["AC1"], true, &[]).is_empty());
    assert_eq!(selections(&plan(&["AC1.1::crds-served"], true, &[]))[0], Selection::Selected);
}

#[test]
fn what_needs_a_skipped_check_is_left_out_with_it() {
    let expected = [
        left_out("left out by --skip crds"),
        left_out("needs crds-served, which --skip leaves out"),
        left_out("needs operator-up, which --skip leaves out"),
    ];
    assert_eq!(selections(&plan(&[], false, &["crds"])), expected);
}

#[test]
fn a_skip_leaves_what_does_not_need_it() {
    let skipped = left_out("left out by --skip answers");
    assert_eq!(selections(&plan(&[], false, &["answers"])), [Selection::Selected, Selection::Selected, skipped]);
}

#[test]
fn a_filter_that_matches_nothing_leaves_an_empty_plan() {
    assert!(plan(&["AC9"], false, &[]).is_empty());
}

#[test]
fn a_criterion_is_left_out_by_its_own_id_as_a_check_is() {
    assert!(plan(&[], false, &[]).left_out.is_empty());
    assert_eq!(plan(&["AC1"], false, &["AC1.2"]).left_out, ["AC1.2", "AC2", "AC3"]);
    assert_eq!(plan(&["AC1"], true, &[]).left_out, ["AC1.1", "AC1.2", "AC1.3", "AC2", "AC3"]);
    assert!(plan(&[], false, &["answers"]).left_out.is_empty(), "a check's name leaves no criterion out");
    assert_eq!(plan(&["answers"], false, &[]).left_out.len(), 6);
}

#[test]
fn the_list_is_what_cargo_test_would_print() {
    assert_eq!(
        list(&plan(&["operator-up"], false, &[])),
        "AC1.1::crds-served: test\nAC1.2::operator-up: test\n\n2 tests, 0 benchmarks\n"
    );
    assert_eq!(list(&plan(&["AC1.1"], false, &[])), "AC1.1::crds-served: test\n\n1 test, 0 benchmarks\n");
}

#[test]
fn the_table_shows_what_is_unproven_and_why() {
    let expected = "\
AC1      the operator is deployed
  AC1.1  CRDs installed
           crds-served (crds): the CRDs are served
  AC1.2  pods running
           operator-up (crds): the operator is up (left out)
           answers (crds): storage answers (left out)
  AC1.3  version v0.66.1
           unproven: no check proves it

AC2      storage answers
           answers (crds): storage answers (left out)

AC3      the team is trained
           unproven: platform lead must attest it: people are not in the cluster

5 criteria and bullets: 3 with a check, 2 unproven; 3 checks
";
    assert_eq!(table(&plan(&["AC1.1"], false, &[])), expected);
}
