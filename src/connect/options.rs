//! What a user can say about the way into a cluster, and why a way cannot be opened.

use std::path::PathBuf;

use super::Wanted;

/// How to reach the cluster and its components.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// This kubeconfig; else `$KUBECONFIG`, else `~/.kube/config`, else the Pod's own service account.
    pub kubeconfig: Option<PathBuf>,
    /// This context of the kubeconfig; else its current one.
    pub context: Option<String>,
    /// Act as this user (`Impersonate-User`).
    pub impersonate: Option<String>,
    /// Act as a member of these groups (`Impersonate-Group`); needs `impersonate`.
    pub impersonate_groups: Vec<String>,
    /// The way to components for which no address is given.
    pub wanted: Wanted,
    /// Addresses that replace a Service: its name, or `namespace/name`, with the URL to use.
    pub urls: Vec<(String, String)>,
    /// A folder of CRDs that tell which fields kinds have, where the cluster's own do not.
    pub schemas: Option<PathBuf>,
    /// A checkout of the Git repository that Flux applies.
    pub repository: Option<PathBuf>,
    /// Whether nothing will be asked of the cluster: then there need not be one.
    pub needs_no_cluster: bool,
}

/// Why no connection can be opened; each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing names a cluster.
    #[error("no cluster: {0}")]
    NoCluster(String),
    /// The kubeconfig is there but cannot be used.
    #[error("kubeconfig {path}: {message}")]
    Kubeconfig {
        /// Where it was read.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The client cannot be built from what the kubeconfig says.
    #[error("client for {server}: {message}")]
    Client {
        /// The API server.
        server: String,
        /// What is wrong.
        message: String,
    },
    /// The given CRDs cannot be used.
    #[error("schemas {path}: {message}")]
    Schemas {
        /// The folder or file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The given checkout cannot be used.
    #[error("repository {path}: it is no folder; give --repo the root of a checkout")]
    Repository {
        /// What was given.
        path: String,
    },
    /// A given address is no URL.
    #[error("address of {service}: `{url}` is no URL: {message}; expected http://host:port or https://host")]
    Url {
        /// The Service that it stands for.
        service: String,
        /// What was given.
        url: String,
        /// What is wrong.
        message: String,
    },
}
