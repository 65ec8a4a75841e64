//! `signoff doctor`: whether a run of a suite could judge.

use anyhow::Context;

use super::cluster::ClusterArguments;
use super::{FilterArguments, SuiteArguments, read_suite, screen};
use crate::connect::{Connections, Options};
use crate::doctor;
use crate::plan::{Filter, Plan};
use crate::record::Exit;
use crate::run;

/// Ask for each permission that a suite's run needs, and try each component; nothing is judged or written
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    filter: FilterArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Examines and shows; whatever would keep a run from judging ends it with 3.
pub async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let plan = Plan::new(read_suite(&arguments.suite)?, &Filter::from(arguments.filter));
    if plan.is_empty() {
        eprintln!("error: nothing was selected; `signoff list {}` shows what there is", plan.suite.file);
        return Ok(Exit::NothingSelected);
    }
    let options = Options { needs_no_cluster: !plan.needs_cluster(), ..arguments.cluster.into() };
    let opened = Connections::open(options).await;
    let connections = if plan.needs_cluster() { opened.context("the cluster cannot be reached")? } else { opened? };
    let checkup = doctor::examine(&plan, &connections).await?;
    screen::say(&run::redact_text(&doctor::shown(&checkup)));
    Ok(if checkup.troubles() == 0 { Exit::Proven } else { Exit::Inconclusive })
}
