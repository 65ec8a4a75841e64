//! The journal of a run: where it lies, how it is written and read, and what it adds up to.
//!
//! `reports/<run>/events.jsonl` is written line by line as things happen. [`Fold`] adds the lines up to a [`Run`], the only
//! input of every report, so a report can be rendered during a run, after it, and after a crash.

mod criteria;
pub mod exit;
mod fold;
mod folder;
mod journal;
mod moves;
mod state;

pub use criteria::{CriterionRecord, State};
pub use exit::Exit;
pub use fold::{Fold, NotAJournal};
pub use folder::{Folder, SUITE, find, journals, write_whole};
pub use journal::{Journal, Read, ReadError, Tail, read};
pub use moves::{Moved, Moves};
pub use state::{CheckRecord, End, Run};

#[cfg(test)]
pub mod sample;
