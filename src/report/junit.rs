//! JUnit XML in the dialect that most readers take: one testsuite per criterion, in the suite's order.
//!
//! A check is a testcase of every criterion that it proves, a bullet without a check is one, too, and what a filter left out is
//! skipped: nothing of the story is absent. Messages stand in the attribute and in the body, measured values in properties and
//! in the output, because each half is dropped by some reader (Jenkins, GitLab, dorny/test-reporter, Azure DevOps).

mod case;

use std::time::Duration;

use quick_junit::{Property, Report, TestSuite};

use crate::record::{CriterionRecord, Run};
use crate::report::exit;
use crate::report::line::one_line;

/// Renders the run. The text is valid against `tests/junit.xsd`.
pub fn junit(run: &Run) -> String {
    let mut report = Report::new(format!("{} {}", run.card.suite.story, run.card.suite.title));
    // quick-junit does not re-export the type of its timestamps; their text is enough.
    report.timestamp = run.started.to_string().parse().ok();
    report.set_time(duration(run.took_seconds));
    report.add_test_suites(moved(run));
    report.add_test_suites(run.tops().map(|top| suite(run, top)));
    // Every string went through `XmlString`, which leaves two characters that XML forbids; writing into memory does not fail.
    report.to_string().expect("a report in memory can be written").replace(['\u{fffe}', '\u{ffff}'], "")
}

fn suite(run: &Run, top: &CriterionRecord) -> TestSuite {
    let mut suite = TestSuite::new(format!("{} {}", top.criterion.id, one_line(&top.criterion.text)));
    suite.timestamp = run.started.to_string().parse().ok();
    suite.extra.insert("hostname".into(), run.card.host.as_str().into());
    suite.extra.insert("package".into(), case::package(run).into());
    suite.add_properties(properties(run));
    suite.add_property(Property::new("criterion.state", format!("{:?}", top.state)));
    for part in std::iter::once(top).chain(run.bullets(&top.criterion.id)) {
        suite.add_properties(trace(run, part));
    }
    let cases = case::cases(run, top);
    suite.set_time(cases.iter().filter_map(|case| case.time).sum());
    suite.add_test_cases(cases);
    suite
}

/// Where Flux moved meanwhile, an error of the run as a whole: a reader that counts testcases must not take it for green.
fn moved(run: &Run) -> Option<TestSuite> {
    let case = case::moved_case(run)?;
    let mut suite = TestSuite::new("run");
    suite.timestamp = run.started.to_string().parse().ok();
    suite.extra.insert("hostname".into(), run.card.host.as_str().into());
    suite.extra.insert("package".into(), case::package(run).into());
    suite.add_properties(properties(run));
    suite.set_time(Duration::ZERO);
    suite.add_test_case(case);
    Some(suite)
}

/// What proves a criterion or a bullet: its state, its checks, and the evidence of those.
fn trace(run: &Run, part: &CriterionRecord) -> [Property; 3] {
    let (id, checks) = (&part.criterion.id, &part.criterion.checks);
    let evidence: Vec<&str> = checks.iter().filter_map(|id| run.check(id)?.evidence.as_deref()).collect();
    [
        Property::new(format!("{id}.state"), format!("{:?}", part.state)),
        Property::new(format!("{id}.checks"), checks.join(",")),
        Property::new(format!("{id}.evidence"), evidence.join(",")),
    ]
}

/// What holds for the run as a whole; JUnit has no place for it but the suites.
fn properties(run: &Run) -> Vec<Property> {
    let suite = &run.card.suite;
    let fixed = [
        ("run", run.card.run.clone()),
        ("tool", run.card.tool.clone()),
        ("suite.file", suite.file.clone()),
        ("suite.digest", suite.digest.clone()),
        ("run.exit", format!("{}: {}", run.exit().code(), exit::words(run))),
        ("run.partial", run.is_partial().to_string()),
        ("run.keep_going", run.card.keep_going.to_string()),
    ];
    let variables = suite.variables.iter().map(|(name, value)| Property::new(format!("var.{name}"), value));
    let facts = run.provenance().map(|(name, value)| Property::new(name, value));
    fixed.into_iter().map(|(name, value)| Property::new(name, value)).chain(variables).chain(facts).collect()
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests;
