//! `signoff fetch`: a run's report out of the cluster, after its Pod is gone.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::cluster::ClusterArguments;
use super::report::{PrintArguments, RunArguments};
use super::{Usage, report, screen};
use crate::connect::Connections;
use crate::publish::{self, Fetched, JOURNAL, JUNIT, SUMMARY};
use crate::record::{Exit, write_whole};

/// Get a report that `run --publish` left in the cluster, and show it; ends with the run's exit code
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The run, its Job, its ConfigMap, or `latest`
    #[arg(value_name = "RUN|JOB", default_value = "latest")]
    named: String,
    /// The namespace of the report; the context's by default
    #[arg(short, long, value_name = "NAMESPACE")]
    namespace: Option<String>,
    /// Where runs go
    #[arg(long, value_name = "DIR", default_value = "reports", env = "SIGNOFF_REPORTS")]
    reports: PathBuf,
    #[command(flatten)]
    print: PrintArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Finds the report, keeps it below the reports folder, and shows it as `signoff report` would.
pub async fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let connections = Connections::open(arguments.cluster.into()).await.context("the cluster cannot be reached")?;
    let (found, namespace) = publish::fetch(&connections, arguments.namespace.as_deref(), &arguments.named).await?;
    let fetched = found.ok_or_else(|| {
        let named = &arguments.named;
        Usage(format!(
            "no report `{named}` in namespace {namespace}: `run --publish` leaves them there; give --namespace for another"
        ))
    })?;
    let folder = folder(&fetched, &arguments.reports)?;
    keep(&fetched, &folder).with_context(|| format!("the report cannot be kept in {}", folder.display()))?;
    if let Some(cut) = &fetched.cut {
        eprintln!("note: to fit into a ConfigMap, the report lacks {cut}");
    }
    let run = folder.display().to_string();
    match (&fetched.journal, fetched.exit) {
        (Some(_), _) => {
            let run = RunArguments::of(run, arguments.reports);
            report::run(report::Arguments { run, junit: None, print: arguments.print })
        }
        (None, Some(code)) => {
            screen::say(&fetched.summary);
            Exit::from_code(code).with_context(|| format!("the report has an exit code of another version: {code}"))
        }
        (None, None) => bail!("{run} has neither a journal nor an exit code"),
    }
}

/// The folder of the run. Its name comes from the cluster, and must not lead anywhere else.
fn folder(fetched: &Fetched, reports: &Path) -> anyhow::Result<PathBuf> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if fetched.run.is_empty() || !fetched.run.chars().all(is_plain) {
        bail!("the report has a label that is no run's name: `{}`", fetched.run);
    }
    Ok(reports.join(&fetched.run))
}

/// Writes what there is of it. A file that is there already is the run's own, which is fuller, or was fetched before: it stays.
fn keep(fetched: &Fetched, folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let files =
        [(JOURNAL, fetched.journal.as_ref()), (SUMMARY, Some(&fetched.summary)), (JUNIT, fetched.junit.as_ref())];
    for (name, text) in files.into_iter().filter_map(|(name, text)| Some((name, text?))) {
        let file = folder.join(name);
        if !file.exists() {
            write_whole(&file, text.as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(run: &str) -> Fetched {
        let text = |text: &str| Some(text.to_owned());
        let (run, summary) = (run.to_owned(), "s".to_owned());
        Fetched { run, exit: Some(1), summary, junit: text("j"), journal: text("e"), cut: None }
    }

    #[test]
    fn a_report_stays_below_the_reports_folder() {
        let reports = Path::new("reports");
        assert_eq!(folder(&fetched("20261125T013000Z-4f2a"), reports).unwrap(), reports.join("20261125T013000Z-4f2a"));
        for odd in ["", "..", "../x", "/etc", "a/b", "latest\0"] {
            assert!(folder(&fetched(odd), reports).is_err(), "{odd}");
        }
    }

    #[test]
    fn what_is_there_already_stays_and_the_rest_is_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("events.jsonl"), "fuller").unwrap();
        keep(&fetched("a"), folder.path()).unwrap();
        let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(["events.jsonl", "summary.md", "junit.xml"].map(read), ["fuller", "s", "j"]);
    }
}
