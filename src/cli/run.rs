//! `signoff run`: judges a suite on a cluster or on a sandbox.

use std::path::PathBuf;

use super::screen::{self, ColorArgument, Screen};
use super::{FilterArguments, SuiteArguments, Usage, pair, read_suite};
use crate::connect::Options;
use crate::event::UnprovenPolicy;
use crate::plan::{self, Filter, Plan};
use crate::record::Exit;
use crate::session::Session;
use crate::units::Duration;

/// Judge a suite's criteria on a cluster, and write JUnit and evidence
#[derive(Debug, clap::Args)]
#[command(after_help = crate::record::exit::TABLE)]
pub struct Arguments {
    #[command(flatten)]
    suite: SuiteArguments,
    #[command(flatten)]
    filter: FilterArguments,
    /// Show what would run, and run nothing
    #[arg(long)]
    list: bool,
    /// Let criteria that no check proves keep their place without keeping the run from exit 0
    #[arg(long)]
    allow_unproven: bool,
    /// The longest that the whole run may take, such as 10m; the suite's own deadline by default
    #[arg(long, value_name = "DURATION")]
    deadline: Option<Duration>,
    /// Write the JUnit to this file, too
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Where runs go
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    reports: PathBuf,
    #[command(flatten)]
    color: ColorArgument,
    /// Show only the failures and the summary
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[cfg(feature = "sandbox")]
    #[command(flatten)]
    sandbox: SandboxArguments,
}

/// The way into a cluster.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Cluster")]
struct ClusterArguments {
    /// The kubeconfig; $KUBECONFIG, ~/.kube/config or the Pod's service account by default
    #[arg(long, value_name = "FILE")]
    kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, value_name = "NAME")]
    context: Option<String>,
    /// Reach a Service by this URL instead of a port-forward
    #[arg(long = "url", value_name = "SERVICE=URL", value_parser = pair)]
    urls: Vec<(String, String)>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER")]
    impersonate: Option<String>,
    /// Act as a member of this group
    #[arg(long = "as-group", value_name = "GROUP", requires = "impersonate")]
    impersonate_groups: Vec<String>,
}

/// The sandbox to run on.
#[cfg(feature = "sandbox")]
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Sandbox")]
struct SandboxArguments {
    /// Start a small cluster on this machine, run on it, and stop it
    #[arg(long = "sandbox", conflicts_with_all = ["kubeconfig", "context", "impersonate"])]
    wanted: bool,
    #[command(flatten)]
    options: crate::sandbox::lifecycle::Options,
}

/// Reads, selects, starts a sandbox where one is wanted, runs, and says how it ended.
pub async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let plan = Plan::new(read_suite(&arguments.suite)?, &Filter::from(arguments.filter));
    if arguments.list {
        screen::say(&plan::list(&plan));
        return Ok(Exit::Proven);
    }
    if plan.is_empty() {
        eprintln!("error: nothing was selected; `signoff list {}` shows what there is", plan.suite.file);
        return Ok(Exit::NothingSelected);
    }
    let mut screen = Screen::new(arguments.color, arguments.quiet);
    let mut session = Session {
        plan,
        cluster: Ok(arguments.cluster.into()),
        facts: Vec::new(),
        reports: arguments.reports,
        junit: arguments.junit,
        unproven: if arguments.allow_unproven { UnprovenPolicy::Allowed } else { UnprovenPolicy::Refused },
        deadline: arguments.deadline.map(|deadline| deadline.0),
    };
    session.check_files().map_err(|error| Usage(format!("{error:#}")))?;
    #[cfg(feature = "sandbox")]
    let sandbox =
        if arguments.sandbox.wanted { start(&arguments.sandbox.options, &mut session, &screen).await } else { None };
    let ended = session.run(&mut screen).await;
    #[cfg(feature = "sandbox")]
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    let (run, folder) = ended?;
    screen.close(&run, &folder.path().display().to_string());
    Ok(run.exit())
}

/// Starts a sandbox and points the session at it; when that fails, every check of the session is an error that says why.
#[cfg(feature = "sandbox")]
async fn start(
    options: &crate::sandbox::lifecycle::Options,
    session: &mut Session,
    screen: &Screen,
) -> Option<crate::sandbox::lifecycle::Sandbox> {
    match crate::sandbox::lifecycle::up(options, std::sync::Arc::new(screen.note())).await {
        Ok(sandbox) => {
            if let Ok(options) = &mut session.cluster {
                options.kubeconfig = Some(sandbox.kubeconfig.clone());
            }
            let versions = sandbox.versions().iter();
            session.facts.push(("scenario".to_owned(), options.scenario.clone()));
            session.facts.extend(versions.map(|program| {
                (format!("{} version", program.component), format!("{} ({})", program.version, program.source))
            }));
            Some(sandbox)
        }
        Err(error) => {
            session.cluster = Err(format!("the sandbox could not be started: {error:#}"));
            None
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
            urls: arguments.urls,
        }
    }
}
