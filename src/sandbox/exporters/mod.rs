//! Stand-ins for exporters that have no package: kube-state-metrics, the platform's components, a webhook receiver.
//!
//! They serve the real metric names with the real labels, over HTTP, from processes of their own.

mod component;
mod fault;
mod listen;
mod page;
mod process;
mod quantity;
mod receiver;
mod serve;
mod state;

use std::sync::Arc;

pub use fault::Mode;

/// How a stand-in is started.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Which component it plays, e.g. `flux`, `cert-manager`, `webhook-receiver`; unknown ones serve `process_*` only.
    #[arg(long, env = "COMPONENT", default_value = "unknown")]
    pub component: String,
    /// Where it listens; without a host: on the address in POD_IP.
    #[arg(long, env = "LISTEN", default_value = ":8080")]
    pub listen: String,
    /// The path of its metrics.
    #[arg(long, env = "METRICS_PATH", default_value = "/metrics")]
    pub path: String,
    /// How it misbehaves from the start; `/-/fault?mode=` changes it later.
    #[arg(long, env = "FAULT", value_enum, default_value = "ok")]
    pub fault: Mode,
    /// Arguments of the program that it stands for are accepted and ignored.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

/// How the stand-in of kube-state-metrics is started; the flags are those of the real one.
#[derive(Clone, Debug, clap::Args)]
pub struct StateOptions {
    /// Where metrics of objects are served; without a host: on the address in POD_IP.
    #[arg(long, default_value = ":8080")]
    pub listen: String,
    /// Where metrics of kube-state-metrics itself are served.
    #[arg(long, default_value = ":8081")]
    pub telemetry_listen: String,
    /// The host part of both, as the real program takes it.
    #[arg(long)]
    pub host: Option<String>,
    /// The port of `--listen`, as the real program takes it.
    #[arg(long)]
    pub port: Option<u16>,
    /// The port of `--telemetry-listen`, as the real program takes it.
    #[arg(long)]
    pub telemetry_port: Option<u16>,
    /// Other arguments of the real program are accepted and ignored.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    pub rest: Vec<String>,
}

/// Serves the stand-in of one component until the process ends.
pub async fn run(options: Options) -> anyhow::Result<()> {
    let listener = listen::bind(&options.listen).await?;
    if options.component == "webhook-receiver" {
        return receiver::run(listener, options.fault).await;
    }
    let component = Arc::new(component::Component::named(&options.component));
    serve::run(listener, &options.path, options.fault, move || {
        let component = component.clone();
        async move { Ok(component.page()) }
    })
    .await
}

/// Serves kube-state-metrics' series of the cluster behind `client` until the process ends.
pub async fn run_state(client: kube::Client, options: StateOptions) -> anyhow::Result<()> {
    let host = options.host.unwrap_or_default();
    let address =
        |given: String, port: Option<u16>| port.map_or(given, |port| format!("{host}:{port}"));
    let objects = listen::bind(&address(options.listen, options.port)).await?;
    let telemetry =
        listen::bind(&address(options.telemetry_listen, options.telemetry_port)).await?;
    let state = Arc::new(state::State::new(client));
    let own = state.clone();
    let first = serve::run(objects, "/metrics", Mode::Ok, move || {
        let state = state.clone();
        async move { state.page().await }
    });
    let second = serve::run(telemetry, "/metrics", Mode::Ok, move || {
        let state = own.clone();
        async move { Ok(state.telemetry()) }
    });
    tokio::try_join!(first, second)?;
    Ok(())
}
