//! Starts the rooms of a sandbox in their order and stops them in the reverse one.

use std::hash::{BuildHasher, RandomState};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use http::{HeaderName, HeaderValue};
use kube::Client;
use tokio::task::JoinSet;

use super::options::Options;
use super::report::{Report, Version, rows};
use crate::sandbox::node::{NodeConfig, NodeSpec};
use crate::sandbox::scenario::{self, Scenario};
use crate::sandbox::{api, binaries, controllers, node};

/// The blocks 127.N.0.0/16 that sandboxes share.
const FIRST_BLOCK: u8 = 16;
const LAST_BLOCK: u8 = 250;
const API_PORT: u16 = 6443;
const SINK_HOST: u8 = 60;
const SINK_PORT: u16 = 9199;

/// A cluster that runs; without its parts stopping in order, processes end when this process does.
pub struct Rooms {
    pub api: api::ApiServer,
    pub client: Client,
    block: u8,
    controllers: JoinSet<()>,
    node: Option<node::Handle>,
    versions: Vec<Version>,
}

impl Rooms {
    /// Starts the API and the controllers.
    pub async fn start(folder: &Path) -> anyhow::Result<Self> {
        let (api, block) = start_api(folder).await?;
        let client = client(&api.url)?;
        let controllers = controllers::start(client.clone());
        Ok(Self { api, client, block, controllers, node: None, versions: Vec::new() })
    }

    /// Adds the nodes, which run pods from these programs.
    pub async fn add_nodes(&mut self, folder: &Path, options: &Options, binaries: binaries::Set) -> anyhow::Result<()> {
        self.versions = versions(&binaries);
        let launcher = std::env::current_exe().context("cannot find the path of this program")?;
        let mut config = NodeConfig::new(self.block, folder.to_owned(), binaries, launcher, self.api.url.clone());
        config.pod_logs = logs(folder);
        config.nodes = nodes(options.nodes);
        self.node = Some(node::start(self.client.clone(), config).await.context("cannot start the nodes")?);
        Ok(())
    }

    /// Where an acceptance run takes webhooks: an address of this sandbox that no pod, Service or node has.
    fn sink(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::new(127, self.block, 0, SINK_HOST), SINK_PORT))
    }

    /// Deploys the scenario, and keeps fresh what would look abandoned. Gives a line for each object that the API refuses, as the scenario foretells.
    pub async fn deploy(&mut self, scenario: &Scenario) -> anyhow::Result<Vec<String>> {
        let applied = scenario::apply(&self.client, scenario, &self.sink().to_string()).await;
        let client = self.client.clone();
        self.controllers.spawn(async move { match scenario::keep_fresh(client).await {} });
        applied.with_context(|| format!("cannot deploy scenario {}", scenario.name))
    }

    /// What runs now.
    pub async fn report(&self, folder: &Path) -> anyhow::Result<Report> {
        let pods: kube::Api<k8s_openapi::api::core::v1::Pod> = kube::Api::all(self.client.clone());
        let pods = pods.list(&kube::api::ListParams::default()).await.context("cannot list Pods")?;
        let components = pods.iter().flat_map(|pod| rows(pod, &logs(folder))).collect();
        Ok(Report { components, versions: self.versions.clone(), sink: Some(self.sink()) })
    }

    /// Ends every process, then the controllers, then the API.
    pub async fn stop(mut self) {
        // No controller may make a pod anew while they are being ended.
        self.controllers.shutdown().await;
        if let Some(node) = self.node.take() {
            node.shutdown().await;
        }
        self.api.shutdown().await;
    }
}

/// One control plane, and workers.
fn nodes(count: u8) -> Vec<NodeSpec> {
    let worker = |number: u8| NodeSpec::new(&format!("infra-wk-{number}"), 11 + number, "worker");
    std::iter::once(NodeSpec::new("infra-cp-1", 11, "control-plane")).chain((1..count).map(worker)).collect()
}

/// Where the logs of pods are.
pub fn logs(folder: &Path) -> PathBuf {
    folder.join("logs")
}

/// Where it is written what was asked of the API.
pub fn audit(folder: &Path) -> PathBuf {
    folder.join("audit.jsonl")
}

async fn start_api(folder: &Path) -> anyhow::Result<(api::ApiServer, u8)> {
    let count = u64::from(LAST_BLOCK - FIRST_BLOCK) + 1;
    let start = RandomState::new().hash_one(std::process::id()) % count;
    for step in 0..count {
        let block = FIRST_BLOCK + u8::try_from((start + step) % count).unwrap_or(0);
        let listen = SocketAddr::from((Ipv4Addr::new(127, block, 0, 1), API_PORT));
        let config = api::ApiConfig { listen, pod_logs: logs(folder), service_block: block };
        match api::start_audited(config, &audit(folder)).await {
            Ok(server) => return Ok((server, block)),
            // Another sandbox owns this block.
            Err(error) if is_taken(&error) => {}
            Err(error) => return Err(error.context(format!("cannot start the API on {listen}"))),
        }
    }
    bail!("every block 127.{FIRST_BLOCK}.0.0/16 to 127.{LAST_BLOCK}.0.0/16 is taken: stop other sandboxes")
}

fn is_taken(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|found| found.kind() == io::ErrorKind::AddrInUse))
}

fn client(url: &str) -> anyhow::Result<Client> {
    let mut config = kube::Config::new(url.parse().context("the API has no valid URL")?);
    config.default_retry = false;
    // The sandbox's own rooms are exempt from denials, which are meant for those that look at it.
    let component = (HeaderName::from_static("x-signoff-component"), HeaderValue::from_static("sandbox"));
    config.headers.push(component);
    Client::try_from(config).context("cannot make a client of the API")
}

fn versions(binaries: &binaries::Set) -> Vec<Version> {
    let version = |(program, found): (binaries::Program, &binaries::Found)| Version {
        component: program.file_name().to_owned(),
        version: found.version.clone(),
        source: found.source.to_string(),
    };
    binaries.iter().map(version).collect()
}
