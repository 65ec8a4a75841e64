//! The arguments that lead into a cluster.

use std::path::PathBuf;

use super::pair;
use crate::connect::{Options, Wanted};

/// The way into a cluster.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArguments {
    /// The kubeconfig; those of $KUBECONFIG merged, ~/.kube/config or the Pod's service account by default
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// The way to the components
    #[arg(long, value_name = "WAY", value_enum, default_value = "auto", env = "SIGNOFF_ACCESS")]
    access: Access,
    /// Reach a Service by this URL, whatever --access says
    #[arg(long = "url", value_name = "SERVICE=URL", value_parser = pair)]
    urls: Vec<(String, String)>,
    /// A folder of full CRDs (.yaml, .yml, .json), for checks of fields that the cluster's own CRDs take unseen
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// A checkout of the Git repository that Flux applies, for checks of kind `repository`
    #[arg(long = "repo", value_name = "DIR", env = "SIGNOFF_REPO")]
    repository: Option<PathBuf>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER")]
    impersonate: Option<String>,
    /// Act as a member of this group
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate")]
    impersonate_groups: Vec<String>,
}

/// The ways that can be asked for.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Access {
    /// `dns` in a Pod of the cluster, else `port-forward`, and where that is denied `proxy`
    Auto,
    /// The addresses that the components have inside the cluster
    Dns,
    /// A port-forward to each pod
    PortForward,
    /// The API server's HTTP proxy to each pod
    Proxy,
}

impl From<Access> for Wanted {
    fn from(access: Access) -> Self {
        match access {
            Access::Auto => Self::Auto,
            Access::Dns => Self::Dns,
            Access::PortForward => Self::PortForward,
            Access::Proxy => Self::Proxy,
        }
    }
}

impl From<ClusterArguments> for Options {
    fn from(arguments: ClusterArguments) -> Self {
        Self {
            kubeconfig: arguments.kubeconfig,
            context: arguments.context,
            impersonate: arguments.impersonate,
            impersonate_groups: arguments.impersonate_groups,
            wanted: arguments.access.into(),
            urls: arguments.urls,
            schemas: arguments.schemas,
            repository: arguments.repository,
            needs_no_cluster: false,
        }
    }
}
