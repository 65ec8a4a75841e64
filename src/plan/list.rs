//! A plan in words: the trials as `cargo test -- --list` prints them, the criteria with what proves each.

use std::fmt::Write;

use super::{Criterion, Plan, Unproven};

/// The trials that will run, one a line, then how many: the format of `cargo test -- --list`.
pub fn list(plan: &Plan) -> String {
    let mut out = String::new();
    let mut count = 0;
    for check in plan.running() {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}: test", check.card.trial());
        count += 1;
    }
    let plural = if count == 1 { "" } else { "s" };
    let _ = write!(out, "\n{count} test{plural}, 0 benchmarks\n");
    out
}

/// Every criterion and bullet with the checks that prove it, the unproven ones marked, and how many there are of each.
pub fn table(plan: &Plan) -> String {
    let mut out = String::new();
    let ids = plan.criteria.iter().map(|criterion| indent(criterion) + criterion.id.chars().count());
    let width = ids.max().unwrap_or_default();
    for criterion in &plan.criteria {
        if criterion.parent.is_none() && !out.is_empty() {
            out.push('\n');
        }
        let id = format!("{:indent$}{}", "", criterion.id, indent = indent(criterion));
        let _ = writeln!(out, "{id:width$}  {}", criterion.text);
        for line in proof(plan, criterion) {
            let _ = writeln!(out, "{:width$}    {line}", "");
        }
    }
    let _ = write!(out, "\n{}\n", summary(plan));
    out
}

fn indent(criterion: &Criterion) -> usize {
    if criterion.parent.is_some() { 2 } else { 0 }
}

/// What stands below a criterion: its checks, or that it is unproven. One with bullets stands or falls with them.
fn proof(plan: &Plan, criterion: &Criterion) -> Vec<String> {
    let checks = plan.checks.iter().filter(|check| criterion.checks.contains(&check.card.id));
    let mut lines: Vec<_> = checks
        .map(|check| match check.selection.runs() {
            true => format!("{} ({}): {}", check.card.id, check.card.kind, check.card.sentence),
            false => format!("{} ({}): {} (left out)", check.card.id, check.card.kind, check.card.sentence),
        })
        .collect();
    if lines.is_empty() && stands_alone(plan, criterion) {
        lines.push(match &criterion.unproven {
            None => "unproven: no check proves it".to_owned(),
            Some(Unproven::Open { reason }) => format!("unproven: {reason}"),
            Some(Unproven::Manual { owner, reason }) => format!("unproven: {owner} must attest it: {reason}"),
        });
    }
    lines
}

/// Whether a criterion must be proven by itself: it has no bullets, or says of itself that it is unproven.
fn stands_alone(plan: &Plan, criterion: &Criterion) -> bool {
    let has_bullets = plan.criteria.iter().any(|other| other.parent.as_ref() == Some(&criterion.id));
    !has_bullets || criterion.unproven.is_some()
}

fn summary(plan: &Plan) -> String {
    let demands: Vec<_> =
        plan.criteria.iter().filter(|one| stands_alone(plan, one) || !one.checks.is_empty()).collect();
    let unproven = demands.iter().filter(|criterion| criterion.checks.is_empty()).count();
    let (all, checks) = (demands.len(), plan.checks.len());
    format!("{all} criteria and bullets: {} with a check, {unproven} unproven; {checks} checks", all - unproven)
}
