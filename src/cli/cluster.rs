//! The arguments that lead into a cluster.

use std::path::PathBuf;

use super::pair;
use crate::connect::Options;

/// The way into a cluster.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArguments {
    /// The kubeconfig; $KUBECONFIG, ~/.kube/config or the Pod's service account by default
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Reach a Service by this URL instead of a port-forward
    #[arg(long = "url", value_name = "SERVICE=URL", value_parser = pair)]
    urls: Vec<(String, String)>,
    /// A folder of full CRDs (.yaml, .yml, .json), for checks of fields that the cluster's own CRDs take unseen
    #[arg(long, value_name = "DIR")]
    schemas: Option<PathBuf>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER")]
    impersonate: Option<String>,
    /// Act as a member of this group
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate")]
    impersonate_groups: Vec<String>,
}

impl From<ClusterArguments> for Options {
    fn from(arguments: ClusterArguments) -> Self {
        Self {
            kubeconfig: arguments.kubeconfig,
            context: arguments.context,
            impersonate: arguments.impersonate,
            impersonate_groups: arguments.impersonate_groups,
            urls: arguments.urls,
            schemas: arguments.schemas,
        }
    }
}
