//! One run of a plan from its folder to its last report: what the command line and the test target share.

mod termination_log;

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use jiff::Timestamp;

use crate::connect::{Connections, Options};
use crate::event::{Event, RunCard, UnprovenPolicy, What};
use crate::plan::Plan;
use crate::record::{Fold, Folder, Run, write_whole};
use crate::report::{junit, markdown};
use crate::run::{self, Audience, Cluster, Setup};

pub use termination_log::TerminationLog;

/// What a run's tasks live on: one worker, since they wait for answers more than they compute.
///
/// With two, each piece of a streamed answer wakes the other one: a quarter of the processor time that coverage takes
/// (`cargo bench --bench coverage`). What must not wait for its turn, such as the arrivals of `load`, has a thread of its own.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}

/// A run that is to be made.
pub struct Session {
    /// What is run.
    pub plan: Plan,
    /// The way into the cluster, or why there is none.
    pub cluster: Result<Options, String>,
    /// Facts for the report that the cluster does not tell, such as the versions of a sandbox's programs.
    pub facts: Vec<(String, String)>,
    /// Where runs go.
    pub reports: PathBuf,
    /// A second place for the JUnit.
    pub junit: Option<PathBuf>,
    /// Where a container leaves its last words.
    pub termination_log: Option<TerminationLog>,
    /// What unproven criteria do to the exit.
    pub unproven: UnprovenPolicy,
    /// Whether checks are judged whatever became of those that they need.
    pub keep_going: bool,
    /// The longest that the run may take; the suite's own deadline where absent.
    pub deadline: Option<Duration>,
}

impl Session {
    /// Whether the files of the run can be written; asked before anything is started.
    pub fn check_files(&self) -> anyhow::Result<()> {
        std::fs::create_dir_all(&self.reports)
            .with_context(|| format!("the reports folder {} cannot be made", self.reports.display()))?;
        if let Some(file) = &self.junit {
            let open = OpenOptions::new().append(true).create(true).open(file);
            open.with_context(|| format!("{} cannot be written; give --junit another file", file.display()))?;
        }
        if let Some(log) = &self.termination_log {
            let open = OpenOptions::new().append(true).create(true).open(log.path());
            let file = log.path().display();
            open.with_context(|| format!("{file} cannot be written; give --termination-log another file"))?;
        }
        Ok(())
    }

    /// Makes the run; SIGINT and SIGTERM end it in order from here on. `watcher` sees every event.
    pub async fn run(self, watcher: &mut impl Audience) -> anyhow::Result<(Run, Folder)> {
        let folder = Folder::create(&self.reports, Timestamp::now())
            .with_context(|| format!("a run's folder cannot be made under {}", self.reports.display()))?;
        // What is judged can be judged again. A secret in it, which no suite needs, is not kept: the digest tells.
        write(&folder.suite(), "suite", &run::redact_text(&self.plan.text))?;
        let cluster = self.connect().await;
        let deadline = self.deadline.unwrap_or(self.plan.deadline);
        let card = run::run_card(&self.plan, folder.run(), self.unproven, deadline);
        let setup = Setup {
            card: RunCard { keep_going: self.keep_going, ..card },
            surroundings: run::surroundings(cluster.clone(), self.facts),
            revisions: run::revisions(&cluster),
            sweep: run::sweep_before(&self.plan, &cluster, folder.run()),
            jobs: run::jobs(&self.plan, &cluster, folder.run()),
            folder: folder.clone(),
            deadline,
        };
        let stop = run::channel();
        let signals = run::listen(stop.0.clone()).context("signals cannot be listened to")?;
        let mut keeper = Keeper {
            junit: vec![folder.junit()],
            summary: folder.summary(),
            last_words: self.termination_log,
            failed: None,
            watcher,
        };
        keeper.junit.extend(self.junit);
        let ended = run::run(setup, stop, &mut keeper).await;
        signals.abort();
        match keeper.failed {
            Some(error) => Err(error),
            None => Ok((ended?, folder)),
        }
    }

    async fn connect(&self) -> Cluster {
        match &self.cluster {
            Ok(options) => {
                let options = Options { needs_no_cluster: !self.plan.needs_cluster(), ..options.clone() };
                Connections::open(options).await.map_err(|error| error.to_string())
            }
            Err(why) => Err(why.clone()),
        }
    }
}

/// Keeps a whole and valid JUnit and summary on disk at any time, so that there are both whenever the program is killed; the
/// last words, too.
struct Keeper<'a, A> {
    junit: Vec<PathBuf>,
    summary: PathBuf,
    last_words: Option<TerminationLog>,
    failed: Option<anyhow::Error>,
    watcher: &'a mut A,
}

impl<A> Keeper<'_, A> {
    fn keep(&mut self, run: &Run) {
        let text = junit::junit(run);
        let junit = self.junit.iter().map(|file| write(file, "JUnit", &text));
        let summary = write(&self.summary, "summary", &markdown::markdown(run));
        for error in junit.chain([summary]).filter_map(Result::err) {
            self.failed.get_or_insert(error);
        }
    }
}

impl<A: Audience> Audience for Keeper<'_, A> {
    fn event(&mut self, event: &Event, so_far: &Fold) {
        if matches!(event.what, What::RunStarted(_) | What::CheckEnded { .. } | What::RunEnded { .. }) {
            let run = so_far.run();
            self.keep(&run);
            // The caller writes them once more at the end, and hears of an error then.
            let _ = self.last_words.as_ref().map(|log| log.write(&run, &[]));
        }
        self.watcher.event(event, so_far);
    }

    fn tick(&mut self, so_far: &Fold) {
        self.watcher.tick(so_far);
    }
}

fn write(file: &Path, what: &str, text: &str) -> anyhow::Result<()> {
    write_whole(file, text.as_bytes()).with_context(|| format!("the {what} {} could not be written", file.display()))
}
