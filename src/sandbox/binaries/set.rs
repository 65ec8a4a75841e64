//! What was found: path, version and source of each program.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::Program;

/// Where a program came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The folder that was given.
    Folder,
    /// A folder of `PATH`.
    Path,
    /// `go install` of the pinned version.
    Go,
    /// A Debian package, unpacked privately.
    Debian {
        /// The suite it was taken from, e.g. `trixie`.
        suite: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder => f.write_str("given folder"),
            Self::Path => f.write_str("PATH"),
            Self::Go => f.write_str("go install"),
            Self::Debian { suite } => write!(f, "Debian {suite}"),
        }
    }
}

/// One program that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The executable.
    pub path: PathBuf,
    /// E.g. `v1.131.0`; `unknown` when neither the program nor its package tells.
    pub version: String,
    /// Where it came from.
    pub source: Source,
    /// Variables that it needs to start (the library path of an unpacked package).
    pub env: Vec<(String, String)>,
}

/// All programs.
#[derive(Debug, Clone, Default)]
pub struct Set {
    entries: BTreeMap<Program, Found>,
}

impl Set {
    /// Adds or replaces one program.
    pub fn insert(&mut self, program: Program, found: Found) {
        self.entries.insert(program, found);
    }

    /// The program, if this set holds it (one from [`super::find`] holds all).
    #[must_use]
    pub fn get(&self, program: Program) -> Option<&Found> {
        self.entries.get(&program)
    }

    /// Its executable; the bare file name (looked up in `PATH`) if the set lacks it.
    #[must_use]
    pub fn path(&self, program: Program) -> &Path {
        self.get(program).map_or_else(|| Path::new(program.file_name()), |found| &found.path)
    }

    /// Its version, e.g. `v1.131.0`, or `unknown`.
    #[must_use]
    pub fn version(&self, program: Program) -> &str {
        self.get(program).map_or("unknown", |found| &found.version)
    }

    /// Where it came from.
    #[must_use]
    pub fn source(&self, program: Program) -> Option<&Source> {
        self.get(program).map(|found| &found.source)
    }

    /// Variables to add to its environment.
    #[must_use]
    pub fn env(&self, program: Program) -> &[(String, String)] {
        self.get(program).map_or(&[], |found| &found.env)
    }

    /// Every program with what was found, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (Program, &Found)> {
        self.entries.iter().map(|(program, found)| (*program, found))
    }
}
