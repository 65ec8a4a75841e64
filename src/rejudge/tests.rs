//! Literal runs judged again.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::check::evidence::Seen;
use crate::check::trouble::Trouble;
use crate::event::{EndReason, Event, LookResult, Outcome, Surroundings, UnprovenPolicy, What};
use crate::plan::{Filter, Plan};
use crate::record::{Exit, State};
use crate::report::json;
use crate::run;

const SUITE: &str = "
story: 6-1
title: Stack
variables: {most: 2, namespace: observability}
criteria:
  - {id: AC1, text: it works, bullets: [{id: AC1.1, text: few are down}, {id: AC1.2, text: the rest}]}
checks:
  - id: few-down
    sentence: few targets are down
    criteria: [AC1.1]
    within: 1m
    expect:
      query: {endpoint: {namespace: '${namespace}', service: vm, port: 8429}, query: down, value: {at_most: '${most}'}, newest_sample: unknown}
  - id: rest
    sentence: the rest is well
    criteria: [AC1.2]
    needs: [few-down]
    expect:
      query: {endpoint: {namespace: '${namespace}', service: vm, port: 8429}, query: rest, newest_sample: unknown}
";

const TOOL: &str = "signoff 9";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

fn suite(text: &str, variables: &[(&str, &str)]) -> Suite {
    // A bound is a number, so it must not be quoted once its variable is filled in.
    let text = text.replace("'${most}'", "${most}");
    let variables: Vec<_> = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    crate::suite::parse("s.yaml", text.as_bytes(), &variables).unwrap_or_else(|error| panic!("{error}"))
}

/// What a query saw: one series with this value.
fn seen(value: f64) -> Value {
    json!({
        "component": {"application": "vmsingle", "version": "v1"}, "via": "url", "took_seconds": 0.01,
        "answer": {"result_type": "vector", "partial": false, "series_fetched": 1, "execution_seconds": null, "series": [{"labels": {"job": "a"}, "value": value.to_string(), "at": 1_800_000_000.0}]},
        "freshness": "not_asked",
    })
}

fn evidence(check: &str, second: i64, seen: Seen) -> Evidence {
    Evidence { check: check.to_owned(), kind: "query".to_owned(), attempt: 1, at: at(second), took_seconds: 0.5, seen }
}

/// A run of [`SUITE`] whose looks saw these: each look took half a second and began a second after the one before.
struct Past {
    events: Vec<Event>,
    evidence: Vec<Evidence>,
    text: String,
}

impl Past {
    fn of(suite: Suite, few_down: &[f64], rest: f64, reason: EndReason) -> Self {
        let text = suite.text.clone();
        let plan = Plan::new(suite, &Filter::default());
        let mut past = Self { events: Vec::new(), evidence: Vec::new(), text };
        let mut card = run::run_card(&plan, "20270115T080000Z-0001", UnprovenPolicy::Refused, plan.deadline);
        card.tool = TOOL.to_owned();
        past.tell(0, What::RunStarted(Box::new(card)));
        past.tell(0, What::Surroundings(Surroundings::default()));
        let green = past.check(&plan, 0, few_down);
        if green {
            past.check(&plan, 1, &[rest]);
        } else {
            let outcome = Outcome::Blocked { by: vec!["few-down".to_owned()] };
            past.tell(9, What::CheckEnded { check: "rest".to_owned(), outcome, took_seconds: 0.0, evidence: None });
        }
        past.tell(50, What::RunEnded { reason });
        past
    }

    fn check(&mut self, plan: &Plan, index: usize, values: &[f64]) -> bool {
        let check = &plan.checks[index];
        let id = check.card.id.clone();
        self.tell(1, What::CheckStarted { check: id.clone() });
        let mut outcome = None;
        for (attempt, value) in (1..).zip(values) {
            let verdict = check.expectation.judge(&seen(*value), at(attempt.into())).unwrap();
            let result = LookResult::Judged(verdict.clone());
            self.tell(i64::from(attempt), What::Looked { check: id.clone(), attempt, took_seconds: 5.0, result });
            outcome = Some(Outcome::Judged(verdict));
        }
        let last = seen(values.last().copied().unwrap());
        let attempt = u32::try_from(values.len()).unwrap();
        let last = evidence(&id, attempt.into(), Seen::Observation(last));
        self.evidence.push(Evidence { attempt, ..last });
        let outcome = outcome.unwrap();
        let green = outcome.is_green();
        let evidence = Some(format!("evidence/{id}.json"));
        self.tell(40, What::CheckEnded { check: id, outcome, took_seconds: 39.0, evidence });
        green
    }

    fn tell(&mut self, second: i64, what: What) {
        self.events.push(Event { at: at(second), what });
    }

    fn saved(&self) -> Saved {
        Saved::new(&self.events, Some(&self.text)).unwrap()
    }

    fn again(&self, now: Suite) -> Run {
        self.again_from(&self.saved(), now)
    }

    fn again_from(&self, saved: &Saved, now: Suite) -> Run {
        rejudge(saved, now, TOOL, |id| {
            let found = self.evidence.iter().find(|evidence| evidence.check == id);
            found.cloned().ok_or_else(|| format!("evidence/{id}.json: no such file"))
        })
    }
}

fn passed() -> Past {
    Past::of(suite(SUITE, &[]), &[1.0], 1.0, EndReason::Completed)
}

fn code<'a>(run: &'a Run, check: &str) -> &'a str {
    let Outcome::Judged(verdict) = &run.check(check).unwrap().outcome else { panic!("not judged: {:?}", run.checks) };
    verdict.findings().first().map_or("pass", |finding| finding.code.as_str())
}

#[test]
fn the_same_suite_gives_the_same_report_byte_for_byte() {
    let pasts = [
        passed(),
        Past::of(suite(SUITE, &[]), &[9.0, 3.0], 1.0, EndReason::Completed),
        Past::of(suite(SUITE, &[("most", "5")]), &[4.0], 1.0, EndReason::Interrupted),
    ];
    for past in pasts {
        let saved = past.saved();
        let own = crate::suite::parse("s.yaml", past.text.as_bytes(), &saved.variables(&past.text, &[])).unwrap();
        assert_eq!(json::json(&past.again(own)), json::json(&saved.run));
    }
}

#[test]
fn a_run_that_kept_going_is_judged_so_again() {
    let mut past = Past::of(suite(SUITE, &[]), &[9.0], 1.0, EndReason::Completed);
    let What::RunStarted(card) = &mut past.events[0].what else { panic!("no start") };
    card.keep_going = true;
    // What was blocked is judged instead.
    let blocked = |event: &Event| matches!(&event.what, What::CheckEnded { check, .. } if check == "rest");
    past.events.retain(|event| !blocked(event));
    let end = past.events.pop().unwrap();
    past.check(&Plan::new(suite(SUITE, &[]), &Filter::default()), 1, &[1.0]);
    past.events.push(end);
    let saved = past.saved();
    assert!(saved.run.check("rest").unwrap().is_green());
    assert_eq!(json::json(&past.again(suite(SUITE, &[]))), json::json(&saved.run));
    let stricter = past.again(suite(SUITE, &[("most", "0")]));
    assert!(stricter.check("rest").unwrap().is_green(), "nothing blocks it now either");
}

#[test]
fn the_verdict_comes_from_the_evidence_and_not_from_the_journal() {
    let mut past = passed();
    past.evidence[0].seen = Seen::Observation(seen(7.0));
    let run = past.again(suite(SUITE, &[]));
    assert_eq!(run.exit(), Exit::Failed);
    assert_eq!(run.check("rest").unwrap().outcome, Outcome::Blocked { by: vec!["few-down".to_owned()] });
}

#[test]
fn a_stricter_limit_is_judged_on_what_was_seen() {
    let run = passed().again(suite(SUITE, &[("most", "0")]));
    assert_eq!(run.exit(), Exit::Failed);
    assert_eq!(run.card.suite.variables[0], ("most".to_owned(), "0".to_owned()));
    let blocked = run.check("rest").unwrap();
    assert_eq!((blocked.outcome.summary(), &blocked.evidence), ("blocked by few-down".to_owned(), &None));
}

#[test]
fn what_a_looser_limit_lets_through_was_never_looked_at() {
    let run = Past::of(suite(SUITE, &[]), &[9.0], 1.0, EndReason::Completed).again(suite(SUITE, &[("most", "10")]));
    assert_eq!((code(&run, "few-down"), code(&run, "rest")), ("pass", "judge/no-evidence"));
    assert_eq!(run.exit(), Exit::Inconclusive);
}

#[test]
fn another_question_is_not_answered_by_old_evidence() {
    let run = passed().again(suite(&SUITE.replace("query: down", "query: other"), &[]));
    assert_eq!(code(&run, "few-down"), "judge/other-question");
    assert_eq!(run.exit(), Exit::Inconclusive);
    let elsewhere = passed().again(suite(SUITE, &[("namespace", "other")]));
    assert_eq!(code(&elsewhere, "few-down"), "judge/other-question");
}

#[test]
fn a_check_that_is_new_or_of_another_kind_is_inconclusive() {
    let new = passed().again(suite(&SUITE.replace("id: few-down", "id: newer").replace("[few-down]", "[newer]"), &[]));
    assert_eq!(code(&new, "newer"), "judge/no-evidence");
    let crds = "      crds: {group: g, version: v1, kinds: [A]}";
    let kept: Vec<&str> = SUITE.lines().map(|line| if line.contains("query: rest") { crds } else { line }).collect();
    let other = passed().again(suite(&kept.join("\n"), &[]));
    assert_eq!((code(&other, "few-down"), code(&other, "rest")), ("pass", "judge/other-kind"));
}

#[test]
fn evidence_that_is_gone_or_of_something_else_is_not_judged() {
    let mut past = passed();
    past.evidence.truncate(1);
    assert_eq!(code(&past.again(suite(SUITE, &[])), "rest"), "judge/no-evidence");
    past.evidence.push(Evidence { kind: "crds".to_owned(), ..evidence("rest", 1, Seen::Observation(seen(1.0))) });
    assert_eq!(code(&past.again(suite(SUITE, &[])), "rest"), "judge/no-evidence");
}

#[test]
fn what_could_not_be_looked_at_cannot_be_judged() {
    let mut past = passed();
    let error = Trouble::TimedOut { to: "vm".to_owned(), seconds: 30.0 };
    past.evidence[1].seen = Seen::Trouble(error.clone());
    let run = past.again(suite(SUITE, &[]));
    assert_eq!(run.check("rest").unwrap().outcome, Outcome::Errored { error: error.to_string() });
    let What::CheckEnded { outcome, .. } = &mut past.events[4].what else { panic!("no end") };
    *outcome = Outcome::Errored { error: "interrupted by SIGINT after look 1".to_owned() };
    let run = past.again(suite(SUITE, &[("most", "10")]));
    assert_eq!(run.check("few-down").unwrap().outcome.summary(), "interrupted by SIGINT after look 1");
}

#[test]
fn an_undoing_that_went_wrong_stays_wrong_but_hides_no_failure() {
    let with_undoing = |past: &mut Past, check: &str| {
        let result = LookResult::Errored("what it wrote could not be removed".to_owned());
        let what = What::Looked { check: check.to_owned(), attempt: 2, took_seconds: 0.1, result };
        past.events.insert(4, Event { at: at(41), what });
    };
    let mut past = passed();
    with_undoing(&mut past, "few-down");
    let outcome = Outcome::Errored { error: "what it wrote could not be removed".to_owned() };
    assert_eq!(past.again(suite(SUITE, &[])).check("few-down").unwrap().outcome, outcome);
    let mut past = Past::of(suite(SUITE, &[]), &[9.0], 1.0, EndReason::Completed);
    with_undoing(&mut past, "few-down");
    assert_eq!(past.again(suite(SUITE, &[])).exit(), Exit::Failed);
}

/// The looks begin at 0 s, 5.2 s and 10.6 s of `within`; the third one passes.
#[test]
fn a_shorter_time_ends_with_the_last_look_in_time() {
    let past = Past::of(suite(SUITE, &[]), &[9.0, 8.0, 1.0], 1.0, EndReason::Completed);
    let within = |within: &str| SUITE.replace("within: 1m", &format!("within: {within}"));
    assert_eq!(code(&past.again(suite(&within("2m"), &[])), "few-down"), "pass");
    assert_eq!(code(&past.again(suite(&within("11s"), &[])), "few-down"), "pass");
    let run = past.again(suite(&within("10s"), &[]));
    assert_eq!(run.exit(), Exit::Failed);
    let Outcome::Judged(verdict) = &run.check("few-down").unwrap().outcome else { panic!("not judged") };
    assert!(verdict.findings()[0].actual.contains('8'), "{verdict:?}");
    let both = past.again(suite(&within("10s"), &[("most", "5")]));
    assert_eq!(code(&both, "few-down"), "judge/no-look-in-time");
}

#[test]
fn without_the_suite_that_was_judged_only_that_very_suite_will_do() {
    let past = passed();
    let without = Saved::new(&past.events, None).unwrap();
    assert_eq!(code(&past.again_from(&without, suite(SUITE, &[])), "few-down"), "pass");
    let edited = past.again_from(&without, suite(SUITE, &[("most", "3")]));
    assert_eq!(code(&edited, "few-down"), "judge/question-unknown");
    let changed = Saved::new(&past.events, Some(&past.text.replace("query: down", "query: up"))).unwrap();
    assert_eq!(changed.asked.err(), Some(Unusable::Changed));
}

#[test]
fn a_given_variable_stays_given_and_a_default_that_was_edited_counts() {
    let saved = Past::of(suite(SUITE, &[("namespace", "obs")]), &[1.0], 1.0, EndReason::Completed).saved();
    let edited = SUITE.replace("most: 2", "most: 0");
    let pairs = |pairs: &[(&str, &str)]| -> Vec<_> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    assert_eq!(saved.variables(&edited, &[]), pairs(&[("namespace", "obs")]));
    let over = pairs(&[("most", "7")]);
    assert_eq!(saved.variables(&edited, &over), pairs(&[("namespace", "obs"), ("most", "7")]));
    assert!(saved.variables("variables: {most: 1}", &[]).is_empty());
}

#[test]
fn a_bullet_that_the_edited_suite_adds_is_unproven() {
    let text = SUITE.replace("{id: AC1.2, text: the rest}", "{id: AC1.2, text: the rest}, {id: AC1.3, text: more}");
    let run = passed().again(suite(&text, &[]));
    assert_eq!(run.criteria[3].state, State::Unproven);
    assert_eq!(run.exit(), Exit::Unproven);
}

#[test]
fn another_version_names_both() {
    let past = passed();
    let run = rejudge(&past.saved(), suite(SUITE, &[]), "signoff 10", |_| Err("none".to_owned()));
    assert_eq!(run.card.tool, "signoff 10 on evidence of signoff 9");
}
