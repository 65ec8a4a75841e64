//! What the judge relies on, proven on the sandbox's cluster and on a real one: the sandbox and the judge come from the same
//! hands, so what both believe must be shown by somebody else.
//!
//! `SIGNOFF_TEST_KUBECONFIG` names the real cluster (any Kubernetes with the image `localhost/busybox:1` on its nodes).
//! Everything is made in namespaces `contract-<random>` and removed at the end.

#![cfg(feature = "sandbox")]

mod access;
mod apply;
mod children;
mod cluster;
mod count;
mod definitions;
mod differences;
mod discovery;
mod events;
mod failures;
mod forward;
mod generations;
mod jobs;
mod metrics;
mod operator;
mod ownership;
mod pages;
mod pods;
mod proxy;
mod refusals;
mod scraping;
mod selectors;
mod server;
mod services;
mod setup;
mod statuses;
mod storage;
mod table;
mod versions;
mod waiting;
mod watch;
mod wire;
mod workloads;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use count::Count;
use setup::Clusters;
use table::CONTRACTS;

/// Most contracts wait for the cluster: many of them can do so at once.
const SIDE_BY_SIDE: usize = 24;

fn main() -> ExitCode {
    if server::wanted() {
        return server::serve();
    }
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(SIDE_BY_SIDE);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let count = Arc::new(Count::default());
    let clusters = Clusters::default();
    let trials: Vec<Trial> = setup::wanted()
        .into_iter()
        .flat_map(|which| CONTRACTS.iter().map(move |contract| (which, contract)))
        .map(|(which, contract)| {
            let (clusters, count, handle) = (clusters.clone(), count.clone(), runtime.handle().clone());
            let name = format!("{which}::{}::{}", contract.noun, contract.name);
            Trial::ignorable_test(name, move || handle.block_on(setup::prove(&clusters, which, contract, &count)))
        })
        .collect();
    let asked = trials.iter().any(|trial| !arguments.is_filtered_out(trial) && !arguments.is_ignored(trial));
    if !arguments.list && asked {
        runtime.block_on(clusters.start());
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    runtime.block_on(clusters.stop());
    if !arguments.list {
        println!("{count}");
    }
    conclusion.exit_code()
}
