//! Saves what a look saw, and gives back what the saved text says: the judge never sees anything else.

use std::io;
use std::path::PathBuf;

use crate::check::evidence::Evidence;
use crate::record::{Folder, write_whole};
use crate::run::redact::redact;

/// Where evidence goes: one file per check, which always holds its last look.
#[derive(Clone, Debug)]
pub struct Shelf(PathBuf);

impl Shelf {
    /// The evidence of a run.
    pub fn new(folder: &Folder) -> Self {
        Self(folder.path().to_owned())
    }

    /// Redacts and saves it, whole or not at all, and reads the saved text back.
    pub fn keep(&self, evidence: &Evidence) -> io::Result<Evidence> {
        let mut value = serde_json::to_value(evidence)?;
        // The fields around it are ours; a check may well be called `token`.
        value["seen"].as_object_mut().into_iter().flat_map(|seen| seen.values_mut()).for_each(redact);
        let text = serde_json::to_string_pretty(&value)?;
        write_whole(&self.0.join(Folder::evidence(&evidence.check)), text.as_bytes())?;
        Ok(serde_json::from_str(&text)?)
    }
}
