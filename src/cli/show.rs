//! `signoff show`: which runs there are, and which of them judged a revision.

use std::path::PathBuf;

use super::{Usage, screen};
use crate::record::{self, Exit, Fold, Run};
use crate::report::overview;

/// Show the runs, the newest first; with --revision those that judged it, and end as the newest of them did
#[derive(Debug, clap::Args)]
#[command(after_help = crate::record::exit::TABLE)]
pub struct Arguments {
    /// Only runs that found this revision in the cluster or in the checkout: `main@sha1:4f2a`, a commit or its start, a branch, a tag
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Where runs are
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    reports: PathBuf,
}

/// Reads every journal, filters, prints.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let wanted = arguments.revision.as_deref();
    if wanted.is_some_and(|wanted| wanted.trim().is_empty()) {
        return Err(Usage("--revision is empty: give one, such as main@sha1:4f2a".to_owned()).into());
    }
    let journals = record::journals(&arguments.reports).map_err(|error| {
        let reports = arguments.reports.display();
        Usage(format!("the reports folder {reports} cannot be read: {error}; give it with --reports"))
    })?;
    let mut runs: Vec<Run> = journals.iter().filter_map(|journal| read(journal)).collect();
    runs.retain(|run| wanted.is_none_or(|wanted| overview::is_at(run, wanted)));
    runs.sort_by_key(|run| std::cmp::Reverse(run.started));
    screen::say(&overview::table(&runs, wanted));
    match (runs.first(), wanted) {
        (Some(newest), Some(_)) => Ok(newest.exit()),
        (Some(_), None) => Ok(Exit::Proven),
        (None, _) => {
            let what = wanted.map_or_else(String::new, |wanted| format!(" at revision {wanted}"));
            eprintln!("error: no run{what} under {}", arguments.reports.display());
            Ok(Exit::NothingSelected)
        }
    }
}

/// A run; one that cannot be read is said and does not hide the others.
fn read(journal: &std::path::Path) -> Option<Run> {
    let read = record::read(journal).map_err(anyhow::Error::from);
    let run = read.and_then(|read| Ok(Fold::all(&read.events)?));
    run.inspect_err(|error| eprintln!("note: {} is left out: {error:#}", journal.display())).ok()
}
