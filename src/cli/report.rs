//! `signoff report`: a run again, from its journal alone.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::Usage;
use super::screen::{self, ColorArgument};
use crate::event::Event;
use crate::record::{self, Exit, Fold, Run, Tail, write_whole};
use crate::report::{json, junit, markdown, terminal};

/// Render a run again from its journal, also after a crash; ends with the run's exit code
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub(super) run: RunArguments,
    /// Write the JUnit to this file, too
    #[arg(long, value_name = "FILE")]
    pub(super) junit: Option<PathBuf>,
    #[command(flatten)]
    pub(super) print: PrintArguments,
}

/// The arguments that name a run.
#[derive(Debug, clap::Args)]
pub struct RunArguments {
    /// The run: its name under the reports folder, `latest`, its folder, or its journal
    #[arg(value_name = "RUN")]
    run: String,
    /// Where runs are
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    reports: PathBuf,
}

impl RunArguments {
    /// A run below a reports folder.
    pub fn of(run: String, reports: PathBuf) -> Self {
        Self { run, reports }
    }

    /// The events of its journal, and where that lies.
    pub fn read(&self) -> anyhow::Result<(Vec<Event>, PathBuf)> {
        let journal = record::find(&self.run, &self.reports).ok_or_else(|| {
            let reports = self.reports.display();
            Usage(format!("no run `{}`: expected a run under {reports}, its folder or its events.jsonl", self.run))
        })?;
        let read = record::read(&journal)?;
        if read.tail == Tail::Torn {
            eprintln!("note: the last line of {} is torn; the run was killed while it was written", journal.display());
        }
        Ok((read.events, journal))
    }
}

/// How a run is printed.
#[derive(Debug, clap::Args)]
pub struct PrintArguments {
    /// What to print
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "page")]
    format: Format,
    /// The same as --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
    #[command(flatten)]
    color: ColorArgument,
}

/// The forms of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For a terminal
    Page,
    /// For a story's completion notes: the run's summary.md
    Markdown,
    /// For scripts
    Json,
    /// For CI
    Junit,
}

impl PrintArguments {
    /// Prints the run, which lies in `folder`.
    pub fn print(self, run: &Run, folder: &Path) {
        screen::say(&match self.format {
            _ if self.json => json::json(run),
            Format::Page => terminal::page(run, &folder.display().to_string(), &screen::style(self.color)),
            Format::Markdown => markdown::markdown(run),
            Format::Json => json::json(run),
            Format::Junit => junit::junit(run),
        });
    }
}

/// Finds the journal, folds it, and writes every report of it.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let (events, journal) = arguments.run.read()?;
    let run = Fold::all(&events).with_context(|| format!("could not use {}", journal.display()))?;
    let folder = journal.parent().unwrap_or(Path::new("."));
    let text = junit::junit(&run);
    for path in std::iter::once(folder.join("junit.xml")).chain(arguments.junit) {
        write(&path, &text)?;
    }
    write(&folder.join("summary.md"), &markdown::markdown(&run))?;
    arguments.print.print(&run, folder);
    Ok(run.exit())
}

/// Writes a report as a whole.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    write_whole(path, text.as_bytes()).with_context(|| format!("could not write {}", path.display()))
}
