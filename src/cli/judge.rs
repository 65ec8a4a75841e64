//! `signoff judge`: a run judged again from its evidence, without a cluster.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::report::{PrintArguments, RunArguments, write};
use super::{Usage, pair};
use crate::record::{Exit, Run, SUITE};
use crate::rejudge::{self, Saved};
use crate::report::junit;
use crate::run::TOOL;
use crate::suite::{self, Suite};

/// Judge the saved evidence of a run again, without a cluster: would it have passed with other limits?
#[derive(Debug, clap::Args)]
#[command(after_help = crate::record::exit::TABLE)]
pub struct Arguments {
    #[command(flatten)]
    run: RunArguments,
    /// An edited suite; the run's own by default
    #[arg(value_name = "SUITE")]
    suite: Option<PathBuf>,
    /// Set a variable of the suite; others keep the value that the run was given
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
    /// Write the JUnit to this file; the run's folder is left as it is
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    print: PrintArguments,
}

/// Reads the run and its evidence, judges, and prints what comes of it.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let (events, journal) = arguments.run.read()?;
    let folder = journal.parent().unwrap_or(Path::new("."));
    let own = std::fs::read_to_string(folder.join(SUITE)).ok();
    let saved = Saved::new(&events, own.as_deref()).with_context(|| format!("could not use {}", journal.display()))?;
    let now = suite(&saved, arguments.suite.as_deref(), own.as_deref(), &arguments.variables)?;
    now.warnings.iter().for_each(|warning| eprintln!("{warning}"));
    let run = rejudge::rejudge(&saved, now, TOOL, |check| rejudge::evidence(folder, check));
    changes(&saved.run, &run).iter().for_each(|change| eprintln!("note: {change}"));
    if let Some(file) = &arguments.junit {
        write(file, &junit::junit(&run))?;
    }
    arguments.print.print(&run, folder);
    Ok(run.exit())
}

/// The suite to judge by: the given one, else the run's own.
fn suite(saved: &Saved, given: Option<&Path>, own: Option<&str>, over: &[(String, String)]) -> anyhow::Result<Suite> {
    let (name, text) = match (given, own, &saved.asked) {
        (Some(path), _, _) => (path.display().to_string(), std::fs::read_to_string(path).unwrap_or_default()),
        (None, Some(text), Ok(_)) => (saved.run.card.suite.file.clone(), text.to_owned()),
        (None, _, Err(why)) => return Err(Usage(format!("{why}; give the suite's file behind the run")).into()),
        (None, None, Ok(_)) => return Err(Usage(format!("the run's folder holds no {SUITE}")).into()),
    };
    let variables = saved.variables(&text, over);
    let read = match given {
        // It tells in its own words what is wrong with the file.
        Some(path) => suite::read(path, &variables),
        None => suite::parse(&name, text.as_bytes(), &variables),
    };
    read.map_err(|error| Usage(error.to_string()).into())
}

/// Each check that ends otherwise than in the run, in words.
fn changes(before: &Run, now: &Run) -> Vec<String> {
    let changed = now.checks.iter().filter_map(|check| {
        let was = before.check(&check.card.id).filter(|was| was.outcome != check.outcome)?;
        Some(format!("{} was: {}; now: {}", check.card.trial(), was.outcome.summary(), check.outcome.summary()))
    });
    changed.collect()
}
