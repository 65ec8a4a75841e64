//! The client of the API server: from a kubeconfig or a Pod's service account, without delays and retries of its own.

use std::time::Duration;

use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ClientBuilder, ConfigExt};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use tower::{BoxError, ServiceExt};

use super::options::{OpenError, Options};

/// How long to wait for a TCP connection to the API server.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// An API server and who we are to it.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) client: Client,
    pub(super) server: String,
    pub(super) context: Option<String>,
}

pub(super) async fn open(options: &Options) -> Result<Cluster, OpenError> {
    let (mut config, context) = config(options).await?;
    let server = config.cluster_url.to_string();
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_LIMIT);
    if options.impersonate.is_some() {
        config.auth_info.impersonate = options.impersonate.clone();
        let groups = &options.impersonate_groups;
        config.auth_info.impersonate_groups = (!groups.is_empty()).then(|| groups.clone());
    }
    let client =
        build(&config).map_err(|error| OpenError::Client { server: server.clone(), message: with_causes(&error) })?;
    Ok(Cluster { client, server, context })
}

/// Kubeconfig first, since a person who has one means it; then the service account of the Pod.
async fn config(options: &Options) -> Result<(Config, Option<String>), OpenError> {
    let (path, kubeconfig) = match &options.kubeconfig {
        Some(path) => (path.display().to_string(), Kubeconfig::read_from(path)),
        None => (default_path(), Kubeconfig::read()),
    };
    let refuse = |error: KubeconfigError| OpenError::Kubeconfig { path: path.clone(), message: explain(&error) };
    match kubeconfig {
        Ok(kubeconfig) => from_kubeconfig(kubeconfig, options).await.map_err(refuse),
        Err(error) if options.kubeconfig.is_none() && is_absent(&error) => {
            let config = Config::incluster_env().map_err(|pod| {
                OpenError::NoCluster(format!(
                    "no kubeconfig at {path} and no service account of a Pod ({pod}); \
                     give --kubeconfig, set KUBECONFIG, or run with --sandbox"
                ))
            })?;
            Ok((config, None))
        }
        Err(error) => Err(refuse(error)),
    }
}

async fn from_kubeconfig(
    kubeconfig: Kubeconfig,
    options: &Options,
) -> Result<(Config, Option<String>), KubeconfigError> {
    let context = options.context.clone().or_else(|| kubeconfig.current_context.clone());
    let wanted = KubeConfigOptions { context: context.clone(), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &wanted).await?;
    Ok((config, context))
}

/// kube's own connector leaves Nagle's algorithm on, which adds 40 ms to small exchanges through a port-forward.
fn build(config: &Config) -> kube::Result<Client> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(config.connect_timeout);
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let http: HttpClient<_, Body> = HttpClient::builder(TokioExecutor::new()).build(connector);
    let http = http.map_err(BoxError::from);
    let stack = ClientBuilder::new(http, config.default_namespace.clone()).with_layer(&config.extra_headers_layer()?);
    Ok(match config.auth_layer()? {
        Some(auth) => stack.with_layer(&auth).with_layer(&config.base_uri_layer()).build(),
        None => stack.with_layer(&config.base_uri_layer()).build(),
    })
}

fn default_path() -> String {
    match std::env::var("KUBECONFIG") {
        Ok(paths) if !paths.is_empty() => paths,
        _ => "~/.kube/config".to_owned(),
    }
}

fn is_absent(error: &KubeconfigError) -> bool {
    match error {
        KubeconfigError::FindPath => true,
        KubeconfigError::ReadConfig(error, _) => {
            error.kind() == std::io::ErrorKind::NotFound && std::env::var_os("KUBECONFIG").is_none_or(|v| v.is_empty())
        }
        _ => false,
    }
}

fn explain(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::CurrentContextNotSet => {
            "it sets no current context; choose one with --context or `kubectl config use-context`".to_owned()
        }
        KubeconfigError::LoadContext(name) => {
            format!("it has no context `{name}`; `kubectl config get-contexts` lists those it has")
        }
        KubeconfigError::ReadConfig(error, _) => format!("cannot be read: {error}; check the path"),
        other => with_causes(other),
    }
}

/// An error with what caused it: the outer text alone is often just "client error (Connect)".
pub(super) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
