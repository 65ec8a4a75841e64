//! A journal with less in it: the same run for every reader, told shorter.

use std::collections::HashMap;

use crate::check::finding::{Finding, Findings};
use crate::check::verdict::{Decision, Verdict};
use crate::event::{Event, LookResult, Outcome, What};
use crate::report::line::shorten;

/// How much of every verdict stays.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Findings of one verdict; at least one.
    pub findings: usize,
    /// Bytes of one text.
    pub text: usize,
}

/// The events without the looks before each check's last one: they add up to the same run.
pub fn without_early_looks(events: &[Event]) -> Vec<Event> {
    let mut last: HashMap<&str, usize> = HashMap::new();
    for (index, event) in events.iter().enumerate() {
        if let What::Looked { check, .. } = &event.what {
            last.insert(check, index);
        }
    }
    let stays = |(index, event): &(usize, &Event)| match &event.what {
        What::Looked { check, .. } => last.get(check.as_str()) == Some(index),
        _ => true,
    };
    events.iter().enumerate().filter(stays).map(|(_, event)| event.clone()).collect()
}

/// The events without the names of evidence: it is not published, and a link to it would lead nowhere.
pub fn without_evidence(mut events: Vec<Event>) -> Vec<Event> {
    for event in &mut events {
        if let What::CheckEnded { evidence, .. } = &mut event.what {
            *evidence = None;
        }
    }
    events
}

/// The events with every verdict cut to a measure. No check loses its outcome or its first finding.
pub fn slim(events: &[Event], measure: Measure) -> Vec<Event> {
    let mut events = events.to_vec();
    for event in &mut events {
        match &mut event.what {
            What::Looked { result: LookResult::Judged(verdict), .. }
            | What::CheckEnded { outcome: Outcome::Judged(verdict), .. } => cut(verdict, measure),
            What::Looked { result: LookResult::Errored(error), .. }
            | What::CheckEnded { outcome: Outcome::Errored { error }, .. } => *error = shorten(error, measure.text),
            _ => {}
        }
    }
    events
}

fn cut(verdict: &mut Verdict, measure: Measure) {
    match &mut verdict.decision {
        Decision::Pass(examined) => {
            examined.names.truncate(measure.findings);
            examined.names.iter_mut().for_each(|name| *name = shorten(name, measure.text));
        }
        Decision::Fail(findings) | Decision::Inconclusive(findings) => *findings = fewer(findings, measure),
    }
}

fn fewer(findings: &Findings, measure: Measure) -> Findings {
    let mut kept: Vec<Finding> = findings.iter().take(measure.findings.max(1)).cloned().collect();
    for finding in &mut kept {
        let parts =
            [Some(&mut finding.expected), Some(&mut finding.actual), finding.object.as_mut(), finding.hint.as_mut()];
        parts.into_iter().flatten().for_each(|text| *text = shorten(text, measure.text));
    }
    let all = findings.as_slice().len();
    if all > kept.len() {
        let actual = format!("{} are shown; the journal where it ran had the others", kept.len());
        kept.push(Finding::new("report/cut", format!("{all} findings"), actual));
    }
    Findings::try_from(kept).expect("at least one finding was kept")
}
