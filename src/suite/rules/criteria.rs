//! Rules of criteria: ids, nesting, and that each is proven by a check or says why not.

use super::super::at::At;
use super::super::problem::{Problem, Problems};
use super::super::written::{CriterionEntry, ManualEntry, SuiteFile};
use super::{id, not_empty, unique};

/// What criteria and bullets have in common.
struct Entry<'a> {
    id: &'a At<String>,
    text: &'a At<String>,
    unproven: Option<&'a At<String>>,
    manual: Option<&'a At<ManualEntry>>,
}

/// Applies every rule of criteria, and that checks name only those there are.
pub fn apply(file: &SuiteFile, problems: &Problems) {
    let entries: Vec<Entry<'_>> = file.criteria.items.iter().flat_map(entries).collect();
    for entry in &entries {
        id(entry.id, problems);
        not_empty(entry.text, "the wording", problems);
        reasons(entry, problems);
        contradiction(entry, file, problems);
    }
    unique(entries.iter().map(|entry| entry.id), "criterion", problems);
    for criterion in &file.criteria.items {
        nesting(criterion, problems);
    }
    if is_complete(file) {
        known(file, &entries, problems);
        if file.checks.broken == 0 && !file.checks.items.is_empty() {
            file.criteria.items.iter().for_each(|criterion| proven(criterion, file, problems));
        }
        if entries.is_empty() {
            problems.add(
                Problem::at(file.title.mark, "the suite has no criteria")
                    .note("write the story's acceptance criteria under `criteria:`, each with `id` and `text`"),
            );
        }
    }
}

fn is_complete(file: &SuiteFile) -> bool {
    file.criteria.broken == 0 && file.criteria.items.iter().all(|criterion| criterion.bullets.broken == 0)
}

fn entries(criterion: &CriterionEntry) -> impl Iterator<Item = Entry<'_>> {
    let CriterionEntry { id, text, unproven, manual, bullets } = criterion;
    let first = Entry { id, text, unproven: unproven.as_ref(), manual: manual.as_ref() };
    std::iter::once(first).chain(bullets.items.iter().map(|bullet| Entry {
        id: &bullet.id,
        text: &bullet.text,
        unproven: bullet.unproven.as_ref(),
        manual: bullet.manual.as_ref(),
    }))
}

fn reasons(entry: &Entry<'_>, problems: &Problems) {
    if let Some(reason) = entry.unproven {
        not_empty(reason, "the reason", problems);
    }
    if let Some(manual) = entry.manual {
        not_empty(&manual.value.owner, "the owner", problems);
        not_empty(&manual.value.reason, "the reason", problems);
    }
    if let (Some(_), Some(manual)) = (entry.unproven, entry.manual) {
        problems.add(
            Problem::at(manual.mark, format!("criterion `{}` has both `unproven` and `manual`", entry.id.value))
                .note("keep `manual` if a person will attest it, `unproven` if a check is still to come"),
        );
    }
}

/// A check for what is said to be unproven.
fn contradiction(entry: &Entry<'_>, file: &SuiteFile, problems: &Problems) {
    let said = entry.unproven.map(|at| ("unproven", at.mark)).or(entry.manual.map(|at| ("manual", at.mark)));
    let Some((word, mark)) = said else { return };
    let id = &entry.id.value;
    let proving = file.checks.items.iter().find(|check| check.criteria.value.iter().any(|name| name.value == *id));
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
    for check in &file.checks.items {
        for name in &check.criteria.value {
            if entries.iter().any(|entry| entry.id.value == name.value) {
                continue;
            }
            let ids = || entries.iter().map(|entry| entry.id.value.as_str());
            problems.add(
                Problem::at(name.mark, format!("unknown criterion `{}`", name.value))
                    .near(&name.value, ids())
                    .note(format!("the suite has: {}", ids().collect::<Vec<_>>().join(", "))),
            );
        }
    }
}

/// A criterion of which nothing at all is proven must say so; a single bullet without a check is shown as unproven.
fn proven(criterion: &CriterionEntry, file: &SuiteFile, problems: &Problems) {
    let has_check = |id: &At<String>| {
        file.checks.items.iter().any(|check| check.criteria.value.iter().any(|name| name.value == id.value))
    };
    let says_why = |entry: &Entry<'_>| entry.unproven.is_some() || entry.manual.is_some();
    let bullets = &criterion.bullets.items;
    let all_bullets_say_why = !bullets.is_empty() && entries(criterion).skip(1).all(|bullet| says_why(&bullet));
    let own = entries(criterion).next().is_some_and(|own| says_why(&own));
    if own || all_bullets_say_why || entries(criterion).any(|entry| has_check(entry.id)) {
        return;
    }
    problems.add(
        Problem::at(criterion.id.mark, format!("criterion `{}` has no check", criterion.id.value))
            .note("add it, or one of its bullets, to the `criteria` of a check")
            .note("or say why not: `unproven: <reason>`, or `manual: {owner: ..., reason: ...}` if a person must attest it"),
    );
}
