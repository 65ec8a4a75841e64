//! Rules of criteria: ids, nesting, and that each is proven by a check or says why not.

use super::super::at::At;
use super::super::each::Soft;
use super::super::problem::{Problem, Problems};
use super::super::written::{CriterionEntry, ManualEntry, SuiteFile};
use super::{id, readable, unique};

/// What criteria and bullets have in common.
struct Entry<'a> {
    id: &'a At<String>,
    text: &'a At<String>,
    unproven: &'a Soft<At<String>>,
    manual: &'a Soft<At<ManualEntry>>,
}

impl Entry<'_> {
    fn says_why_unproven(&self) -> bool {
        self.unproven.is_written() || self.manual.is_written()
    }
}

/// Applies every rule of criteria, and that checks name only those there are.
pub fn apply(file: &SuiteFile, problems: &Problems) {
    let entries: Vec<Entry<'_>> = file.criteria.value.items.iter().flat_map(entries).collect();
    for entry in &entries {
        id(entry.id, problems);
        readable(entry.text, "the wording", problems);
        reasons(entry, problems);
        contradiction(entry, file, problems);
    }
    unique(entries.iter().map(|entry| entry.id), "criterion", problems);
    for criterion in &file.criteria.value.items {
        nesting(criterion, problems);
    }
    if is_complete(file) {
        if file.checks.value.broken == 0 && !file.checks.value.items.is_empty() {
            file.criteria.value.items.iter().for_each(|criterion| proven(criterion, file, problems));
        }
        if entries.is_empty() {
            problems.add(
                Problem::at(file.criteria.mark, "the suite has no criteria")
                    .note("write the story's acceptance criteria under `criteria:`, each with `id` and `text`"),
            );
        } else {
            known(file, &entries, problems);
        }
    }
}

fn is_complete(file: &SuiteFile) -> bool {
    file.criteria.value.broken == 0 && file.criteria.value.items.iter().all(|criterion| criterion.bullets.broken == 0)
}

fn entries(criterion: &CriterionEntry) -> impl Iterator<Item = Entry<'_>> {
    let CriterionEntry { id, text, unproven, manual, bullets } = criterion;
    let bullets = bullets.items.iter().map(|bullet| Entry {
        id: &bullet.id,
        text: &bullet.text,
        unproven: &bullet.unproven,
        manual: &bullet.manual,
    });
    std::iter::once(Entry { id, text, unproven, manual }).chain(bullets)
}

fn reasons(entry: &Entry<'_>, problems: &Problems) {
    if let Some(reason) = entry.unproven.value() {
        readable(reason, "the reason", problems);
    }
    let Some(manual) = entry.manual.value() else { return };
    readable(&manual.value.owner, "the owner", problems);
    readable(&manual.value.reason, "the reason", problems);
    if entry.unproven.is_written() {
        problems.add(
            Problem::at(manual.mark, format!("criterion `{}` has both `unproven` and `manual`", entry.id.value))
                .note("keep `manual` if a person will attest it, `unproven` if a check is still to come"),
        );
    }
}

/// A check for what is said to be unproven.
fn contradiction(entry: &Entry<'_>, file: &SuiteFile, problems: &Problems) {
    let unproven = entry.unproven.value().map(|at| ("unproven", at.mark));
    let said = unproven.or(entry.manual.value().map(|at| ("manual", at.mark)));
    let Some((word, mark)) = said else { return };
    let id = &entry.id.value;
    let proving =
        file.checks.value.items.iter().find(|check| check.criteria.value.iter().any(|name| name.value == *id));
    if let Some(check) = proving {
        let message = format!("criterion `{id}` says `{word}`, but check `{}` proves it", check.id.value);
        problems.add(
            Problem::at(mark, message).note(format!("remove `{word}`, or take `{id}` out of the check's criteria")),
        );
    }
}

fn nesting(criterion: &CriterionEntry, problems: &Problems) {
    let parent = &criterion.id.value;
    for bullet in &criterion.bullets.items {
        let below = bullet.id.value.strip_prefix(parent.as_str()).and_then(|rest| rest.strip_prefix('.'));
        if below.is_none_or(str::is_empty) {
            problems.add(
                Problem::at(
                    bullet.id.mark,
                    format!("bullet `{}` is not below its criterion `{parent}`", bullet.id.value),
                )
                .note(format!("the id of a bullet begins with its criterion's: `{parent}.1`")),
            );
        }
    }
}

fn known(file: &SuiteFile, entries: &[Entry<'_>], problems: &Problems) {
    for check in &file.checks.value.items {
        for name in &check.criteria.value {
            if entries.iter().any(|entry| entry.id.value == name.value) {
                continue;
            }
            let ids = || entries.iter().map(|entry| entry.id.value.as_str());
            // AC3 is no slip of the hand for AC1, but ac1 is one.
            let near = ids().filter(|id| digits(id).eq(digits(&name.value)));
            problems.add(
                Problem::at(name.mark, format!("unknown criterion `{}`", name.value))
                    .near(&name.value, near)
                    .note(format!("the suite has: {}", ids().collect::<Vec<_>>().join(", "))),
            );
        }
    }
}

fn digits(id: &str) -> impl Iterator<Item = char> {
    id.chars().filter(char::is_ascii_digit)
}

/// A criterion of which nothing at all is proven must say so; a single bullet without a check is shown as unproven.
fn proven(criterion: &CriterionEntry, file: &SuiteFile, problems: &Problems) {
    let has_check = |id: &At<String>| {
        file.checks.value.items.iter().any(|check| check.criteria.value.iter().any(|name| name.value == id.value))
    };
    let own_reason = entries(criterion).next().is_some_and(|own| own.says_why_unproven());
    let bullets_reasons =
        !criterion.bullets.items.is_empty() && entries(criterion).skip(1).all(|bullet| bullet.says_why_unproven());
    if own_reason || bullets_reasons || entries(criterion).any(|entry| has_check(entry.id)) {
        return;
    }
    problems.add(
        Problem::at(criterion.id.mark, format!("criterion `{}` has no check", criterion.id.value))
            .note("add it, or one of its bullets, to the `criteria` of a check")
            .note("or say why not: `unproven: <reason>`, or `manual: {owner: ..., reason: ...}` if a person must attest it"),
    );
}
