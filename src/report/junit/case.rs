//! One testcase: a check under a criterion, or a bullet that no check proves.

use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus};

use super::duration;
use crate::check::measurement::{Limit, Measurement};
use crate::check::verdict::{Decision, Verdict};
use crate::event::{Outcome, UnprovenPolicy};
use crate::record::{CheckRecord, CriterionRecord, Run, State};
use crate::report::line::one_line;
use crate::report::{count, finding, remark, value};

/// The testcases of a criterion: its own checks, then bullet after bullet; a check that proves two of its bullets comes once.
pub fn cases(run: &Run, top: &CriterionRecord) -> Vec<TestCase> {
    let mut seen: Vec<&str> = Vec::new();
    let mut cases = Vec::new();
    let bullets: Vec<_> = run.bullets(&top.criterion.id).collect();
    for part in std::iter::once(top).chain(bullets.iter().copied()) {
        let fresh = part.criterion.checks.iter().filter_map(|id| run.check(id));
        for check in fresh {
            if !seen.contains(&check.card.id.as_str()) {
                seen.push(&check.card.id);
                cases.push(check_case(run, top, part, check));
            }
        }
        let is_heading = part.criterion.id == top.criterion.id && !bullets.is_empty();
        if part.criterion.checks.is_empty() && !is_heading {
            cases.push(bare_case(run, top, part));
        }
    }
    cases
}

/// The package of all testcases: the story's key without dots, which readers would take for levels.
pub fn package(run: &Run) -> String {
    run.card.suite.story.replace('.', "_")
}

fn new_case(run: &Run, top: &CriterionRecord, name: String, line: u64, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("{}.{}", package(run), top.criterion.id.replace('.', "_")));
    case.extra.insert("file".into(), run.card.suite.file.as_str().into());
    case.extra.insert("line".into(), line.to_string().into());
    case
}

/// That the run speaks of no one revision, where it does not.
pub fn moved_case(run: &Run) -> Option<TestCase> {
    let moves = remark::moves(run);
    let first = moves.first()?;
    let status = told(TestCaseStatus::non_success(NonSuccessKind::Error), "moved", first, &moves);
    let mut case = TestCase::new("run::one-revision", status);
    case.set_classname(format!("{}.run", package(run)));
    case.extra.insert("file".into(), run.card.suite.file.as_str().into());
    case.extra.insert("line".into(), "1".into());
    case.set_time(duration(0.0));
    Some(case)
}

/// A criterion or bullet that no check proves.
fn bare_case(run: &Run, top: &CriterionRecord, part: &CriterionRecord) -> TestCase {
    let why = count::why_unproven(part);
    let (status, why) = match (part.state, run.card.unproven) {
        (State::NotRun, _) => (TestCaseStatus::skipped(), count::left_out(part)),
        (_, UnprovenPolicy::Allowed) => (TestCaseStatus::skipped(), format!("unproven, which this run allows: {why}")),
        (_, UnprovenPolicy::Refused) => {
            (TestCaseStatus::non_success(NonSuccessKind::Error), format!("unproven: {why}"))
        }
    };
    let name = format!("{}::unproven", part.criterion.id);
    let details = [one_line(&part.criterion.text), place(run, part.criterion.line)];
    let mut case = new_case(run, top, name, part.criterion.line, told(status, "unproven", &why, &details));
    case.set_time(duration(0.0));
    case.set_system_out(format!("{}\n", part.criterion.text));
    case
}

fn check_case(run: &Run, top: &CriterionRecord, part: &CriterionRecord, check: &CheckRecord) -> TestCase {
    let name = format!("{}::{}", part.criterion.id, check.card.id);
    let mut case = new_case(run, top, name, check.card.line, status(run, check));
    case.set_time(duration(check.took_seconds));
    case.timestamp = check.started.and_then(|started| started.to_string().parse().ok());
    case.add_properties(properties(check));
    case.set_system_out(output(check));
    case
}

fn status(run: &Run, check: &CheckRecord) -> TestCaseStatus {
    let mut details = Vec::new();
    let (status, ty) = match &check.outcome {
        Outcome::Judged(Verdict { decision, .. }) => {
            let findings = match decision {
                Decision::Pass(_) => return TestCaseStatus::success(),
                Decision::Fail(findings) | Decision::Inconclusive(findings) => findings,
            };
            details.extend(findings.iter().flat_map(finding::lines));
            let is_fail = matches!(decision, Decision::Fail(_));
            let kind = if is_fail { NonSuccessKind::Failure } else { NonSuccessKind::Error };
            let code = findings.iter().next().map_or("inconclusive", |first| first.code.as_str());
            (TestCaseStatus::non_success(kind), code)
        }
        Outcome::Errored { .. } => (TestCaseStatus::non_success(NonSuccessKind::Error), "errored"),
        Outcome::Blocked { .. } => (TestCaseStatus::skipped(), "blocked"),
        Outcome::Skipped { .. } => (TestCaseStatus::skipped(), "skipped"),
    };
    details.extend(check.card.hint.as_ref().map(|hint| format!("hint: {hint}")));
    details.push(place(run, check.card.line));
    told(status, ty, &check.outcome.summary(), &details)
}

/// Puts the message into the attribute and, with the details, into the body.
fn told(mut status: TestCaseStatus, ty: &str, message: &str, details: &[String]) -> TestCaseStatus {
    let message = one_line(message);
    status.set_description(format!("{message}\n\n{}\n", details.join("\n")));
    status.set_message(message);
    status.set_type(ty);
    status
}

fn place(run: &Run, line: u64) -> String {
    format!("{}:{line}", run.card.suite.file)
}

fn verdict(check: &CheckRecord) -> Option<&Verdict> {
    match &check.outcome {
        Outcome::Judged(verdict) => Some(verdict),
        Outcome::Errored { .. } | Outcome::Blocked { .. } | Outcome::Skipped { .. } => None,
    }
}

fn measured(check: &CheckRecord) -> &[Measurement] {
    verdict(check).map_or(&[], |verdict| &verdict.measured)
}

fn properties(check: &CheckRecord) -> Vec<Property> {
    let card = &check.card;
    let mut properties = vec![
        Property::new("kind", &card.kind),
        Property::new("sentence", one_line(&card.sentence)),
        Property::new("criteria", card.criteria.join(",")),
        Property::new("attempts", check.attempts.to_string()),
    ];
    for measured in measured(check) {
        let name = format!("{}{}", measured.name, value::suffix(measured.unit));
        properties.push(Property::new(format!("metric.{name}"), measured.value.to_string()));
        if let Some(Limit::AtMost(limit) | Limit::AtLeast(limit) | Limit::Below(limit)) = measured.limit {
            properties.push(Property::new(format!("threshold.{name}"), limit.to_string()));
        }
    }
    let judged = check.objects.iter().map(|object| format!("{}: {}", object.object, object.parts().join("; ")));
    properties.extend(judged.map(|object| Property::new("judged", object)));
    properties.extend(check.evidence.as_ref().map(|file| Property::new("attachment", file)));
    properties
}

/// What a person reads: the sentence, what was examined, the measured values, and where the evidence lies.
fn output(check: &CheckRecord) -> String {
    let mut lines = vec![check.card.sentence.clone()];
    if let Some(Decision::Pass(examined)) = verdict(check).map(|verdict| &verdict.decision) {
        lines.push(format!("examined {}", value::examined(examined)));
        lines.extend(examined.names.iter().map(|name| format!("  {name}")));
    }
    lines.extend(measured(check).iter().map(value::measurement));
    lines.extend(check.evidence.as_ref().map(|file| format!("[[ATTACHMENT|{file}]]")));
    lines.join("\n") + "\n"
}
