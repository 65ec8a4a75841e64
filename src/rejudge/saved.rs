//! What a run's folder holds for judging it again.

use std::collections::HashMap;
use std::path::Path;

use crate::check::evidence::Evidence;
use crate::event::{Event, LookResult, What};
use crate::record::{Folder, NotAJournal, Run, SUITE};
use crate::suite::{self, Suite};

/// A run, what it asked, and what each of its looks gave.
pub struct Saved {
    /// The run.
    pub run: Run,
    /// The suite that it judged; why there is none otherwise.
    pub asked: Result<Suite, Unusable>,
    /// The looks of each check in their order: how long each took in seconds, and what judging it gave.
    pub looks: HashMap<String, Vec<(f64, LookResult)>>,
}

/// Why the suite of a run is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// An earlier version did not keep it.
    #[error("the run's folder holds no {SUITE}: a version that did not keep it made the run")]
    Absent,
    /// Its digest is another than the journal's.
    #[error("the run's {SUITE} is not what the run judged: its digest is another")]
    Changed,
}

impl Saved {
    /// Adds the events of a journal up; `text` is the suite that lies beside it.
    ///
    /// # Errors
    /// The events are no journal's.
    pub fn new(events: &[Event], text: Option<&str>) -> Result<Self, NotAJournal> {
        let run = crate::record::Fold::all(events)?;
        let mut looks: HashMap<String, Vec<(f64, LookResult)>> = HashMap::new();
        for event in events {
            if let What::Looked { check, took_seconds, result, .. } = &event.what {
                looks.entry(check.clone()).or_default().push((*took_seconds, result.clone()));
            }
        }
        let asked = match text {
            None => Err(Unusable::Absent),
            Some(text) => asked(&run, text).ok_or(Unusable::Changed),
        };
        Ok(Self { run, asked, looks })
    }

    /// The variables that the run was given and that `text` declares, with `over` put over them: a default that was changed in
    /// the file counts, a value that was given for the run does, too.
    pub fn variables(&self, text: &str, over: &[(String, String)]) -> Vec<(String, String)> {
        let (suite, declared) = (&self.run.card.suite, suite::declared(text));
        let given = suite.variables.iter().filter(|(name, _)| suite.given.contains(name) && declared.contains(name));
        given.chain(over).cloned().collect()
    }
}

/// The suite that a run judged, if `text` is its text.
fn asked(run: &Run, text: &str) -> Option<Suite> {
    let id = &run.card.suite;
    let suite = suite::parse(&id.file, text.as_bytes(), &given(run)).ok()?;
    (suite.id.digest == id.digest).then_some(suite)
}

/// The variables that were given for a run.
fn given(run: &Run) -> Vec<(String, String)> {
    let suite = &run.card.suite;
    suite.variables.iter().filter(|(name, _)| suite.given.contains(name)).cloned().collect()
}

/// Reads the last evidence of a check below a run's folder.
pub fn evidence(folder: &Path, check: &str) -> Result<Evidence, String> {
    let path = folder.join(Folder::evidence(check));
    let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_slice(&text).map_err(|error| format!("{} is no evidence: {error}", path.display()))
}
