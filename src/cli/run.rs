//! `signoff run`: judges a suite on a cluster or on a sandbox.

use std::path::PathBuf;

use super::cluster::ClusterArguments;
use super::deliver::{self, DeliverArguments};
use super::screen::{self, ColorArgument, Screen};
use super::{FilterArguments, SuiteArguments, Usage, read_suite};
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
    /// Judge each check whatever became of those that it needs, once they have ended: all that is wrong is told at once, and what
    /// only follows from it is red, too
    #[arg(long)]
    keep_going: bool,
    /// The longest that the whole run may take, such as 10m; the suite's own deadline by default
    #[arg(long, value_name = "DURATION")]
    deadline: Option<Duration>,
    /// What must be deployed, such as main@sha1:4f2a: the suite's variable `revision`, where it has one, and in the report
    #[arg(long, value_name = "TEXT", env = "SIGNOFF_REVISION")]
    revision: Option<String>,
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
    deliver: DeliverArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[cfg(feature = "sandbox")]
    #[command(flatten)]
    sandbox: SandboxArguments,
}

/// The variable that `--revision` fills in.
const REVISION: &str = "revision";

/// The variable that a sandbox fills in.
#[cfg(feature = "sandbox")]
const SINK: &str = "sink";

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

/// Runs, and leaves the reason where there was nothing to run.
pub async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let log = arguments.deliver.termination_log();
    let ended = judge(arguments).await;
    match &ended {
        Ok(Exit::NothingSelected) => deliver::last_words(log.as_ref(), Exit::NothingSelected, "see `signoff list`"),
        Ok(_) => {}
        Err(error) => deliver::last_words(log.as_ref(), super::exit_of(error), &format!("{error:#}")),
    }
    ended
}

/// Reads, selects, starts a sandbox where one is wanted, runs, and says how it ended.
async fn judge(mut arguments: Arguments) -> anyhow::Result<Exit> {
    let suite = pinned(&mut arguments.suite, arguments.revision.as_deref())?;
    let filter = Filter::from(arguments.filter);
    let plan = Plan::new(suite, &filter);
    if arguments.list {
        screen::say(&plan::list(&plan));
        return Ok(Exit::Proven);
    }
    if plan.is_empty() {
        eprintln!("error: nothing was selected; `signoff list {}` shows what there is", plan.suite.file);
        return Ok(Exit::NothingSelected);
    }
    let mut screen = Screen::new(arguments.color, arguments.quiet);
    let session = Session {
        plan,
        cluster: Ok(arguments.cluster.into()),
        facts: arguments.revision.map(|revision| ("revision".to_owned(), revision)).into_iter().collect(),
        reports: arguments.reports,
        junit: arguments.junit,
        termination_log: arguments.deliver.termination_log(),
        unproven: if arguments.allow_unproven { UnprovenPolicy::Allowed } else { UnprovenPolicy::Refused },
        keep_going: arguments.keep_going,
        deadline: arguments.deadline.map(|deadline| deadline.0),
    };
    session.check_files().map_err(|error| Usage(format!("{error:#}")))?;
    #[cfg(feature = "sandbox")]
    let mut session = session;
    #[cfg(feature = "sandbox")]
    let sandbox =
        if arguments.sandbox.wanted { start(&arguments.sandbox.options, &mut session, &screen).await } else { None };
    #[cfg(feature = "sandbox")]
    if let Some(sink) = sandbox.as_ref().and_then(|sandbox| sandbox.report.sink)
        && let Some(suite) = with_sink(&arguments.suite, sink)
    {
        session.plan = Plan::new(suite, &filter);
    }
    let cluster = session.cluster.clone();
    let ended = session.run(&mut screen).await;
    let notes = match &ended {
        Ok((run, folder)) => arguments.deliver.deliver(&cluster, run, folder).await,
        Err(_) => Vec::new(),
    };
    #[cfg(feature = "sandbox")]
    if let Some(sandbox) = sandbox {
        sandbox.stop().await;
    }
    let (run, folder) = ended?;
    screen.close(&run, &folder.path().display().to_string());
    notes.iter().for_each(|note| eprintln!("{note}"));
    Ok(run.exit())
}

/// The suite, which wants this revision, where it asks for one; where it does not, that is said: a report that names a revision
/// which no check has compared would promise too much.
fn pinned(arguments: &mut SuiteArguments, revision: Option<&str>) -> anyhow::Result<crate::suite::Suite> {
    let suite = read_suite(arguments)?;
    let Some(revision) = revision else { return Ok(suite) };
    let given = arguments.variables.iter().rev().find(|(name, _)| name == REVISION);
    if let Some((_, other)) = given.filter(|(_, other)| other != revision) {
        let message =
            format!("--revision is {revision}, and --var {REVISION} is {other}: give one of them, or the same twice");
        return Err(Usage(message).into());
    }
    if !suite.id.variables.iter().any(|(name, _)| name == REVISION) {
        eprintln!(
            "note: --revision is told in the report alone: {} has no variable `{REVISION}`",
            arguments.suite.display()
        );
        return Ok(suite);
    }
    arguments.variables.push((REVISION.to_owned(), revision.to_owned()));
    crate::suite::read(&arguments.suite, &arguments.variables).map_err(|error| Usage(error.to_string()).into())
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

/// The suite with the address at which this sandbox lets webhooks be taken, where it asks for one and the caller gave none.
#[cfg(feature = "sandbox")]
fn with_sink(arguments: &SuiteArguments, sink: std::net::SocketAddr) -> Option<crate::suite::Suite> {
    let is_given = arguments.variables.iter().any(|(name, _)| name == SINK);
    let variables = arguments.variables.iter().cloned().chain([(SINK.to_owned(), sink.to_string())]);
    // A suite without such a variable refuses it.
    if is_given { None } else { crate::suite::read(&arguments.suite, &variables.collect::<Vec<_>>()).ok() }
}
