//! What the nodes are given at start.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use crate::sandbox::binaries;

/// One node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpec {
    /// Its name, e.g. `infra-wk-1`.
    pub name: String,
    /// The last byte of its address `127.N.0.x`.
    pub host: u8,
    /// Its labels, beside the usual ones.
    pub labels: Vec<(String, String)>,
    /// Memory that pods may ask for, as a quantity.
    pub memory: String,
    /// Cores that pods may ask for, as a quantity.
    pub cpu: String,
}

impl NodeSpec {
    /// A node with 16 GiB and 8 cores.
    #[must_use]
    pub fn new(name: &str, host: u8, role: &str) -> Self {
        Self {
            name: name.to_owned(),
            host,
            labels: vec![(format!("node-role.kubernetes.io/{role}"), String::new())],
            memory: "16Gi".to_owned(),
            cpu: "8".to_owned(),
        }
    }
}

/// How the nodes run.
#[derive(Debug, Clone)]
pub struct NodeConfig {
    /// N of the sandbox's addresses `127.N.0.0/16`.
    pub block: u8,
    /// The sandbox's temp folder; pods live in `pods/`, volumes in `volumes/`.
    pub dir: PathBuf,
    /// Where container logs go, as `<namespace>_<pod>/<container>.log` and `.previous.log`.
    pub pod_logs: PathBuf,
    /// The programs that containers run.
    pub binaries: binaries::Set,
    /// The `signoff` executable, for `sandbox pod-exec` and the stand-ins.
    pub launcher: PathBuf,
    /// Given to containers as their API server, e.g. `http://127.20.0.1:6443`.
    pub api_url: String,
    /// The nodes.
    pub nodes: Vec<NodeSpec>,
}

impl NodeConfig {
    /// Two nodes, `infra-cp-1` and `infra-wk-1`, with logs in `dir/pod-logs`.
    #[must_use]
    pub fn new(block: u8, dir: PathBuf, binaries: binaries::Set, launcher: PathBuf, api_url: String) -> Self {
        Self {
            block,
            pod_logs: dir.join("pod-logs"),
            dir,
            binaries,
            launcher,
            api_url,
            nodes: vec![NodeSpec::new("infra-cp-1", 11, "control-plane"), NodeSpec::new("infra-wk-1", 12, "worker")],
        }
    }

    /// The address of a node.
    #[must_use]
    pub const fn node_address(&self, node: &NodeSpec) -> Ipv4Addr {
        Ipv4Addr::new(127, self.block, 0, node.host)
    }

    /// Where cluster names are resolved: an HTTP forward proxy.
    #[must_use]
    pub const fn proxy_address(&self) -> std::net::SocketAddrV4 {
        std::net::SocketAddrV4::new(Ipv4Addr::new(127, self.block, 0, 53), 3128)
    }
}
