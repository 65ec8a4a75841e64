//! The journal's file: appended line by line, and read again even when its last line is torn.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use crate::event::Event;

/// An open journal. Every event is one line and one write, so that a killed process leaves at most one torn line.
pub struct Journal {
    file: File,
}

impl Journal {
    /// Creates the file; it must not exist.
    pub fn create(path: &Path) -> io::Result<Self> {
        Ok(Self { file: OpenOptions::new().append(true).create_new(true).open(path)? })
    }

    /// Appends one event.
    pub fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// What could be read of a journal.
#[derive(Debug)]
pub struct Read {
    /// The events, in the order in which they were written.
    pub events: Vec<Event>,
    /// How the file ends.
    pub tail: Tail,
}

/// How a journal's file ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// With a whole line.
    Whole,
    /// In the middle of a line: the writer was killed while it wrote.
    Torn,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file could not be opened or read.
    #[error("could not read the journal {path}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line in the middle is not an event.
    #[error("{path}:{line} is not an event")]
    Line {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads a journal. Only the last line may be torn; anything else that is no event is an error.
pub fn read(path: &Path) -> Result<Read, ReadError> {
    let bytes = std::fs::read(path).map_err(|source| ReadError::Io { path: path.display().to_string(), source })?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    let mut events = Vec::new();
    for (index, line) in bytes[..whole].split(|byte| *byte == b'\n').enumerate() {
        if line.is_empty() {
            continue;
        }
        let event = serde_json::from_slice(line).map_err(|source| ReadError::Line {
            path: path.display().to_string(),
            line: index + 1,
            source,
        })?;
        events.push(event);
    }
    // A line that lacks only its newline is whole all the same.
    let mut tail = Tail::Whole;
    if whole < bytes.len() {
        match serde_json::from_slice(&bytes[whole..]) {
            Ok(event) => events.push(event),
            Err(_) => tail = Tail::Torn,
        }
    }
    Ok(Read { events, tail })
}
