//! Starts every child process from one thread that lives as long as the process.
//!
//! The kernel's parent-death signal fires when the *thread* that forked ends, so a runtime's worker threads will not do.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;

use super::pod_exec::PARENT_VARIABLE;

/// One process to start.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
    /// The whole environment; nothing is inherited.
    pub(super) env: Vec<(String, String)>,
    pub(super) folder: PathBuf,
    /// Appended to.
    pub(super) log: PathBuf,
}

type Job = (Order, oneshot::Sender<Result<Child>>);

/// The way to the starting thread.
#[derive(Clone)]
pub(super) struct Launcher {
    jobs: std::sync::mpsc::Sender<Job>,
}

impl Launcher {
    /// Starts the thread; `executable` is `signoff`, whose `sandbox pod-exec` becomes each program.
    pub(super) fn start(executable: PathBuf) -> Result<Self> {
        let (jobs, inbox) = std::sync::mpsc::channel::<Job>();
        let runtime = tokio::runtime::Handle::current();
        std::thread::Builder::new()
            .name("launcher".to_owned())
            .spawn(move || {
                let _entered = runtime.enter();
                while let Ok((order, answer)) = inbox.recv() {
                    // Nobody waits any more when the pod was removed meanwhile: dropping the child kills it.
                    let _ = answer.send(spawn(&executable, &order));
                }
            })
            .context("cannot start the launcher thread")?;
        Ok(Self { jobs })
    }

    /// Starts a process and gives it back as soon as it was forked.
    pub(super) async fn launch(&self, order: Order) -> Result<Child> {
        let (answer, started) = oneshot::channel();
        self.jobs.send((order, answer)).ok().context("the launcher thread is gone")?;
        started.await.context("the launcher thread is gone")?
    }
}

fn spawn(executable: &PathBuf, order: &Order) -> Result<Child> {
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&order.log)
        .with_context(|| format!("cannot open log {}", order.log.display()))?;
    Command::new(executable)
        .args(["sandbox", "pod-exec", "--"])
        .arg(&order.program)
        .args(&order.args)
        .env_clear()
        .envs(order.env.iter().cloned())
        .env(PARENT_VARIABLE, std::process::id().to_string())
        .current_dir(&order.folder)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // A group of its own: Ctrl-C in the terminal is for the front end, which ends things in order.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", order.program.display()))
}
