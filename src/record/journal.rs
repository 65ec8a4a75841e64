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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::sample::{JOURNAL, events};

    fn saved(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn what_was_appended_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        let mut journal = Journal::create(&path).unwrap();
        events().iter().for_each(|event| journal.append(event).unwrap());
        let read = read(&path).unwrap();
        assert_eq!((read.events, read.tail), (events(), Tail::Whole));
        assert!(Journal::create(&path).is_err(), "a journal is never written over");
    }

    #[test]
    fn a_torn_last_line_is_left_aside_and_said_wherever_it_is_torn() {
        let last = JOURNAL.trim_end().rfind('\n').unwrap() + 1;
        for cut in last + 1..JOURNAL.len() - 2 {
            let (_folder, path) = saved(&JOURNAL[..cut]);
            let read = read(&path).unwrap();
            assert_eq!((read.events.len(), read.tail), (13, Tail::Torn), "{cut}");
        }
    }

    #[test]
    fn a_last_line_that_lacks_only_its_newline_counts() {
        let (_folder, path) = saved(JOURNAL.trim_end());
        let read = read(&path).unwrap();
        assert_eq!((read.events.len(), read.tail), (14, Tail::Whole));
    }

    #[test]
    fn a_broken_line_in_the_middle_is_an_error_with_its_number() {
        let (_folder, path) = saved(&JOURNAL.replacen("\"check_started\"", "\"chk\"", 1));
        assert!(read(&path).unwrap_err().to_string().ends_with("events.jsonl:3 is not an event"));
    }
}
