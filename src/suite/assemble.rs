//! From a file without problems to a suite.

use std::fmt::Write;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::at::At;
use super::card::{CheckCard, Criterion, SuiteId, Unproven};
use super::rules::{DEADLINE, WITHIN};
use super::source::Source;
use super::variables::Variables;
use super::written::{CheckEntry, ManualEntry, SuiteFile};
use super::{Check, Suite};

/// The suite that a file describes; `bytes` are the file's, for the digest.
pub fn suite(file: SuiteFile, variables: &Variables, bytes: &[u8], source: &Source) -> Suite {
    let effective = variables.effective();
    let deadline = file.deadline.into_value().map_or(DEADLINE, |deadline| deadline.value).0;
    let checks: Vec<Check> = file.checks.value.items.into_iter().map(|entry| check(entry, deadline)).collect();
    let mut criteria = Vec::new();
    for entry in file.criteria.value.items {
        let parent = entry.id.value.clone();
        criteria.push(criterion(
            entry.id,
            entry.text,
            None,
            unproven(entry.unproven.into_value(), entry.manual.into_value()),
            &checks,
        ));
        for bullet in entry.bullets.items {
            let why = unproven(bullet.unproven.into_value(), bullet.manual.into_value());
            criteria.push(criterion(bullet.id, bullet.text, Some(parent.clone()), why, &checks));
        }
    }
    let id = SuiteId {
        file: source.name.clone(),
        story: file.story.value,
        title: file.title.value,
        digest: digest(bytes, &effective),
        variables: effective,
        given: variables.given(),
    };
    let warnings = variables.unused().iter().map(|problem| problem.render(source, "warning")).collect();
    Suite { id, text: String::from_utf8_lossy(bytes).into_owned(), deadline, criteria, checks, warnings }
}

fn check(entry: CheckEntry, deadline: Duration) -> Check {
    // A default that is longer than a short run is not the author's mistake.
    let within = entry.within.into_value().map_or(WITHIN.0.min(deadline), |within| within.value.0);
    let card = CheckCard {
        sentence: entry.sentence.value,
        criteria: values(entry.criteria.value),
        kind: entry.expect.kind().to_owned(),
        needs: values(entry.needs),
        hint: entry.hint.into_value().map(|hint| hint.value),
        line: entry.id.mark.line as u64,
        id: entry.id.value,
    };
    Check { card, expectation: entry.expect, within }
}

fn values(marked: Vec<At<String>>) -> Vec<String> {
    marked.into_iter().map(|at| at.value).collect()
}

fn criterion(
    id: At<String>,
    text: At<String>,
    parent: Option<String>,
    unproven: Option<Unproven>,
    checks: &[Check],
) -> Criterion {
    let proving = checks.iter().filter(|check| check.card.criteria.contains(&id.value));
    Criterion {
        checks: proving.map(|check| check.card.id.clone()).collect(),
        line: id.mark.line as u64,
        id: id.value,
        text: text.value,
        parent,
        unproven,
    }
}

fn unproven(reason: Option<At<String>>, manual: Option<At<ManualEntry>>) -> Option<Unproven> {
    let manual =
        manual.map(|manual| Unproven::Manual { owner: manual.value.owner.value, reason: manual.value.reason.value });
    manual.or_else(|| reason.map(|reason| Unproven::Open { reason: reason.value }))
}

/// Lengths stand before the parts, so that no two different suites are the same bytes.
fn digest(bytes: &[u8], variables: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    let parts = variables.iter().flat_map(|(name, value)| [name.as_bytes(), value.as_bytes()]);
    for part in std::iter::once(bytes).chain(parts) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
