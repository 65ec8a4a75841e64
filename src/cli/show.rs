//! `signoff show`: which runs there are, and which of them judged a revision.

use std::path::PathBuf;

use super::{Usage, screen};
use crate::record::{self, Exit, Fold, Run};
use crate::report::overview;

/// Show the runs, the newest first; with --revision those that judged it, and end as they did
///
/// With --revision the newest whole run of each story on each cluster decides, and the worst of these is how it ends: a run that a
/// filter left checks out of, or one of another story or another cluster, takes no red away. A run is at the revision that was
/// there at its end; where Flux moved meanwhile, it proves nothing of it.
#[derive(Debug, clap::Args)]
#[command(after_help = crate::record::exit::TABLE)]
pub struct Arguments {
    /// Only runs that found this revision in the cluster or in the checkout: `main@sha1:4f2a`, a commit or its start, a branch, a tag
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
    /// Only runs of this story, by its key
    #[arg(long, value_name = "STORY")]
    story: Option<String>,
    /// Where runs are
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    reports: PathBuf,
}

/// Reads every journal, filters, prints, and says what came of the revision.
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
    runs.retain(|run| arguments.story.as_ref().is_none_or(|story| run.card.suite.story == *story));
    runs.sort_by_key(|run| std::cmp::Reverse(run.started));
    screen::say(&overview::table(&runs, wanted));
    let ended = if wanted.is_some() { overview::verdict(&runs) } else { runs.first().map(|_| Exit::Proven) };
    Ok(ended.unwrap_or_else(|| {
        let whole = if runs.is_empty() { "" } else { " whole" };
        let story = arguments.story.map_or_else(String::new, |story| format!(" of story {story}"));
        let at = wanted.map_or_else(String::new, |wanted| format!(" at revision {wanted}"));
        eprintln!("error: no{whole} run{story}{at} under {}", arguments.reports.display());
        Exit::NothingSelected
    }))
}

/// A run; one that cannot be read is said and does not hide the others.
fn read(journal: &std::path::Path) -> Option<Run> {
    let read = record::read(journal).map_err(anyhow::Error::from);
    let run = read.and_then(|read| Ok(Fold::all(&read.events)?));
    run.inspect_err(|error| eprintln!("note: {} is left out: {error:#}", journal.display())).ok()
}
