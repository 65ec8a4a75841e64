//! How a check ended, beside how it must end when a permission is missing.

use signoff::check::access::Access;
use signoff::check::verdict::Decision;
use signoff::connect::Via;
use signoff::event::Outcome;
use signoff::plan::Plan;
use signoff::record::Run;

/// Whether a check passed, or is inconclusive and names a rule that `missing` would have covered; the error says what else.
pub fn compare(plan: &Plan, via: Via, run: &Run, check: &str, missing: Option<&Access>) -> Result<(), String> {
    let record = run.check(check).ok_or("is not in the run")?;
    let Some(missing) = missing else {
        return if record.is_green() { Ok(()) } else { Err(format!("is not green: {:?}", record.outcome)) };
    };
    let Outcome::Judged(verdict) = &record.outcome else {
        return Err(format!("was not judged: {:?}", record.outcome));
    };
    let Decision::Inconclusive(findings) = &verdict.decision else {
        return Err(format!("is not inconclusive: {:?}", verdict.decision));
    };
    let uses = plan.checks.iter().filter(|one| one.card.id == check).flat_map(|one| one.expectation.uses());
    let rules = uses.flat_map(|one| one.access(|_| via)).filter(|access| missing.covers(access));
    let rules: Vec<String> = rules.map(|rule| format!("permission to {}", Access { name: None, ..rule })).collect();
    let names = |expected: &str| rules.iter().any(|rule| expected.starts_with(rule.as_str()));
    let named = findings.iter().any(|finding| finding.code == "access/denied" && names(&finding.expected));
    if named { Ok(()) } else { Err(format!("does not name the rule: {findings:?}")) }
}
