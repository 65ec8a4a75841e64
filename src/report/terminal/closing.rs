//! The end of a page: what is not green, once more and in full, and the summary.

use super::block::details;
use super::style::{Paint, Style};
use super::wrap::{TIE, hang};
use crate::record::{Exit, Run};
use crate::report::count::{self, Way};
use crate::report::{exit, remark, value};

/// Failures with all their findings, the state of every criterion, counts, the run's folder, and the exit in words.
pub fn closing(run: &Run, folder: &str, style: &Style) -> String {
    let mut out = String::new();
    let shown = |way| matches!(way, Way::Failed | Way::Errored | Way::Inconclusive);
    for check in run.checks.iter().filter(|check| shown(count::way(check))) {
        out.push('\n');
        out.push_str(&details(run, check, style));
    }
    out.push_str(&criteria(run, style));
    out.push_str(&summary(run, style));
    for remark in remark::remarks(run) {
        out.push_str(&hang("", 0, &remark, style.width));
    }
    out.push_str(&hang("", 0, &format!("{folder}: summary.md, junit.xml, events.jsonl, evidence/"), style.width));
    let code = run.exit();
    let paint = match code {
        Exit::Proven if count::unproven(run).next().is_none() && !run.is_partial() => Paint::Good,
        Exit::Failed => Paint::Bad,
        _ => Paint::Warn,
    };
    out.push_str(
        &style.lines(paint, &hang("", 0, &format!("exit {}: {}", code.code(), exit::words(run)), style.width)),
    );
    out
}

/// `AC1 proven, AC2 failed, ...`.
fn criteria(run: &Run, style: &Style) -> String {
    let width = run.tops().map(|top| top.criterion.id.len()).max().unwrap_or(0);
    let lines = run.tops().map(|top| format!("{:width$} {}\n", top.criterion.id, style.state(top.state)));
    std::iter::once("\n".to_owned()).chain(lines).collect()
}

/// `3 failed, 12 passed, 9 unproven in 42.1 s`. Wrapped before it is painted: colours have no width.
fn summary(run: &Run, style: &Style) -> String {
    let counts = count::counts(run);
    let words: Vec<String> = counts.iter().map(|(_, text)| text.replace(' ', &TIE.to_string())).collect();
    let took = value::seconds(run.took_seconds).replace(' ', &TIE.to_string());
    let mut out = hang("", 0, &format!("{} in{TIE}{took}", words.join(", ")), style.width);
    for (way, text) in &counts {
        let paint = match way {
            Some(Way::Failed) => Paint::Bad,
            Some(Way::Passed) => Paint::Good,
            Some(Way::Errored | Way::Inconclusive) | None => Paint::Warn,
            Some(Way::Blocked | Way::Skipped | Way::LeftOut) => Paint::Dim,
        };
        out = out.replacen(text.as_str(), &style.paint(paint, text), 1);
    }
    format!("\n{out}")
}
