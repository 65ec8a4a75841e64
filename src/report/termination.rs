//! A run in the few lines that a Pod can leave behind: its termination message, as `kubectl describe pod` shows it.

use super::count::{self, Way, counts, why_unproven};
use super::line::{one_line, shorten};
use super::{exit, remark};
use crate::event::UnprovenPolicy;
use crate::record::{CheckRecord, CriterionRecord, End, Run, State};

/// Bytes that the kubelet keeps of a container's termination message (Kubernetes' documentation, "Determine the Reason for Pod
/// Failure"). Of a longer one it keeps the end, so that the verdict would be the first to go.
pub const LIMIT: usize = 4096;
/// The longest line; one criterion does not take the room of twenty others.
const LINE: usize = 400;
/// Room for the line that says how many are left out.
const MORE: usize = 64;

/// The verdict, then what else is to be said, then one line for each criterion that is not green, the worst first.
/// In at most [`LIMIT`] bytes; what finds no room is counted.
pub fn message(run: &Run, notes: &[String]) -> String {
    let mut lines = vec![head(run), totals(run)];
    if run.end == End::CutShort {
        lines.push("not finished: the run was killed, or is still going on".to_owned());
    }
    lines.extend(run.card.keep_going.then(remark::kept_going));
    lines.extend(remark::moves(run));
    lines.extend(notes.iter().cloned());
    lines.extend(red(run));
    fitted(&lines)
}

/// What is said where there was no run to speak of: the reason of an exit code that came before the first look.
pub fn without_run(exit: crate::record::Exit, why: &str) -> String {
    let why = why.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned);
    fitted(&std::iter::once(format!("exit {}: {exit}", exit.code())).chain(why).collect::<Vec<_>>())
}

fn head(run: &Run) -> String {
    format!("exit {}: {}", run.exit().code(), exit::words(run))
}

fn totals(run: &Run) -> String {
    let counts: Vec<String> = counts(run).into_iter().map(|(_, text)| text).collect();
    format!("{}, run {}: {}", run.card.suite.story, run.card.run, counts.join(", "))
}

/// One line for each criterion or bullet that is not green of its own, the worst first. A check that makes several of them red
/// is told once; the others refer to it.
fn red(run: &Run) -> Vec<String> {
    let mut records: Vec<&CriterionRecord> = run.criteria.iter().filter(|record| is_red(run, record.state)).collect();
    records.sort_by_key(|record| record.state);
    let mut told: Vec<(&str, &str)> = Vec::new();
    let mut lines = Vec::new();
    for record in records {
        let id = record.criterion.id.as_str();
        let what = match culprit(run, record) {
            Some(check) => match told.iter().find(|(known, _)| *known == check.card.id) {
                Some((_, first)) => format!("{}, see {first}", check.card.id),
                None => {
                    told.push((&check.card.id, id));
                    format!("{}: {}", check.card.id, check.outcome.summary())
                }
            },
            // Its bullets speak for it.
            None if run.bullets(id).next().is_some() => continue,
            None => why_unproven(record),
        };
        lines.push(format!("{id} {}: {what}", word(record.state)));
    }
    lines
}

fn is_red(run: &Run, state: State) -> bool {
    match state {
        State::Failed | State::Inconclusive | State::Blocked => true,
        State::Unproven => run.card.unproven == UnprovenPolicy::Refused,
        State::NotRun | State::Proven => false,
    }
}

/// The first check of its own that gives a criterion its state.
fn culprit<'a>(run: &'a Run, record: &CriterionRecord) -> Option<&'a CheckRecord> {
    let gives = |check: &&CheckRecord| match count::way(check) {
        Way::Failed => record.state == State::Failed,
        Way::Errored | Way::Inconclusive => record.state == State::Inconclusive,
        Way::Blocked => record.state == State::Blocked,
        Way::Skipped => record.state == State::Unproven,
        Way::Passed | Way::LeftOut => false,
    };
    record.criterion.checks.iter().filter_map(|id| run.check(id)).find(gives)
}

fn word(state: State) -> &'static str {
    match state {
        State::Failed => "failed",
        State::Inconclusive => "inconclusive",
        State::Blocked => "blocked",
        State::Unproven => "unproven",
        State::NotRun => "not run",
        State::Proven => "proven",
    }
}

/// As many lines as there is room for, each cut to its own; the rest is counted.
fn fitted(lines: &[String]) -> String {
    let mut text = String::new();
    for (index, line) in lines.iter().enumerate() {
        let line = shorten(&one_line(line), LINE);
        let last = index + 1 == lines.len();
        let reserve = if last { 0 } else { MORE };
        if text.len() + line.len() + 1 + reserve > LIMIT {
            text.push_str(&format!("and {} more\n", lines.len() - index));
            break;
        }
        text.push_str(&line);
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests;
