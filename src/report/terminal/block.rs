//! The head of a page, and one criterion with its bullets and checks.

use super::style::{Paint, Style};
use super::wrap::{TIE, count, hang};
use crate::check::verdict::{Decision, Verdict};
use crate::event::Outcome;
use crate::record::{CheckRecord, CriterionRecord, Run, State};
use crate::report::{count, finding, value};

/// The story, and where and by what it is judged.
pub fn head(run: &Run, style: &Style) -> String {
    let suite = &run.card.suite;
    let mut facts = vec![format!("run {}", run.card.run), run.card.tool.clone(), suite.file.clone()];
    facts.extend(run.surroundings.iter().map(|(name, value)| format!("{name} {value}")));
    let title = hang("", 0, &suite.title, style.width);
    let facts = hang("", 0, &facts.join(", "), style.width);
    format!("{}{}", style.lines(Paint::Strong, &title), style.lines(Paint::Dim, &facts))
}

/// One criterion: its heading, its bullets, and every check with what it saw.
pub fn block(run: &Run, top: &CriterionRecord, style: &Style) -> String {
    let heading = hang("", 0, &format!("{} {}", top.criterion.id, top.criterion.text), style.width);
    let longest = heading.lines().map(count).max().unwrap_or(0);
    let mut out = format!("\n{}{}\n", style.lines(Paint::Strong, &heading), style.rule().repeat(longest));
    let bullets: Vec<_> = run.bullets(&top.criterion.id).collect();
    out.push_str(&checks(run, top, style, ""));
    if bullets.is_empty() && top.criterion.checks.is_empty() {
        out.push_str(&bare(top, style, ""));
    }
    for bullet in bullets {
        out.push_str(&hang("", 0, &format!("{} {}", bullet.criterion.id, bullet.criterion.text), style.width));
        match bullet.criterion.checks.is_empty() {
            true => out.push_str(&bare(bullet, style, "  ")),
            false => out.push_str(&checks(run, bullet, style, "  ")),
        }
    }
    out
}

fn bare(record: &CriterionRecord, style: &Style, indent: &str) -> String {
    match record.state {
        State::NotRun => hang(&format!("{indent}- "), indent.len() + 2, "left out by the filter", style.width),
        _ => {
            let text = format!("unproven: {}", count::why_unproven(record));
            hang(&format!("{indent}{} ", style.unproven()), indent.len() + 2, &text, style.width)
        }
    }
}

fn checks(run: &Run, part: &CriterionRecord, style: &Style, indent: &str) -> String {
    let checks = part.criterion.checks.iter().filter_map(|id| run.check(id));
    checks.map(|check| line(run, part, check, style, indent)).collect()
}

/// The criterion under which a check is shown in full: the first that it proves.
fn home<'a>(run: &'a Run, check: &CheckRecord) -> Option<&'a CriterionRecord> {
    run.criteria.iter().find(|record| record.criterion.checks.contains(&check.card.id))
}

/// A check's sentence with its mark and time, and below it what there is to say; the second time only where to look.
fn line(run: &Run, part: &CriterionRecord, check: &CheckRecord, style: &Style, indent: &str) -> String {
    let columns = indent.len() + 2;
    let mark = format!("{indent}{} ", style.mark(count::way(check)));
    let elsewhere = home(run, check).filter(|home| home.criterion.id != part.criterion.id);
    if let Some(home) = elsewhere {
        let text = format!("{} (see{TIE}{})", check.card.sentence, home.criterion.id);
        return hang(&mark, columns, &text, style.width);
    }
    let took = value::seconds(check.took_seconds).replace(' ', &TIE.to_string());
    let took = if check.attempts > 0 { format!(" ({took})") } else { String::new() };
    let mut out = hang(&mark, columns, &format!("{}{took}", check.card.sentence), style.width);
    let below = " ".repeat(columns + 2);
    for text in remarks(run, check) {
        out.push_str(&style.lines(Paint::Dim, &hang(&below, columns + 2, &text, style.width)));
    }
    out
}

/// Measured values on a page; the JUnit has all of them.
const VALUES: usize = 6;

/// The measured values that were held against a limit, then others as long as there is room.
fn values(verdict: &Verdict) -> Option<String> {
    let (held, free): (Vec<_>, Vec<_>) = verdict.measured.iter().partition(|measured| measured.limit.is_some());
    let shown = held.into_iter().chain(free).take(VALUES).map(value::measurement);
    let more = verdict.measured.len().saturating_sub(VALUES);
    let more = (more > 0).then(|| format!("{more} more in junit.xml"));
    let all: Vec<String> = shown.chain(more).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What was examined and measured for a pass; the reason in one line for anything else.
fn remarks(run: &Run, check: &CheckRecord) -> Vec<String> {
    match &check.outcome {
        Outcome::Judged(verdict) => {
            let first = match &verdict.decision {
                Decision::Pass(examined) => value::examined(examined),
                Decision::Fail(_) | Decision::Inconclusive(_) => check.outcome.summary(),
            };
            std::iter::once(first).chain(values(verdict)).collect()
        }
        Outcome::Blocked { by } => {
            let sentence =
                |id: &String| run.check(id).map_or(String::new(), |root| format!(": {}", root.card.sentence));
            let roots: Vec<String> = by.iter().map(|id| format!("{id}{}", sentence(id))).collect();
            vec![format!("blocked by {}", roots.join("; "))]
        }
        Outcome::Errored { .. } | Outcome::Skipped { .. } => vec![check.outcome.summary()],
    }
}

/// A check that is not green, with everything that was found.
pub(super) fn details(run: &Run, check: &CheckRecord, style: &Style) -> String {
    let mut out = hang(&format!("{} ", style.mark(count::way(check))), 2, &check.card.sentence, style.width);
    let place = format!("{}  {}:{}", check.card.trial(), run.card.suite.file, check.card.line);
    out.push_str(&style.lines(Paint::Dim, &hang("  ", 2, &place, style.width)));
    match &check.outcome {
        Outcome::Judged(verdict) => {
            for found in verdict.findings() {
                out.push_str(&hang("  ", 2, &found.code, style.width));
                for (label, text) in finding::parts(found) {
                    out.push_str(&hang(&format!("    {:10}", format!("{label}:")), 14, text, style.width));
                }
            }
        }
        other => out.push_str(&hang("  ", 2, &other.summary(), style.width)),
    }
    let looks = if check.attempts == 1 { "look" } else { "looks" };
    let tried = format!("{} {looks} in {}", check.attempts, value::seconds(check.took_seconds));
    let rest = [("hint", check.card.hint.as_ref()), ("evidence", check.evidence.as_ref()), ("tried", Some(&tried))];
    for (label, text) in rest.into_iter().filter_map(|(label, text)| Some((label, text?))) {
        out.push_str(&hang(&format!("  {:12}", format!("{label}:")), 14, text, style.width));
    }
    out
}
