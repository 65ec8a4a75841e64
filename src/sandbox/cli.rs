//! The verbs of `signoff sandbox`.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use http::{HeaderName, HeaderValue};

use super::lifecycle::signals::Signals;
use super::lifecycle::{self, Options, Output};
use super::{deploy, exporters, node, operator};

/// A small cluster on this machine, to try suites on
#[derive(Clone, Debug, clap::Subcommand)]
pub enum Command {
    /// Start a sandbox and keep it running in the foreground
    Up {
        /// What it is made of.
        #[command(flatten)]
        options: Options,
        /// The form of what is printed when it is ready
        #[arg(long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Deploy what a sandbox holds into a cluster that is there already
    Deploy(deploy::Options),
    /// The process that is the sandbox; started by `up`
    #[command(hide = true)]
    Serve {
        /// What it is made of.
        #[command(flatten)]
        options: Options,
    },
    /// Run a container's program so that it ends with the sandbox
    #[command(hide = true)]
    PodExec {
        /// The program and its arguments.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// The VictoriaMetrics operator's stand-in; in a cluster's pod, or outside with `--kubeconfig FILE`
    Operator(Rest),
    /// The config-reloader's stand-in
    #[command(hide = true)]
    ConfigReloader(Rest),
    /// The stand-in of kube-state-metrics
    #[command(hide = true)]
    KubeStateMetrics(Rest),
    /// The stand-in of any other exporter, or of a webhook receiver
    #[command(hide = true)]
    Exporter(Rest),
}

/// Arguments that the verb reads itself: containers pass those of the program that it stands for.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub struct Rest {
    /// As given.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub args: Vec<String>,
}

/// Runs one verb to its end.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    // kube and reqwest need one provider; the program may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match command {
        Command::Up { options, output } => return lifecycle::foreground(&options, output).await,
        Command::Serve { options } => return lifecycle::serve(&options).await,
        Command::Deploy(options) => deploy::run(client_of(&options.kubeconfig).await?, &options).await?,
        Command::PodExec { command } => {
            let (program, args) = command.split_first().context("pod-exec needs a program")?;
            match node::pod_exec(program, args)? {}
        }
        Command::Operator(Rest { args }) => {
            let options = operator::Options::from_args(&args, |name| std::env::var(name).ok())?;
            let client = match &options.kubeconfig {
                Some(file) => client_of(file).await?,
                None => client().await?,
            };
            until_terminated(operator::run(client, options)).await?;
        }
        Command::ConfigReloader(Rest { args }) => {
            until_terminated(operator::config_reloader(client().await?, &args)).await?;
        }
        Command::KubeStateMetrics(Rest { args }) => {
            let options = exporters::StateOptions::from_args(&args);
            until_terminated(exporters::run_state(client().await?, options)).await?;
        }
        Command::Exporter(Rest { args }) => {
            until_terminated(exporters::run(exporters::Options::from_args(&args)?)).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends at the first signal that asks for it: the first process of a container would not die of one by itself, and be
/// killed after its period of grace.
async fn until_terminated(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let mut signals = Signals::install()?;
    tokio::select! {
        result = work => result,
        _ = signals.wait() => Ok(()),
    }
}

/// The client of the cluster that a kubeconfig leads to.
async fn client_of(file: &Path) -> anyhow::Result<kube::Client> {
    let wrong = || format!("cannot use the kubeconfig {}", file.display());
    let read = kube::config::Kubeconfig::read_from(file).with_context(wrong)?;
    let mut config = kube::Config::from_custom_kubeconfig(read, &Default::default()).await.with_context(wrong)?;
    config.default_retry = false;
    kube::Client::try_from(config).with_context(wrong)
}

/// The client of a process in a pod: by KUBERNETES_API (in a sandbox), else by kubeconfig or the pod's service account.
async fn client() -> anyhow::Result<kube::Client> {
    let mut config = match std::env::var("KUBERNETES_API") {
        Ok(url) => {
            let uri = url.parse().with_context(|| format!("KUBERNETES_API is {url}: expected http://HOST:PORT"))?;
            kube::Config::new(uri)
        }
        Err(_) => kube::Config::infer().await.context("no KUBERNETES_API, kubeconfig or service account to use")?,
    };
    config.default_retry = false;
    // A sandbox's own components are exempt from the denials that drills make; a real server ignores the header.
    let header = (HeaderName::from_static("x-signoff-component"), HeaderValue::from_static("pod"));
    config.headers.push(header);
    kube::Client::try_from(config).context("cannot make a client of the cluster")
}
