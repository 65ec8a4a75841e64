//! Deploys a scenario into a cluster that is there already, and takes away again what it deployed.
//!
//! Nothing that was there before is changed: an object is applied only where it is absent or was applied by an earlier
//! deployment, which its label tells. Where an operator of VictoriaMetrics is installed, that one is used.

mod cluster;
mod key;
mod left;
#[cfg(test)]
mod live_tests;
mod plan;
mod ports;
mod record;
mod remove;
mod wait;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use kube::Client;
use serde_json::{Value, json};

use super::operator::duration;
use super::scenario;
use plan::Plan;

/// On every object that was applied here; its value is the scenario.
const LABEL: &str = "sandbox.signoff.dev/scenario";
/// The field manager.
const MANAGER: &str = "signoff-sandbox";
/// Takes webhooks inside the cluster; it is part of the scenario.
const OWN_RECEIVER: &str = "webhook-receiver.observability.svc:9099";
/// How many objects a line names; the others are counted.
const NAMED: usize = 12;

/// What is deployed, and where.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Leads to the cluster; there is no default, so that nothing is deployed by accident
    #[arg(long, value_name = "FILE")]
    pub kubeconfig: PathBuf,
    /// What is deployed: `done-right`, or the story's manifests `as-written`
    #[arg(long, value_name = "NAME", default_value = "done-right")]
    pub scenario: String,
    /// Where an acceptance run takes webhooks, as pods reach it; without it they go to a receiver in the cluster
    #[arg(long, value_name = "HOST:PORT")]
    pub sink: Option<String>,
    /// How long it may take until all is ready, or gone
    #[arg(long, value_name = "DURATION", default_value = "5m", value_parser = within)]
    pub within: Duration,
    /// Leave out the operator: `signoff sandbox operator` runs elsewhere
    #[arg(long)]
    pub without_operator: bool,
    /// Take away what was deployed, and nothing else
    #[arg(long, conflicts_with_all = ["sink", "without_operator"])]
    pub remove: bool,
}

fn within(text: &str) -> Result<Duration, String> {
    duration::parse(text).ok_or_else(|| "expected a duration like 90s or 5m".to_owned())
}

/// Deploys or removes, with a line for each step.
///
/// # Errors
/// When the story's stack is there already and another's, an object is refused, or not all is ready, or gone, in time.
pub async fn run(client: Client, options: &Options) -> Result<()> {
    let tell = |text: &str| eprintln!("{text}");
    if options.remove {
        return remove::run(&client, &options.scenario, options.within, &tell).await;
    }
    let scenario = scenario::named(&options.scenario)?;
    let plan = planned(&client, options).await?;
    let total = plan.apply.len();
    tell(&format!("applying {total} objects of {}", options.scenario));
    // Before anything exists: what a deployment that breaks off has made can be removed.
    record::add(&client, &options.scenario, &plan.apply).await?;
    let refused = scenario::put_all(&client, &plan.apply, MANAGER, scenario.refused)
        .await
        .with_context(|| format!("cannot deploy {}", options.scenario))?;
    refused.iter().for_each(|line| tell(line));
    tell(&format!("applied {total} objects, left out {}{}", plan.left.len(), left::reasons(&plan.left)));
    wait::run(&client, &plan.apply, (options.within, scenario.never_ready), &tell).await?;
    tell("all is ready");
    Ok(())
}

/// Reads the cluster, and decides.
async fn planned(client: &Client, options: &Options) -> Result<Plan> {
    let objects = scenario::named(&options.scenario)?.parts(options.sink.as_deref().unwrap_or(OWN_RECEIVER))?;
    let operator = match options.without_operator {
        true => Some("left out as asked".to_owned()),
        false => cluster::operator(client, &options.scenario).await?,
    };
    let mut seen = Vec::with_capacity(objects.len());
    for (part, object) in objects {
        let existing = cluster::existing(client, &object, &options.scenario).await?;
        seen.push((part, object, existing));
    }
    let mut plan = plan::plan(seen, operator.as_deref())?;
    for object in &mut plan.apply {
        object["metadata"]["labels"][LABEL] = json!(options.scenario);
    }
    let pods = cluster::pods(client).await?;
    for object in &mut plan.apply {
        for (from, to) in ports::give_way(object, &pods) {
            eprintln!("{}: port {from} of the nodes is taken, it listens on {to}", key::Key::of(object));
        }
    }
    Ok(plan)
}

/// `A, B and 3 more`.
fn names<'a>(all: impl Iterator<Item = &'a key::Key>) -> String {
    let all: Vec<String> = all.map(key::Key::to_string).collect();
    let more = all.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", all.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", "))
}

/// Whether an object carries the label of this scenario's deployment.
fn is_ours(object: &Value, scenario: &str) -> bool {
    object["metadata"]["labels"][LABEL] == scenario
}
