//! What goes into the ConfigMap: as much of a report as one object of the API can hold.

use serde_json::Value;

use super::slim::{Measure, slim, without_early_looks, without_evidence};
use crate::event::Event;
use crate::record::{Fold, NotAJournal};
use crate::report::{junit, markdown, termination};
use crate::run::redact;

/// Name of the summary for people, Markdown as in the run's folder.
pub const SUMMARY: &str = "summary.md";
/// Name of the JUnit.
pub const JUNIT: &str = "junit.xml";
/// Name of the journal.
pub const JOURNAL: &str = "events.jsonl";

/// Bytes of data. The API server takes 1 MiB in a ConfigMap (Kubernetes' documentation, "ConfigMaps"), and etcd 1.5 MiB in a
/// request, in which JSON needs more bytes than the text that it quotes.
pub const LIMIT: usize = 900_000;
const ESCAPED_LIMIT: usize = 1_300_000;

/// From everything to the least, what is kept of each verdict.
const MEASURES: [Measure; 5] = [
    Measure { findings: usize::MAX, text: usize::MAX },
    Measure { findings: 50, text: 2000 },
    Measure { findings: 10, text: 1000 },
    Measure { findings: 3, text: 500 },
    Measure { findings: 1, text: 200 },
];

/// A report as files.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// Name and text of each file.
    pub files: Vec<(&'static str, String)>,
    /// What was left out so that it fits, in words.
    pub cut: Option<String>,
}

/// The fullest report that fits: verdicts are cut before a file is, and no failure is left out while there is a JUnit.
pub fn parcel(events: &[Event]) -> Result<Parcel, NotAJournal> {
    let events = without_secrets(without_evidence(without_early_looks(events)));
    for (step, measure) in MEASURES.into_iter().enumerate() {
        let parcel = Parcel { files: files(&slim(&events, measure))?, cut: (step > 0).then(|| words(measure)) };
        if parcel.fits() {
            return Ok(parcel);
        }
    }
    let least = files(&slim(&events, MEASURES[MEASURES.len() - 1]))?;
    let words = words(MEASURES[MEASURES.len() - 1]);
    let without_journal = least.into_iter().filter(|(name, _)| *name != JOURNAL).collect();
    let parcel = Parcel { files: without_journal, cut: Some(format!("the journal; {words}")) };
    if parcel.fits() {
        return Ok(parcel);
    }
    let summary = quoted(&termination::message(&Fold::all(&events)?, &[]));
    Ok(Parcel { files: vec![(SUMMARY, summary)], cut: Some("everything but the first red criteria".to_owned()) })
}

impl Parcel {
    fn fits(&self) -> bool {
        let escaped = |text: &str| Value::String(text.to_owned()).to_string().len();
        let bytes: usize = self.files.iter().map(|(_, text)| text.len()).sum();
        bytes <= LIMIT && self.files.iter().map(|(_, text)| escaped(text)).sum::<usize>() <= ESCAPED_LIMIT
    }
}

/// Every file of a report, all from the same events.
fn files(events: &[Event]) -> Result<Vec<(&'static str, String)>, NotAJournal> {
    let run = Fold::all(events)?;
    let journal: String = events.iter().map(|event| line(event) + "\n").collect();
    Ok(vec![(SUMMARY, markdown::markdown(&run)), (JUNIT, junit::junit(&run)), (JOURNAL, journal)])
}

/// Lines as Markdown shows them unchanged, whatever they say.
fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// Events were redacted when they were made; more people can read a ConfigMap than a Pod's files, so all of it is once more.
fn without_secrets(events: Vec<Event>) -> Vec<Event> {
    let redacted = |event: Event| {
        let mut value = serde_json::to_value(&event).ok()?;
        redact(&mut value);
        serde_json::from_value(value).ok()
    };
    events.into_iter().filter_map(redacted).collect()
}

fn line(event: &Event) -> String {
    serde_json::to_string(event).expect("an event is JSON")
}

fn words(measure: Measure) -> String {
    format!("all but the first {} findings of each check, and texts beyond {} bytes", measure.findings, measure.text)
}
