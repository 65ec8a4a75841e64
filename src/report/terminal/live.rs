//! What is shown while a run goes on: one line per check that ended, or one line that is drawn again and again.

use super::style::Style;
use crate::record::{CheckRecord, Fold, Run};
use crate::report::count::{Way, way};
use crate::report::value;
use jiff::Timestamp;

/// The line of a check that ended: mark, how many have ended, name, time, and the reason when it is not green.
pub fn ended(run: &Run, check: &CheckRecord, (done, all): (usize, usize), style: &Style) -> String {
    let digits = all.to_string().len();
    let reason = if way(check) == Way::Passed { String::new() } else { format!(": {}", check.outcome.summary()) };
    let name = check.card.trial();
    let took = if check.attempts > 0 { format!(" ({})", value::seconds(check.took_seconds)) } else { String::new() };
    let at = if matches!(way(check), Way::Failed | Way::Errored | Way::Inconclusive) {
        format!(" {}:{}", run.card.suite.file, check.card.line)
    } else {
        String::new()
    };
    format!("{} [{done:digits$}/{all}] {name}{took}{reason}{at}", style.mark(way(check)))
}

const SPINNER: [&str; 10] = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPINNER_ASCII: [&str; 4] = ["|", "/", "-", "\\"];

/// The line of a run that goes on: how many checks ended, the elapsed time, and of the check that runs longest its name and what
/// its latest look gave. It is never longer than the terminal is wide.
pub fn progress(fold: &Fold, now: Timestamp, frame: usize, style: &Style) -> String {
    let frames: &[&str] = if style.unicode { &SPINNER } else { &SPINNER_ASCII };
    let spinner = frames[frame % frames.len()];
    let (done, all) = fold.progress();
    let elapsed = value::seconds(now.duration_since(fold.started()).as_secs_f64().max(0.0).round());
    let mut running: Vec<_> = fold.running().collect();
    running.sort_by_key(|(_, started, _)| *started);
    let what = match running.split_first() {
        None => String::new(),
        Some(((name, _, latest), others)) => {
            let reason = latest.map(|latest| format!(": {}", latest.summary())).unwrap_or_default();
            let more = if others.is_empty() { String::new() } else { format!(" (+{})", others.len()) };
            format!("  {name}{more}{reason}")
        }
    };
    let line = format!("{spinner} {done}/{all} checks, {elapsed}{what}");
    let width = style.width.saturating_sub(1);
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(width).collect()
}
