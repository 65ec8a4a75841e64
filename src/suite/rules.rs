//! What must hold between the parts of a suite. Every rule reports all that breaks it.

mod criteria;
mod needs;

use super::at::At;
use super::problem::{Problem, Problems};
use super::source::Mark;
use super::written::{CheckEntry, SuiteFile};
use crate::units::Duration;

/// How long a run may take where the suite does not say.
pub const DEADLINE: Duration = Duration::seconds(15 * 60);
/// How long a check may take to become true where it does not say.
pub const WITHIN: Duration = Duration::seconds(30);

/// Applies every rule. What a broken entry might have held is not held against the others.
pub fn apply(file: &SuiteFile, problems: &Problems) {
    readable(&file.story, "the story's key", problems);
    readable(&file.title, "the title", problems);
    deadline(file, problems);
    criteria::apply(file, problems);
    for check in &file.checks.value.items {
        alone(check, file, problems);
    }
    unique(file.checks.value.items.iter().map(|check| &check.id), "check", problems);
    if file.checks.value.broken == 0 {
        needs::apply(&file.checks.value.items, problems);
        if file.checks.value.items.is_empty() {
            problems.add(
                Problem::at(file.checks.mark, "the suite has no checks")
                    .note("a suite that proves nothing is refused: add at least one check under `checks:`"),
            );
        }
    }
}

fn deadline(file: &SuiteFile, problems: &Problems) {
    if let Some(deadline) = file.deadline.value().filter(|deadline| deadline.value.0.is_zero()) {
        problems
            .add(Problem::at(deadline.mark, "a deadline of zero").note("give the whole run some time, such as 15m"));
    }
}

/// What can be said of a check without looking at the others.
fn alone(check: &CheckEntry, file: &SuiteFile, problems: &Problems) {
    id(&check.id, problems);
    readable(&check.sentence, "the sentence", problems);
    if let Some(hint) = check.hint.value() {
        readable(hint, "the hint", problems);
    }
    if check.criteria.value.is_empty() {
        problems.add(
            Problem::at(check.criteria.mark, format!("check `{}` proves no criterion", check.id.value))
                .note("name at least one criterion or bullet: `criteria: [AC1.3]`"),
        );
    }
    twice(&check.criteria.value, "criterion", problems);
    twice(&check.needs, "needed check", problems);
    let Some(within) = check.within.value() else { return };
    let deadline = file.deadline.value().map_or(DEADLINE, |deadline| deadline.value);
    if within.value.0.is_zero() {
        problems.add(
            Problem::at(within.mark, format!("check `{}` has no time to become true", check.id.value))
                .note("give it more than zero, such as 30s; leave `within` out for 30s"),
        );
    } else if within.value > deadline && !deadline.0.is_zero() {
        problems.add(
            Problem::at(within.mark, format!("`within` is longer than the whole run may take ({deadline})"))
                .note("shorten it, or raise the suite's `deadline`"),
        );
    }
}

/// A text that reports show: something, and nothing that a terminal or an XML file could not show.
fn readable(text: &At<String>, what: &str, problems: &Problems) {
    if text.value.trim().is_empty() {
        problems.add(Problem::at(text.mark, format!("{what} is empty")).note("reports show it: write it out"));
    } else if let Some(odd) = text.value.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        problems.add(
            Problem::at(text.mark, format!("{what} has the control character U+{:04X}", u32::from(odd)))
                .note("reports and terminals cannot show it: remove it"),
        );
    }
}

fn id(id: &At<String>, problems: &Problems) {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let advice = "ids become names of trials and files: letters, digits, `.`, `_` and `-` are allowed";
    if id.value.is_empty() {
        problems.add(Problem::at(id.mark, "an empty id").note(advice));
    } else if let Some(odd) = id.value.chars().find(|c| !allowed(*c)) {
        let message = format!("id `{}` has the character {odd:?}", id.value);
        problems.add(Problem::at(id.mark, message).note(advice));
    } else if !id.value.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        let message = format!("id `{}` begins with no letter or digit", id.value);
        problems
            .add(Problem::at(id.mark, message).note("ids become names of files: begin it with a letter or a digit"));
    }
}

/// Ids of one sort must differ.
fn unique<'a>(ids: impl Iterator<Item = &'a At<String>>, what: &str, problems: &Problems) {
    let mut seen: Vec<(&str, Mark)> = Vec::new();
    for id in ids {
        match seen.iter().find(|(other, _)| *other == id.value) {
            Some((_, first)) => problems.add(
                Problem::at(id.mark, format!("duplicate {what} `{}`", id.value))
                    .label(format!("first on line {}", first.line))
                    .note(format!("the id of a {what} is unique in its suite: rename one of them")),
            ),
            None => seen.push((&id.value, id.mark)),
        }
    }
}

/// Names in one list must differ.
fn twice(names: &[At<String>], what: &str, problems: &Problems) {
    for (index, name) in names.iter().enumerate() {
        if names[..index].iter().any(|earlier| earlier.value == name.value) {
            problems.add(
                Problem::at(name.mark, format!("{what} `{}` is named twice", name.value))
                    .note("once is enough: remove one"),
            );
        }
    }
}
