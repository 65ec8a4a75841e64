//! Everything that is not green, with what was expected, what was there, and what to do.

use super::cell::plain;
use super::way;
use crate::event::Outcome;
use crate::record::{CheckRecord, Run};
use crate::report::count::{self, Way};
use crate::report::finding;

/// Findings of one check that are listed; the evidence holds all.
const LISTED: usize = 20;

/// The checks that failed, erred or could not be judged; nothing where there are none.
pub fn problems(run: &Run) -> String {
    let shown = |check: &&CheckRecord| matches!(count::way(check), Way::Failed | Way::Errored | Way::Inconclusive);
    let problems: String = run.checks.iter().filter(shown).map(|check| problem(run, check)).collect();
    if problems.is_empty() { problems } else { format!("## Findings\n\n{problems}") }
}

fn problem(run: &Run, check: &CheckRecord) -> String {
    let (card, file) = (&check.card, &run.card.suite.file);
    let place = format!("{}:{}", file, card.line);
    let (trial, sentence) = (plain(&card.trial()), plain(&card.sentence));
    let mut out = format!("- {}: **{trial}** {sentence} ({})\n", way(check), plain(&place));
    let mut add = |line: String| out.push_str(&format!("  - {line}\n"));
    match &check.outcome {
        Outcome::Judged(verdict) => {
            let findings = verdict.findings();
            for found in findings.iter().take(LISTED) {
                let parts = finding::parts(found).into_iter().map(|(label, text)| format!("{label}: {}", plain(text)));
                add(format!("**{}** {}", plain(&found.code), parts.collect::<Vec<_>>().join("<br>")));
            }
            if findings.len() > LISTED {
                add(format!("and {} more, in the evidence", findings.len() - LISTED));
            }
        }
        other => add(plain(&other.summary())),
    }
    if let Some(hint) = &card.hint {
        add(format!("hint: {}", plain(hint)));
    }
    out
}
