//! `signoff report`: a run again, from its journal alone.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Usage;
use super::screen::{self, ColorArgument};
use crate::record::{self, Exit, Fold, Tail, write_whole};
use crate::report::{json, junit, terminal};

/// Render a run again from its journal, also after a crash; ends with the run's exit code
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run: its name under the reports folder, `latest`, its folder, or its journal
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// Where runs are
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    pub(super) reports: PathBuf,
    /// Write the JUnit to this file, too
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    /// Print a JSON summary instead of the page
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) color: ColorArgument,
}

/// Finds the journal, folds it, and writes every report of it.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let journal = record::find(&arguments.run, &arguments.reports).ok_or_else(|| {
        let reports = arguments.reports.display();
        Usage(format!("no run `{}`: expected a run under {reports}, its folder or its events.jsonl", arguments.run))
    })?;
    let read = record::read(&journal)?;
    if read.tail == Tail::Torn {
        eprintln!("note: the last line of {} is torn; the run was killed while it was written", journal.display());
    }
    let run = Fold::all(&read.events).with_context(|| format!("could not use {}", journal.display()))?;
    let folder = journal.parent().unwrap_or(Path::new("."));
    let text = junit::junit(&run);
    for path in std::iter::once(folder.join("junit.xml")).chain(arguments.junit) {
        write_whole(&path, text.as_bytes()).with_context(|| format!("could not write {}", path.display()))?;
    }
    screen::say(&match arguments.json {
        true => json::json(&run),
        false => terminal::page(&run, &folder.display().to_string(), &screen::style(arguments.color)),
    });
    Ok(run.exit())
}
