//! A run as Markdown, made to be pasted into a story's completion notes: the verdict, a table of the criteria with what was
//! measured and where the evidence lies, everything that is not green, and where it comes from.
//!
//! It is GitHub's dialect, which GitLab reads, too. Links lead to the files beside it. Whatever a suite or a cluster says is
//! escaped, so that no text of theirs becomes a table's border, a tag or a picture.

mod cell;
mod problems;
mod provenance;
mod table;
#[cfg(test)]
mod tests;

use cell::plain;

use super::count::{self, Way};
use super::{exit, remark, value};
use crate::record::{CheckRecord, Run, State};

/// Renders the run.
pub fn markdown(run: &Run) -> String {
    let parts = [head(run), table::table(run), problems::problems(run), unproven(run), provenance::provenance(run)];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

/// The verdict in one line, and what must be known to read it rightly.
fn head(run: &Run) -> String {
    let counts: Vec<String> = count::counts(run).into_iter().map(|(_, text)| text).collect();
    let mut out = format!("# {}\n\n", plain(&run.card.suite.title));
    out += &format!(
        "**{}** (exit {}): {} in {}.\n",
        plain(&exit::words(run)),
        run.exit().code(),
        counts.join(", "),
        value::seconds(run.took_seconds)
    );
    for remark in remark::remarks(run) {
        out += &format!("\n> {}\n", plain(&remark));
    }
    out
}

/// Every bullet that is unproven, by name.
fn unproven(run: &Run) -> String {
    let lines: Vec<String> = count::unproven(run)
        .map(|record| {
            let (id, text) = (plain(&record.criterion.id), plain(&record.criterion.text));
            format!("- **{id}** {text}: {}\n", plain(&count::why_unproven(record)))
        })
        .collect();
    if lines.is_empty() { String::new() } else { format!("## Unproven\n\n{}", lines.concat()) }
}

/// A state with its mark.
fn state(state: State) -> &'static str {
    match state {
        State::Proven => "\u{2705} proven",
        State::Failed => "\u{274c} failed",
        State::Inconclusive => "\u{26a0}\u{fe0f} inconclusive",
        State::Blocked => "\u{23f8}\u{fe0f} blocked",
        State::Unproven => "\u{2753} unproven",
        State::NotRun => "\u{2796} not run",
    }
}

/// A check's way with its mark.
fn way(check: &CheckRecord) -> &'static str {
    match count::way(check) {
        Way::Passed => "\u{2705} passed",
        Way::Failed => "\u{274c} failed",
        Way::Errored => "\u{26a0}\u{fe0f} errored",
        Way::Inconclusive => "\u{26a0}\u{fe0f} inconclusive",
        Way::Blocked => "\u{23f8}\u{fe0f} blocked",
        Way::Skipped => "\u{2796} skipped",
        Way::LeftOut => "\u{2796} left out",
    }
}
