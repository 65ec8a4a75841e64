//! The hidden verb `pod-exec`: becomes the program, and dies with the node that started it.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

/// Holds the node's process id, so that a child can see whether its node died before it could ask to be told.
pub const PARENT_VARIABLE: &str = "SIGNOFF_NODE_PID";

/// Replaces this process by `program`; on success it never returns.
///
/// The kernel kills the program when the thread that started it ends. The request survives `exec`.
///
/// # Errors
/// When the node is gone already, or the program cannot be executed.
pub fn pod_exec(program: &OsString, args: &[OsString]) -> Result<std::convert::Infallible> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .context("cannot ask the kernel to end this process with its node")?;
    if let Ok(parent) = std::env::var(PARENT_VARIABLE) {
        let now = getppid().map(Pid::as_raw_nonzero).map(i32::from);
        if parent.parse().ok() != now {
            bail!("the node (process {parent}) is gone, so its container does not start");
        }
    }
    let error = Command::new(program).args(args).env_remove(PARENT_VARIABLE).exec();
    Err(error).with_context(|| format!("cannot execute {}", program.to_string_lossy()))
}
