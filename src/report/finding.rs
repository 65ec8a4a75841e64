//! The parts of a finding, labelled: the same in every report.

use crate::check::finding::Finding;

/// Label and text of each part that a finding has, behind its code.
pub fn parts(finding: &Finding) -> Vec<(&'static str, &str)> {
    let object = finding.object.as_deref().map(|object| ("object", object));
    let hint = finding.hint.as_deref().map(|hint| ("hint", hint));
    let always = [("expected", finding.expected.as_str()), ("actual", finding.actual.as_str())];
    object.into_iter().chain(always).chain(hint).collect()
}

/// A finding as plain lines: its code, then its parts, indented.
pub fn lines(finding: &Finding) -> Vec<String> {
    let parts = parts(finding).into_iter().map(|(label, text)| format!("  {:10}{text}", format!("{label}:")));
    std::iter::once(finding.code.clone()).chain(parts).collect()
}
