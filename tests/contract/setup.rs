//! Starts the clusters, tries contracts on them, and removes what was made.

use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fmt};

use libtest_mimic::{Completion, Failed};
use signoff::sandbox::lifecycle::{self, Options, Sandbox};
use tokio::sync::Mutex;

use crate::cluster::Cluster;
use crate::count::Count;
use crate::table::{Contract, Needs};

/// A kind of cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Which {
    Embedded,
    Real,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Which::Real { "real" } else { "embedded" })
    }
}

/// The kubeconfig of a real cluster, where there is one.
pub fn kubeconfig() -> Option<PathBuf> {
    env::var_os("SIGNOFF_TEST_KUBECONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The clusters to try contracts on.
pub fn wanted() -> Vec<Which> {
    [Some(Which::Embedded), kubeconfig().map(|_| Which::Real)].into_iter().flatten().collect()
}

/// The clusters of this run, from their start on.
#[derive(Clone, Default)]
pub struct Clusters(Arc<Mutex<Started>>);

#[derive(Default)]
struct Started {
    clusters: Vec<(Which, Result<Arc<Cluster>, String>)>,
    sandbox: Option<Sandbox>,
}

impl Clusters {
    /// Starts those that are wanted; a real one that cannot be reached fails its contracts.
    pub async fn start(&self) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut started = self.0.lock().await;
        let options = Options { launcher: Some(env!("CARGO_BIN_EXE_signoff").into()), ..Options::default() };
        let embedded = match lifecycle::up(&options, Arc::new(|text: &str| eprintln!("{text}"))).await {
            Ok(sandbox) => {
                let cluster = Cluster::new(Which::Embedded, &sandbox.kubeconfig).await;
                started.sandbox = Some(sandbox);
                cluster
            }
            Err(error) => Err(format!("the sandbox did not start: {error:#}")),
        };
        started.clusters.push((Which::Embedded, embedded.map(Arc::new)));
        if let Some(path) = kubeconfig() {
            started.clusters.push((Which::Real, Cluster::new(Which::Real, &path).await.map(Arc::new)));
        }
    }

    async fn get(&self, which: Which) -> Result<Arc<Cluster>, String> {
        let started = self.0.lock().await;
        let found = started.clusters.iter().find(|(one, _)| *one == which);
        found.map_or_else(|| Err(format!("the {which} cluster was not started")), |(_, cluster)| cluster.clone())
    }

    /// Removes what was made, and ends the sandbox.
    pub async fn stop(&self) {
        let mut started = self.0.lock().await;
        for (which, cluster) in started.clusters.drain(..) {
            if let Ok(cluster) = cluster
                && let Err(why) = cluster.clean().await
            {
                eprintln!("NOT REMOVED from the {which} cluster: {why}");
            }
        }
        if let Some(sandbox) = started.sandbox.take() {
            sandbox.stop().await;
        }
    }
}

/// Tries one contract on one cluster.
pub async fn prove(
    clusters: &Clusters,
    which: Which,
    contract: &Contract,
    count: &Count,
) -> Result<Completion, Failed> {
    let proof = match clusters.get(which).await {
        Ok(cluster) if contract.needs == Needs::Operator && !cluster.has_operator => {
            count.left_out(which);
            return Ok(Completion::ignored_with("no VictoriaMetrics operator there"));
        }
        Ok(cluster) => tokio::spawn((contract.prove)(cluster)).await.unwrap_or_else(|panic| Err(panic.to_string())),
        // The programs that pods run cannot be had on every machine.
        Err(why) if which == Which::Embedded && why.contains("cannot get ") => {
            count.left_out(which);
            return Ok(Completion::ignored_with(why));
        }
        Err(why) => Err(why),
    };
    count.end(which, proof.is_ok());
    proof
        .map(|()| Completion::Completed)
        .map_err(|why| format!("{why}\nThe judge relies on it for: {}", contract.relied_on_for).into())
}
