//! `signoff list`: what would run.

use super::{FilterArguments, SuiteArguments, read_suite, screen};
use crate::plan::{self, Filter, Plan};
use crate::record::Exit;

/// Show a suite's checks, or its criteria with what proves each
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Show the criteria, the unproven ones marked
    #[arg(long)]
    criteria: bool,
}

/// Reads, selects, prints.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let plan = Plan::new(read_suite(&arguments.suite)?, &Filter::from(arguments.filter));
    screen::say(&if arguments.criteria { plan::table(&plan) } else { plan::list(&plan) });
    Ok(Exit::Proven)
}
