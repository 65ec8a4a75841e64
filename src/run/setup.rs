//! From a plan to what the engine needs.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::check::Job;
pub use super::probe::Cluster;
use super::probe::Live;
use super::redact::redact_text;
use super::revisions::Reader;
use super::sweep::sweep;
use crate::check::repository;
use crate::connect::Connections;
use crate::event::{Reading, Revision, RunCard, Surroundings, Swept, UnprovenPolicy};
use crate::plan::Plan;

/// Name and version of this program.
pub const TOOL: &str = concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION"));

/// What is known of a run of this plan before the first look.
pub fn run_card(plan: &Plan, run: &str, unproven: UnprovenPolicy, deadline: Duration) -> RunCard {
    RunCard {
        run: run.to_owned(),
        tool: TOOL.to_owned(),
        host: host(),
        suite: plan.suite.clone(),
        criteria: plan.criteria.clone(),
        checks: plan.checks.iter().map(|check| (check.card.clone(), check.selection.clone())).collect(),
        left_out: Some(plan.left_out.clone()),
        unproven,
        keep_going: false,
        deadline_seconds: deadline.as_secs_f64(),
    }
}

/// The checks that are to run, on this cluster. Without one, each is looked at once: waiting does not bring a cluster.
pub fn jobs(plan: &Plan, cluster: &Cluster, run: &str) -> Vec<Job<Live>> {
    plan.running()
        .map(|check| Job {
            card: check.card.clone(),
            within: if cluster.is_ok() { check.within } else { Duration::ZERO },
            probe: Live::new(check.expectation.clone(), cluster.clone(), run),
        })
        .collect()
}

/// Sweeps for all checks that are to run; see [`sweep`].
pub fn sweep_before(plan: &Plan, cluster: &Cluster, run: &str) -> BoxFuture<'static, Swept> {
    let checks: Vec<_> = plan.running().map(|check| (check.card.id.clone(), check.expectation.clone())).collect();
    let (cluster, run) = (cluster.clone(), run.to_owned());
    Box::pin(async move {
        match cluster {
            Ok(connections) => sweep(checks, &connections, &run).await,
            // Every check says that there is no cluster.
            Err(_) => Swept::default(),
        }
    })
}

/// Reads what a report says about the cluster; `known` facts come first.
pub fn surroundings(cluster: Cluster, known: Vec<(String, String)>) -> BoxFuture<'static, Surroundings> {
    Box::pin(async move {
        let mut around = Surroundings { facts: known, ..Surroundings::default() };
        let mut fact = |name: String, value: String| around.facts.push((name, redact_text(&value)));
        match cluster {
            Ok(connections) if !connections.has_cluster() => {
                fact("cluster".to_owned(), "none".to_owned());
                around.revisions = known_of(&connections, std::iter::empty());
            }
            Ok(connections) => {
                let (found, flux) = tokio::join!(connections.surroundings(), connections.revisions());
                let context = found.context.map(|context| ("context", context));
                let server = found.server.map(|server| ("server", server));
                let asked = [("server version", found.version), ("kube-system uid", found.cluster_uid)];
                let asked = asked.map(|(name, value)| (name, value.unwrap_or_else(|why| why)));
                for (name, value) in context.into_iter().chain(server).chain(asked) {
                    fact(name.to_owned(), value);
                }
                flux.remarks.into_iter().chain(flux.unread).for_each(|(name, value)| fact(name, value));
                around.revisions = known_of(&connections, flux.found);
            }
            Err(why) => fact("cluster".to_owned(), why),
        }
        around
    })
}

/// Reads what Flux has fetched and applied, and what is checked out, whenever it is asked.
pub fn revisions(cluster: &Cluster) -> Reader {
    let cluster = cluster.clone();
    Arc::new(move || {
        let cluster = cluster.clone();
        Box::pin(async move {
            let Ok(connections) = cluster else { return Reading::default() };
            if !connections.has_cluster() {
                return Reading { revisions: known_of(&connections, std::iter::empty()), ..Reading::default() };
            }
            let flux = connections.revisions().await;
            let unread = flux.unread.into_iter().map(|(kind, why)| (kind, redact_text(&why))).collect();
            Reading { revisions: known_of(&connections, flux.found), unread }
        })
    })
}

/// What is checked out, then what Flux was found to have, by object.
fn known_of(connections: &Connections, flux: impl IntoIterator<Item = (String, String)>) -> Vec<Revision> {
    let checkout = connections.repository().and_then(repository::revision);
    let checkout = checkout.map(|found| (repository::CHECKOUT.to_owned(), found.to_string()));
    checkout.into_iter().chain(flux).map(|(object, revision)| Revision { object, revision }).collect()
}

/// The machine's name, where the system tells it.
fn host() -> String {
    let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = kernel.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    if name.trim().is_empty() { "unknown".to_owned() } else { name.trim().to_owned() }
}
