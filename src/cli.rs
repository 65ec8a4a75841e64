//! The command line: one file per verb.

mod cluster;
mod completions;
mod deliver;
mod doctor;
mod explain;
mod fetch;
mod judge;
mod lint;
mod list;
mod man;
mod rbac;
mod report;
mod run;
mod schema;
mod screen;
mod show;
mod sweep;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::record::{Exit, exit};
use crate::session::TerminationLog;

/// Name of the program.
const NAME: &str = "signoff";

/// Proves that a deployment is really done: runs a story's acceptance criteria as live checks
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = exit::TABLE, disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(Box<run::Arguments>),
    List(list::Arguments),
    Lint(lint::Arguments),
    Schema(schema::Arguments),
    Explain(explain::Arguments),
    Report(report::Arguments),
    Rbac(rbac::Arguments),
    Doctor(doctor::Arguments),
    Fetch(fetch::Arguments),
    Judge(judge::Arguments),
    Show(show::Arguments),
    Sweep(sweep::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
    /// A small cluster on this machine, to try suites on
    #[cfg(feature = "sandbox")]
    #[command(subcommand)]
    Sandbox(crate::sandbox::cli::Command),
}

/// The arguments that name a suite.
#[derive(Debug, clap::Args)]
struct SuiteArguments {
    /// The suite's file
    #[arg(value_name = "SUITE")]
    suite: PathBuf,
    /// Set a variable of the suite
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
}

/// The arguments that select checks, as `cargo test` has them.
#[derive(Debug, clap::Args)]
struct FilterArguments {
    /// Run only checks whose name (`AC2.4::vmsingle-answers`) or criterion contains one of these; what they need runs, too
    #[arg(value_name = "FILTER")]
    filters: Vec<String>,
    /// Let filters mean whole names, not parts of them
    #[arg(long)]
    exact: bool,
    /// Leave out checks whose name or criterion contains this, and what needs them
    #[arg(long, value_name = "FILTER")]
    skip: Vec<String>,
}

/// Something that the caller must set right; it ends with exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Usage(String);

/// Runs the command line to its end, messages included, and gives the process's exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let called = called(arguments.first());
    let parsed = command(called).try_get_matches_from(arguments);
    let verb = match parsed.and_then(|matches| Arguments::from_arg_matches(&matches)) {
        Ok(arguments) => arguments.verb,
        Err(error) => {
            // Nothing can be said where the terminal is gone.
            let _ = error.print();
            if error.use_stderr() {
                deliver::last_words(TerminationLog::find(None).as_ref(), Exit::Usage, &error.to_string());
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Usage.code()));
        }
    };
    log();
    let runtime = match verb.runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime could not be started: {error}");
            return ExitCode::from(Exit::Inconclusive.code());
        }
    };
    let code = runtime.block_on(verb.run());
    // A second Ctrl-C does not wait for what is still being undone.
    runtime.shutdown_background();
    code
}

/// The command line under the name that it is called by.
fn command(called: &'static str) -> clap::Command {
    Arguments::command().bin_name(called)
}

/// How the user calls the program: kubectl starts a plugin `kubectl-signoff` for `kubectl signoff`.
fn called(program: Option<&OsString>) -> &'static str {
    let name = program.and_then(|program| Path::new(program).file_stem());
    if name.is_some_and(|name| name == "kubectl-signoff") { "kubectl signoff" } else { NAME }
}

impl Verb {
    fn runtime(&self) -> std::io::Result<tokio::runtime::Runtime> {
        match self {
            // An API server with its controllers computes: it takes all cores.
            #[cfg(feature = "sandbox")]
            Self::Sandbox(_) => tokio::runtime::Runtime::new(),
            _ => crate::session::runtime(),
        }
    }

    async fn run(self) -> ExitCode {
        let ended = match self {
            Self::Run(arguments) => run::run(*arguments).await,
            Self::List(arguments) => list::run(arguments),
            Self::Lint(arguments) => lint::run(arguments),
            Self::Schema(arguments) => schema::run(arguments),
            Self::Explain(arguments) => explain::run(arguments),
            Self::Report(arguments) => report::run(arguments),
            Self::Rbac(arguments) => rbac::run(arguments),
            Self::Doctor(arguments) => doctor::run(arguments).await,
            Self::Fetch(arguments) => fetch::run(arguments).await,
            Self::Judge(arguments) => judge::run(arguments),
            Self::Show(arguments) => show::run(arguments),
            Self::Sweep(arguments) => sweep::run(arguments).await,
            Self::Completions(arguments) => completions::run(arguments),
            Self::Man(arguments) => man::run(arguments),
            #[cfg(feature = "sandbox")]
            Self::Sandbox(command) => return sandbox(command).await,
        };
        match ended {
            Ok(exit) => ExitCode::from(exit.code()),
            Err(error) => {
                eprintln!("error: {error:#}");
                ExitCode::from(exit_of(&error).code())
            }
        }
    }
}

/// The exit that an error is.
fn exit_of(error: &anyhow::Error) -> Exit {
    if error.is::<Usage>() { Exit::Usage } else { Exit::Inconclusive }
}

#[cfg(feature = "sandbox")]
async fn sandbox(command: crate::sandbox::cli::Command) -> ExitCode {
    crate::sandbox::cli::run(command).await.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(Exit::Inconclusive.code())
    })
}

/// Shows what `RUST_LOG` asks for on standard error; nothing by default.
fn log() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_default_directive(tracing_subscriber::filter::LevelFilter::OFF.into())
        .from_env_lossy();
    // A sandbox's process may have one already.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// `NAME=VALUE`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("expected NAME=VALUE, got `{text}`")),
    }
}

/// Reads a suite, shows its warnings, and refuses what is wrong with it.
fn read_suite(arguments: &SuiteArguments) -> anyhow::Result<crate::suite::Suite> {
    let suite = crate::suite::read(&arguments.suite, &arguments.variables).map_err(|error| Usage(error.to_string()))?;
    suite.warnings.iter().for_each(|warning| eprintln!("{warning}"));
    Ok(suite)
}

impl From<FilterArguments> for crate::plan::Filter {
    fn from(arguments: FilterArguments) -> Self {
        Self { filters: arguments.filters, exact: arguments.exact, skip: arguments.skip }
    }
}

#[cfg(test)]
mod tests;
