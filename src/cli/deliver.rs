//! Where a run's result goes beside its folder: a container's termination log, a ConfigMap that outlives the Pod, metrics.
//!
//! Nothing of it changes the verdict. What did not work is said, in the termination log, too.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Context;

use crate::connect::{Connections, Options};
use crate::publish::{self, Destination, Owner, Target};
use crate::record::{self, Exit, Folder, Run};
use crate::session::TerminationLog;

/// Where a run's result goes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Delivery")]
pub struct DeliverArguments {
    /// Leave the verdict and a line for each red criterion in this file; in a Pod, /dev/termination-log by default
    #[arg(long, value_name = "FILE", env = "SIGNOFF_TERMINATION_LOG")]
    termination_log: Option<PathBuf>,
    /// Keep JUnit, summary and journal in a ConfigMap, in the Pod's or the context's namespace or in this one; see `signoff fetch`
    #[arg(long, value_name = "NAMESPACE", num_args = 0..=1, require_equals = true)]
    publish: Option<Option<String>>,
    /// How many published reports of the story stay
    #[arg(long, value_name = "COUNT", default_value = "5", requires = "publish")]
    keep: NonZeroUsize,
    /// Push the verdict and what was measured to this VictoriaMetrics, such as http://vmsingle:8429
    #[arg(long, value_name = "URL", env = "SIGNOFF_PUSH", hide_env_values = true, value_parser = Target::parse)]
    push: Option<Target>,
    /// The Job that what is published belongs to; its Pod knows both by the downward API
    #[arg(long, value_name = "NAME", env = "SIGNOFF_JOB", requires = "job_uid")]
    job: Option<String>,
    /// The uid of that Job
    #[arg(long, value_name = "UID", env = "SIGNOFF_JOB_UID", requires = "job")]
    job_uid: Option<String>,
}

impl DeliverArguments {
    /// The termination log, where there is one.
    pub fn termination_log(&self) -> Option<TerminationLog> {
        TerminationLog::find(self.termination_log.clone())
    }

    /// Delivers a run that is over, and gives what is to be said about that, line by line.
    pub async fn deliver(&self, cluster: &Result<Options, String>, run: &Run, folder: &Folder) -> Vec<String> {
        let mut notes = Vec::new();
        let mut troubles = Vec::new();
        if let Some(namespace) = &self.publish {
            match self.published(cluster, namespace.clone(), folder).await {
                Ok(told) => notes.extend(told),
                Err(error) => troubles.push(format!("not published: {error:#}")),
            }
        }
        if let Some(target) = &self.push {
            match target.push(run).await {
                Ok(()) => notes.push(format!("metrics pushed to {}", target.shown())),
                Err(why) => troubles.push(format!("metrics not pushed: {why}")),
            }
        }
        if let Some(log) = self.termination_log()
            && let Err(error) = log.write(run, &troubles)
        {
            troubles.push(format!("no termination message: {} cannot be written: {error}", log.path().display()));
        }
        notes.extend(troubles);
        notes
    }

    async fn published(
        &self,
        cluster: &Result<Options, String>,
        namespace: Option<String>,
        folder: &Folder,
    ) -> anyhow::Result<Vec<String>> {
        let options = cluster.clone().map_err(anyhow::Error::msg)?;
        let connections = Connections::open(options).await?;
        // The Pod of no Job has the variables all the same, without a value.
        let set = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let owner = set(&self.job).zip(set(&self.job_uid)).map(|(job, uid)| Owner { job, uid });
        let destination = Destination { namespace, keep: self.keep, owner };
        let journal = record::read(&folder.journal()).context("the journal cannot be read again")?;
        let published = publish::publish(&connections, &destination, &journal.events).await?;
        let cut = published.cut.map(|cut| format!("; to fit, it lacks {cut}")).unwrap_or_default();
        let not_pruned = published.not_pruned.map(|why| format!("older reports could not be removed: {why}"));
        Ok(std::iter::once(format!("published as {}{cut}", published.object)).chain(not_pruned).collect())
    }
}

/// Leaves the reason of an exit that came before there was a run.
pub fn last_words(log: Option<&TerminationLog>, exit: Exit, why: &str) {
    let Some(log) = log else { return };
    if let Err(error) = log.write_without_run(exit, why) {
        eprintln!("no termination message: {} cannot be written: {error}", log.path().display());
    }
}
