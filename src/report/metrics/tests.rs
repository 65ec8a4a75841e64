use super::*;
use crate::check::measurement::Unit;
use crate::event::{Event, What};
use crate::record::Fold;
use crate::record::sample::events;

/// 2026-11-25T01:30:42.300Z, when the sample ended.
const END: &str = "1795570242300";

fn lines(events: &[Event]) -> Vec<String> {
    metrics(&Fold::all(events).unwrap()).lines().map(str::to_owned).collect()
}

fn has(lines: &[String], sample: &str) -> bool {
    lines.iter().any(|line| line == &format!("{sample} {END}"))
}

#[test]
fn the_verdict_and_every_check_are_told() {
    let lines = lines(&events());
    for sample in [
        r#"signoff_run_exit_code{story="6-1-deploy"} 1"#,
        r#"signoff_run_duration_seconds{story="6-1-deploy"} 42.3"#,
        r#"signoff_last_run_timestamp_seconds{story="6-1-deploy"} 1795570242.3"#,
        r#"signoff_criteria_unproven{story="6-1-deploy"} 1"#,
        r#"signoff_run_info{story="6-1-deploy",suite="abc123",tool="signoff 0.1.0"} 1"#,
        r#"signoff_check_outcome{story="6-1-deploy",check="crds",kind="crds",outcome="failed"} 1"#,
        r#"signoff_check_outcome{story="6-1-deploy",check="crds",kind="crds",outcome="passed"} 0"#,
        r#"signoff_check_outcome{story="6-1-deploy",check="vmsingle-answers",kind="query",outcome="blocked"} 1"#,
        r#"signoff_check_duration_seconds{story="6-1-deploy",check="vmsingle-fresh",kind="query"} 42"#,
        r#"signoff_check_measured{story="6-1-deploy",check="vmsingle-fresh",kind="query",name="newest_sample_age_seconds"} 95"#,
        r#"signoff_check_limit{story="6-1-deploy",check="vmsingle-fresh",kind="query",name="newest_sample_age_seconds"} 30"#,
    ] {
        assert!(has(&lines, sample), "{sample} is not in\n{}", lines.join("\n"));
    }
    // Of the ways in which a check can end, one is true.
    for check in ["operator-runs", "crds", "vmsingle-answers", "vmsingle-fresh"] {
        let outcomes = lines
            .iter()
            .filter(|line| line.starts_with(&format!("signoff_check_outcome{{story=\"6-1-deploy\",check=\"{check}\"")));
        let values: Vec<_> = outcomes.map(|line| line.split(' ').nth(1).unwrap()).collect();
        assert_eq!((values.len(), values.iter().filter(|value| **value == "1").count()), (6, 1), "{check}");
    }
}

#[test]
fn the_revision_is_a_label_of_one_series() {
    let mut events = events();
    let What::Surroundings(surroundings) = &mut events[1].what else { panic!("no facts") };
    surroundings.facts.push(("revision".to_owned(), "main@sha1:\"x\"\\".to_owned()));
    let lines = lines(&events);
    let told: Vec<_> = lines.iter().filter(|line| line.contains("revision=")).collect();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains(r#"revision="main@sha1:\"x\"\\""#), "{}", told[0]);
}

#[test]
fn a_partial_run_tells_of_its_checks_and_not_of_the_story() {
    let mut events = events();
    let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
    card.checks[1].1 = crate::plan::Selection::LeftOut("filtered out".to_owned());
    let lines = lines(&events);
    assert!(lines.iter().all(|line| line.starts_with("signoff_check_")), "{lines:?}");
    assert!(lines.iter().all(|line| !line.contains(r#"check="crds""#)));
    assert!(lines.iter().any(|line| line.contains(r#"check="operator-runs""#)));
}

#[test]
fn a_margin_is_a_share_of_the_limit_and_negative_beyond_it() {
    let margin = |value: f64, limit| margin(&Measurement::new("x", value, Unit::Seconds).limit(limit));
    assert_eq!(margin(1.5, Limit::Below(2.0)), Some(0.25));
    assert_eq!(margin(3.0, Limit::AtMost(2.0)), Some(-0.5));
    assert_eq!(margin(5.0, Limit::AtLeast(4.0)), Some(0.25));
    assert_eq!(margin(3.0, Limit::AtLeast(4.0)), Some(-0.25));
    assert_eq!(margin(4.0, Limit::AtLeast(4.0)), None, "4 of 4 pods is no shrinking margin");
    assert_eq!(margin(0.0, Limit::AtMost(0.0)), None, "no restart of none allowed");
    assert_eq!(margin(f64::NAN, Limit::AtMost(2.0)), None);
    assert_eq!(super::margin(&Measurement::new("x", 1.0, Unit::Count)), None);
}

#[test]
fn a_value_that_is_no_number_is_no_sample() {
    let mut samples = Samples { text: String::new(), at: 7 };
    samples.add("a", &[("b", "")], f64::INFINITY);
    samples.add("a", &[("b", "")], f64::NAN);
    samples.add("a", &[("b", "")], 1.5);
    assert_eq!(samples.text, "a{} 1.5 7\n");
}
