//! How a pass speaks in findings: objects, limits, kinds of errors.

use std::collections::BTreeMap;

use super::{Bound, PassJudge};
use crate::check::finding::Finding;
use crate::load::Answer;

impl PassJudge<'_> {
    pub(super) fn finding(&self, code: &str, expected: impl Into<String>, actual: impl Into<String>) -> Finding {
        Finding::new(code, expected, actual).on(self.object())
    }

    pub(super) fn object(&self) -> String {
        format!("{} queries of {}", self.pass.temperature.name(), self.spec.endpoint)
    }

    pub(super) fn limit(&self) -> String {
        match self.spec.limit.bound {
            Bound::Below(limit) => format!("below {limit}"),
            Bound::AtMost(limit) => format!("at most {limit}"),
        }
    }

    pub(super) fn count(&self, is: impl Fn(&Answer) -> bool) -> usize {
        self.pass.samples.iter().filter(|sample| is(&sample.answer)).count()
    }

    pub(super) fn errors(&self) -> usize {
        self.count(Answer::is_error)
    }

    pub(super) fn errors_finding(&self, errors: usize) -> Finding {
        let actual = format!("{errors} of {} were errors: {}", self.pass.samples.len(), self.error_kinds());
        self.finding("latency/errors", "requests are answered with a result", actual)
            .hint("an error counts as slow, however fast it came")
    }

    pub(super) fn empty_finding(&self, actual: String) -> Finding {
        self.finding("latency/empty-results", "every query of the mix has a result", actual)
            .hint("an empty result proves no latency: correct the query, or ask for series that exist")
    }

    /// `12 x status 503, 1 x no answer in time`, the commonest first.
    pub(super) fn error_kinds(&self) -> String {
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        for sample in self.pass.samples.iter().filter(|sample| sample.answer.is_error()) {
            *kinds.entry(sample.answer.label()).or_default() += 1;
        }
        let mut kinds: Vec<(String, usize)> = kinds.into_iter().collect();
        kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown: Vec<String> = kinds.iter().take(3).map(|(label, count)| format!("{count} x {label}")).collect();
        shown.join(", ")
    }
}
