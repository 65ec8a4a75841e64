//! The head of a page, and one criterion with its bullets and checks.

use super::style::{Paint, Style};
use super::wrap::{TIE, count, hang, listed};
use crate::check::verdict::Decision;
use crate::event::Outcome;
use crate::record::{CheckRecord, CriterionRecord, Run, State};
use crate::report::{count, finding, value};

/// Measured values that a check shows here.
const MEASURED_SHOWN: usize = 4;

/// The story, and where and by what it is judged.
pub fn head(run: &Run, style: &Style) -> String {
    let suite = &run.card.suite;
    let own = vec![format!("run {}", run.card.run), run.card.tool.clone(), suite.file.clone()];
    // A cluster has a few sources and many objects that are made from them: those are in the summary.
    let sources = run.revisions.iter().filter(|one| one.object.contains("Repository "));
    let sources = sources.map(|one| format!("{} {}", one.object, one.revision));
    let around = run.surroundings.iter().map(|(name, value)| format!("{name} {value}")).chain(sources).collect();
    let title = hang("", 0, &suite.title, style.width);
    style.lines(Paint::Strong, &title) + &facts(own, style) + &facts(around, style)
}

/// Facts on lines of their own; each stays in one piece.
fn facts(facts: Vec<String>, style: &Style) -> String {
    if facts.is_empty() {
        return String::new();
    }
    style.lines(Paint::Dim, &hang("", 0, &listed(&facts, style.width), style.width))
}

/// A criterion's words; further lines hang under the first.
fn words(record: &CriterionRecord, style: &Style) -> String {
    let id = format!("{} ", record.criterion.id);
    hang(&id, count(&id), &record.criterion.text, style.width)
}

/// One criterion: its heading, its bullets, and every check with what it saw.
pub fn block(run: &Run, top: &CriterionRecord, style: &Style) -> String {
    let heading = words(top, style);
    let longest = heading.lines().map(count).max().unwrap_or(0);
    let mut out = format!("\n{}{}\n", style.lines(Paint::Strong, &heading), style.rule().repeat(longest));
    let bullets: Vec<_> = run.bullets(&top.criterion.id).collect();
    out.push_str(&checks(run, top, style, ""));
    if bullets.is_empty() && top.criterion.checks.is_empty() {
        out.push_str(&bare(top, style, ""));
    }
    for bullet in bullets {
        out.push_str(&words(bullet, style));
        match bullet.criterion.checks.is_empty() {
            true => out.push_str(&bare(bullet, style, "  ")),
            false => out.push_str(&checks(run, bullet, style, "  ")),
        }
    }
    out
}

fn bare(record: &CriterionRecord, style: &Style, indent: &str) -> String {
    match record.state {
        State::NotRun => hang(&format!("{indent}- "), indent.len() + 2, &count::left_out(record), style.width),
        _ => {
            let text = format!("unproven: {}", count::why_unproven(record));
            hang(&format!("{indent}{} ", style.unproven()), indent.len() + 2, &text, style.width)
        }
    }
}

fn checks(run: &Run, part: &CriterionRecord, style: &Style, indent: &str) -> String {
    let all = part.criterion.checks.iter().filter_map(|id| run.check(id));
    all.map(|check| match check.card.criteria.first() {
        // A check that proves several bullets is told in full once.
        Some(first) if *first != part.criterion.id => sentence(check, style, indent, Some(first)),
        _ => line(run, check, style, indent),
    })
    .collect()
}

/// A check's sentence with its mark and time, and where it is told in full when that is elsewhere.
fn sentence(check: &CheckRecord, style: &Style, indent: &str, told_at: Option<&String>) -> String {
    let took = (check.attempts > 0).then(|| value::seconds(check.took_seconds).replace(' ', &TIE.to_string()));
    let see = told_at.map(|id| format!("see{TIE}{id}"));
    let remarks: Vec<String> = [took, see].into_iter().flatten().collect();
    let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join("; ")) };
    let mark = format!("{indent}{} ", style.mark(count::way(check)));
    hang(&mark, indent.len() + 2, &format!("{}{remarks}", check.card.sentence), style.width)
}

/// A check's sentence, and below it what there is to say.
fn line(run: &Run, check: &CheckRecord, style: &Style, indent: &str) -> String {
    let columns = indent.len() + 2;
    let mut out = sentence(check, style, indent, None);
    let below = " ".repeat(columns + 2);
    for text in remarks(run, check, style.width.saturating_sub(columns + 2)) {
        out.push_str(&style.lines(Paint::Dim, &hang(&below, columns + 2, &text, style.width)));
    }
    out
}

/// What was examined and measured for a pass; the reason in one line for anything else.
fn remarks(run: &Run, check: &CheckRecord, width: usize) -> Vec<String> {
    let (first, measured) = match &check.outcome {
        Outcome::Judged(verdict) => {
            // What was held against a limit decides; the rest is in JUnit and in the evidence.
            let decisive = verdict.measured.iter().filter(|measured| measured.limit.is_some());
            let measured: Vec<String> = decisive.take(MEASURED_SHOWN).map(value::measurement).collect();
            match &verdict.decision {
                Decision::Pass(examined) => (value::examined(examined), measured),
                Decision::Fail(_) | Decision::Inconclusive(_) => (check.outcome.summary(), measured),
            }
        }
        Outcome::Blocked { by } => {
            let sentence =
                |id: &String| run.check(id).map_or(String::new(), |root| format!(": {}", root.card.sentence));
            let roots: Vec<String> = by.iter().map(|id| format!("{id}{}", sentence(id))).collect();
            (format!("blocked by {}", roots.join("; ")), Vec::new())
        }
        Outcome::Errored { .. } | Outcome::Skipped { .. } => (check.outcome.summary(), Vec::new()),
    };
    std::iter::once(first).chain((!measured.is_empty()).then(|| listed(&measured, width))).collect()
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
