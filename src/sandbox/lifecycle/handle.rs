//! A running sandbox, as the process that started it holds it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::folder;
use super::message::Message;
use super::options::Options;
use super::report::{Report, Version};

/// An orderly stop takes about a second; one that takes longer than this is cut short.
const STOP: Duration = Duration::from_secs(20);
/// A limit above all of `serve`'s own deadlines: it ends a `serve` that hangs.
const READY: Duration = Duration::from_secs(15 * 60);

/// What is happening, for people; called with one short line at a time.
pub type Progress = Arc<dyn Fn(&str) + Send + Sync>;

/// A sandbox that is ready. Dropping it kills everything; [`Sandbox::stop`] ends it in order.
pub struct Sandbox {
    /// Leads kubectl and kube-rs to it.
    pub kubeconfig: PathBuf,
    /// The API's URL.
    pub server: String,
    /// What runs in it.
    pub report: Report,
    serve: Serve,
}

/// The child process, and the folder that must not survive it.
struct Serve {
    child: Child,
    /// Held open: its end is the child's signal to stop.
    input: Option<ChildStdin>,
    folder: Option<PathBuf>,
}

/// Starts a sandbox and waits until it is ready.
///
/// # Errors
/// When it cannot be started or does not become ready in time; the text says which workload is missing and why.
pub async fn up(options: &Options, progress: Progress) -> anyhow::Result<Sandbox> {
    let (mut serve, mut lines) = spawn(options)?;
    let ready = wait_ready(&mut serve, &mut lines, &progress);
    let Ok(outcome) = tokio::time::timeout(READY, ready).await else {
        bail!("the sandbox is not ready after {} s", READY.as_secs());
    };
    let found = match outcome {
        Ok(found) => found,
        Err(error) => {
            // In order, so that nothing of the failed start is left.
            serve.stop().await;
            return Err(error);
        }
    };
    // The pipe must be read for ever, or the child's next line would block it.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(Sandbox { kubeconfig: found.kubeconfig, server: found.server, report: found.report, serve })
}

struct Found {
    kubeconfig: PathBuf,
    server: String,
    report: Report,
}

fn spawn(options: &Options) -> anyhow::Result<(Serve, Lines<BufReader<ChildStdout>>)> {
    let launcher = match &options.launcher {
        Some(path) => path.clone(),
        None => std::env::current_exe().context("cannot find the path of this program")?,
    };
    let mut child = Command::new(&launcher)
        .args(options.serve_args())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        // It logs into its folder; a pipe without a reader would kill it when we are gone.
        .stderr(Stdio::null())
        // Ctrl-C of the terminal is for the front end, which then stops the child in order.
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {} sandbox serve", launcher.display()))?;
    let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        bail!("the pipes to {} are missing", launcher.display());
    };
    Ok((Serve { child, input: Some(input), folder: None }, BufReader::new(output).lines()))
}

async fn wait_ready(
    serve: &mut Serve,
    lines: &mut Lines<BufReader<ChildStdout>>,
    progress: &Progress,
) -> anyhow::Result<Found> {
    let mut started = None;
    while let Some(line) = lines.next_line().await.context("cannot read from the sandbox")? {
        // Whatever is not ours (a library that prints) is not worth an error.
        let Ok(message) = serde_json::from_str(&line) else {
            continue;
        };
        match message {
            Message::Folder(path) => serve.folder = Some(path),
            Message::Started { kubeconfig, server } => started = Some((kubeconfig, server)),
            Message::Progress(text) => progress(&text),
            Message::Failed(reason) => bail!("{reason}"),
            Message::Ready(report) => {
                let Some((kubeconfig, server)) = started else { bail!("the sandbox is ready but never started") };
                return Ok(Found { kubeconfig, server, report: *report });
            }
        }
    }
    let status = serve.child.wait().await.context("cannot wait for the sandbox")?;
    bail!("the sandbox ended before it was ready ({status})")
}

impl Sandbox {
    /// Component -> version and source, for the evidence of a run.
    pub fn versions(&self) -> &[Version] {
        &self.report.versions
    }

    /// The temp folder: kubeconfig, logs, volumes.
    pub fn folder(&self) -> Option<&Path> {
        self.serve.folder.as_deref()
    }

    /// Resolves when the sandbox ends by itself, which it never should; says how.
    pub async fn ended(&mut self) -> String {
        match self.serve.child.wait().await {
            Ok(status) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }

    /// Ends everything in order. Afterwards no process and no folder is left.
    pub async fn stop(mut self) {
        self.serve.stop().await;
    }
}

impl Serve {
    async fn stop(&mut self) {
        drop(self.input.take());
        if tokio::time::timeout(STOP, self.child.wait()).await.is_err() {
            tracing::warn!("the sandbox did not stop within {} s: it is killed", STOP.as_secs());
            let _ = self.child.kill().await;
        }
        self.clean();
    }

    /// Removes the folder, where `serve` could not.
    fn clean(&mut self) {
        if let Some(path) = self.folder.take() {
            folder::remove(&path);
        }
    }
}

impl Drop for Serve {
    /// Without a known folder the end of the pipe is enough: `serve` then ends in order by itself.
    fn drop(&mut self) {
        if self.folder.is_some() {
            let _ = self.child.start_kill();
            self.clean();
        }
    }
}
