//! The client of the API server: from a kubeconfig or a Pod's service account, without delays and retries of its own.

use std::time::Duration;

use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ClientBuilder, ConfigExt};
use kube::config::{KubeConfigOptions, Kubeconfig, KubeconfigError};
use kube::{Client, Config};
use tower::{BoxError, ServiceExt};

use super::options::{OpenError, Options};
use super::{kubeconfig, tunnel};
use crate::check::trouble::Trouble;

/// How long to wait for a TCP connection to the API server.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// An API server and who we are to it.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) client: Client,
    pub(super) server: String,
    pub(super) context: Option<String>,
    /// Whether this runs in one of its Pods, with the service account of that.
    pub(super) inside: bool,
}

impl Cluster {
    pub(super) fn shown(&self) -> String {
        format!("the Kubernetes API at {}", self.server)
    }

    pub(super) fn broken(&self, message: String) -> Trouble {
        Trouble::Broken { to: self.shown(), message }
    }

    /// What a 401 means.
    pub(super) fn stranger(&self, words: &str) -> Trouble {
        self.broken(format!(
            "it does not accept our credentials (401: {words}); log in again, or check the user in the kubeconfig"
        ))
    }
}

/// What is known of the API server before there is a client.
struct Found {
    config: Config,
    context: Option<String>,
    inside: bool,
    /// `proxy-url` of the kubeconfig.
    proxy: Option<String>,
}

pub(super) async fn open(options: &Options) -> Result<Cluster, OpenError> {
    let Found { mut config, context, inside, proxy } = find(options).await?;
    let server = config.cluster_url.to_string();
    config.default_retry = false;
    config.connect_timeout = Some(CONNECT_LIMIT);
    if options.impersonate.is_some() {
        config.auth_info.impersonate = options.impersonate.clone();
        let groups = &options.impersonate_groups;
        config.auth_info.impersonate_groups = (!groups.is_empty()).then(|| groups.clone());
    }
    let refuse = |message: String| OpenError::Client { server: server.clone(), message };
    let proxy = tunnel::before(&config.cluster_url, proxy.as_deref(), |name| std::env::var(name).ok());
    let proxy = proxy.map_err(refuse)?;
    let client = build(&config, proxy.as_ref()).map_err(|error| refuse(with_causes(&error)))?;
    Ok(Cluster { client, server, context, inside })
}

/// Kubeconfig first, since a person who has one means it; then the service account of the Pod.
async fn find(options: &Options) -> Result<Found, OpenError> {
    if let Some(kubeconfig) = kubeconfig::find(options.kubeconfig.as_deref())? {
        let path = || options.kubeconfig.as_ref().map_or_else(default_path, |path| path.display().to_string());
        let found = from_kubeconfig(kubeconfig, options).await;
        return found.map_err(|error| OpenError::Kubeconfig { path: path(), message: kubeconfig::explain(&error) });
    }
    let config = Config::incluster_env().map_err(|pod| {
        OpenError::NoCluster(format!(
            "no kubeconfig at {} and no service account of a Pod ({pod}); \
             give --kubeconfig, set KUBECONFIG, or run with --sandbox",
            default_path()
        ))
    })?;
    Ok(Found { config, context: None, inside: true, proxy: None })
}

async fn from_kubeconfig(kubeconfig: Kubeconfig, options: &Options) -> Result<Found, KubeconfigError> {
    let context = options.context.clone().or_else(|| kubeconfig.current_context.clone());
    let proxy = proxy_of(&kubeconfig, context.as_deref());
    let wanted = KubeConfigOptions { context: context.clone(), ..KubeConfigOptions::default() };
    let config = Config::from_custom_kubeconfig(kubeconfig, &wanted).await?;
    Ok(Found { config, context, inside: false, proxy })
}

/// kube's own field mixes the kubeconfig's proxy with that of the environment.
fn proxy_of(kubeconfig: &Kubeconfig, context: Option<&str>) -> Option<String> {
    let context = kubeconfig.contexts.iter().find(|named| Some(named.name.as_str()) == context)?.context.as_ref()?;
    let cluster = kubeconfig.clusters.iter().find(|named| named.name == context.cluster)?;
    cluster.cluster.as_ref()?.proxy_url.clone()
}

/// kube's own connector leaves Nagle's algorithm on, which adds 40 ms to small exchanges through a port-forward.
fn build(config: &Config, proxy: Option<&Intercept>) -> kube::Result<Client> {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(config.connect_timeout);
    match proxy {
        Some(proxy) => stack(config, config.rustls_https_connector_with_connector(tunnel::through(proxy, connector))?),
        None => stack(config, config.rustls_https_connector_with_connector(connector)?),
    }
}

fn stack<C: Connect + Clone + Send + Sync + 'static>(config: &Config, connector: C) -> kube::Result<Client> {
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
