//! Adds events up to a run.

use std::collections::HashMap;

use jiff::Timestamp;

use super::criteria;
use super::moves::Readings;
use super::state::{CheckRecord, End, Run};
use crate::check::identity::Identity;
use crate::event::{Event, LookResult, Outcome, RunCard, What};
use crate::plan::Selection;

/// A run in the making. Events that name an unknown check are left aside: a journal of a newer version stays readable.
#[derive(Clone, Debug)]
pub struct Fold {
    card: RunCard,
    started: Timestamp,
    last: Timestamp,
    surroundings: Vec<(String, String)>,
    readings: Readings,
    checks: HashMap<String, Progress>,
    end: End,
}

/// How far one check has come.
#[derive(Clone, Debug, Default)]
struct Progress {
    started: Option<Timestamp>,
    /// Which reading of Flux it is judged at.
    reading: Option<usize>,
    attempts: u32,
    latest: Option<LookResult>,
    objects: Vec<Identity>,
    ended: Option<Ended>,
}

#[derive(Clone, Debug)]
struct Ended {
    outcome: Outcome,
    took_seconds: f64,
    evidence: Option<String>,
}

/// The events do not begin with the start of a run.
#[derive(Debug, thiserror::Error)]
#[error("the first event is not the start of a run")]
pub struct NotAJournal;

impl Fold {
    /// Begins with the first event of a journal, which must be [`What::RunStarted`].
    pub fn begin(first: &Event) -> Result<Self, NotAJournal> {
        let What::RunStarted(card) = &first.what else { return Err(NotAJournal) };
        let checks = card.checks.iter().map(|(check, _)| (check.id.clone(), Progress::default())).collect();
        Ok(Self {
            card: (**card).clone(),
            started: first.at,
            last: first.at,
            surroundings: Vec::new(),
            readings: Readings::default(),
            checks,
            end: End::CutShort,
        })
    }

    /// Folds a whole journal.
    pub fn all(events: &[Event]) -> Result<Run, NotAJournal> {
        let (first, rest) = events.split_first().ok_or(NotAJournal)?;
        let mut fold = Self::begin(first)?;
        rest.iter().for_each(|event| fold.add(event));
        Ok(fold.run())
    }

    /// Adds the next event.
    pub fn add(&mut self, event: &Event) {
        self.last = self.last.max(event.at);
        match &event.what {
            What::RunStarted(_) => {}
            What::Surroundings(surroundings) => {
                self.surroundings.extend(surroundings.facts.iter().cloned());
                self.readings.begin(&surroundings.revisions);
            }
            What::Reread(reading) => self.readings.add(reading),
            What::Swept(swept) => {
                let facts = swept.lines().map(|(name, value)| (name.to_owned(), value.clone()));
                self.surroundings.extend(facts);
            }
            What::CheckStarted { check } => {
                let now = self.readings.now();
                self.with(check, |progress| (progress.started, progress.reading) = (Some(event.at), Some(now)));
            }
            What::Looked { check, attempt, result, .. } => self.with(check, |progress| {
                progress.attempts = *attempt;
                progress.latest = Some(result.clone());
            }),
            What::Identified { check, objects } => self.with(check, |progress| progress.objects.clone_from(objects)),
            What::CheckEnded { check, outcome, took_seconds, evidence } => {
                // A gate stands for what was read when it passed.
                let is_gate = self.card.checks.iter().any(|(card, _)| card.id == *check && card.is_gate());
                let now = self.readings.now();
                self.with(check, |progress| {
                    progress.reading = progress.reading.map(|began| if is_gate { now } else { began });
                    let (outcome, evidence) = (outcome.clone(), evidence.clone());
                    progress.ended = Some(Ended { outcome, took_seconds: *took_seconds, evidence });
                });
            }
            What::RunEnded { reason } => self.end = End::Ended(*reason),
        }
    }

    fn with(&mut self, check: &str, change: impl FnOnce(&mut Progress)) {
        if let Some(progress) = self.checks.get_mut(check) {
            change(progress);
        }
    }

    /// What is known before the first look.
    pub fn card(&self) -> &RunCard {
        &self.card
    }

    /// Whether a check has ended; one that was left out has.
    pub fn has_ended(&self, check: &str) -> bool {
        let left_out = self.card.checks.iter().any(|(card, selection)| card.id == check && !selection.runs());
        left_out || self.checks.get(check).is_some_and(|progress| progress.ended.is_some())
    }

    /// When the run began.
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// How many of the checks that are to run have ended, and how many there are.
    pub fn progress(&self) -> (usize, usize) {
        let to_run = self.card.checks.iter().filter(|(_, selection)| selection.runs());
        let all = to_run.clone().count();
        (to_run.filter(|(card, _)| self.has_ended(&card.id)).count(), all)
    }

    /// The checks that are being looked at, each with the time of its start and what the latest look gave.
    pub fn running(&self) -> impl Iterator<Item = (&str, Timestamp, Option<&LookResult>)> {
        self.card.checks.iter().filter_map(|(card, _)| {
            let progress = self.checks.get(&card.id).filter(|progress| progress.ended.is_none())?;
            Some((card.id.as_str(), progress.started?, progress.latest.as_ref()))
        })
    }

    /// The run so far. Checks without an end are errors that say how far they came.
    pub fn run(&self) -> Run {
        let checks: Vec<CheckRecord> = self
            .card
            .checks
            .iter()
            .map(|(card, selection)| {
                let progress = self.checks.get(&card.id).cloned().unwrap_or_default();
                let ended = progress.ended.clone().unwrap_or_else(|| self.unended(selection, &progress));
                CheckRecord {
                    card: card.clone(),
                    selection: selection.clone(),
                    outcome: ended.outcome,
                    started: progress.started,
                    took_seconds: ended.took_seconds,
                    attempts: progress.attempts,
                    evidence: ended.evidence,
                    objects: progress.objects,
                }
            })
            .collect();
        Run {
            criteria: criteria::states(&self.card, &checks),
            card: self.card.clone(),
            started: self.started,
            took_seconds: seconds(self.started, self.last),
            surroundings: self.surroundings.clone(),
            revisions: self.readings.last(),
            moves: self.readings.moves(&self.began()),
            checks,
            end: self.end,
        }
    }

    /// The checks that were looked at, each with the reading that it is judged at.
    fn began(&self) -> Vec<(&str, usize)> {
        let checks = self.card.checks.iter().filter_map(|(card, _)| {
            let progress = self.checks.get(&card.id)?;
            // One that still waits for Flux has said nothing yet.
            let speaks = !card.is_gate() || progress.ended.is_some();
            Some((card.id.as_str(), progress.reading.filter(|_| speaks)?))
        });
        checks.collect()
    }

    /// Whether anything is known of Flux, or of a checkout.
    pub fn knows_revisions(&self) -> bool {
        !self.readings.last().is_empty()
    }

    fn unended(&self, selection: &Selection, progress: &Progress) -> Ended {
        let outcome = match (selection, progress.started) {
            (Selection::LeftOut(reason), _) => Outcome::Skipped { reason: reason.clone() },
            (_, None) => Outcome::Errored { error: "not finished: the run was cut short before its first look".into() },
            (_, Some(_)) => {
                Outcome::Errored { error: format!("not finished: the run was cut short {}", progress.far()) }
            }
        };
        let took_seconds = progress.started.map_or(0.0, |started| seconds(started, self.last));
        Ended { outcome, took_seconds, evidence: None }
    }
}

impl Progress {
    fn far(&self) -> String {
        match &self.latest {
            None => "during its first look".to_owned(),
            Some(latest) => format!("after look {}: {}", self.attempts, latest.summary()),
        }
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().max(0.0)
}

#[cfg(test)]
mod tests;
