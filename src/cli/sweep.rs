//! `signoff sweep`: removes what killed runs of a suite have left in the cluster.

use anyhow::Context;
use jiff::Timestamp;

use super::cluster::ClusterArguments;
use super::{SuiteArguments, read_suite, screen};
use crate::connect::{Connections, Options};
use crate::record::Exit;
use crate::run;

/// Remove what killed runs of a suite have left in the cluster, and nothing of anyone else's
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Sweeps for every check of the suite; what could not be swept is told, and ends it with 3.
pub async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let suite = read_suite(&arguments.suite)?;
    let mut uses = suite.checks.iter().flat_map(|check| check.expectation.uses());
    let options = Options { needs_no_cluster: !uses.any(|one| one.is_of_cluster()), ..arguments.cluster.into() };
    let connections = Connections::open(options).await.context("the cluster cannot be reached")?;
    let checks = suite.checks.into_iter().map(|check| (check.card.id, check.expectation)).collect();
    let swept = run::sweep(checks, &connections, &format!("sweep-{}", Timestamp::now().as_second())).await;
    for what in &swept.removed {
        screen::say(&format!("removed {what}\n"));
    }
    if swept.is_quiet() {
        screen::say("nothing was left\n");
    }
    swept.troubles.iter().for_each(|why| eprintln!("error: {why}"));
    Ok(if swept.troubles.is_empty() { Exit::Proven } else { Exit::Inconclusive })
}
