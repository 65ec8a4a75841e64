//! A sandbox and runs of the whole program on it, for the tests that need real ones.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use signoff::sandbox::lifecycle::{self, Options, Sandbox};

/// A sandbox that is ready; `None`, loudly, where its programs cannot be had.
pub async fn sandbox() -> Option<Sandbox> {
    let options = Options { launcher: Some(env!("CARGO_BIN_EXE_signoff").into()), ..Options::default() };
    match lifecycle::up(&options, Arc::new(|text: &str| eprintln!("{text}"))).await {
        Ok(sandbox) => Some(sandbox),
        Err(error) if format!("{error:#}").contains("cannot get ") => {
            eprintln!("LEFT OUT: the sandbox's programs cannot be had on this machine: {error:#}");
            None
        }
        Err(error) => panic!("the sandbox did not start: {error:#}"),
    }
}

/// `signoff run SUITE` on a sandbox, with its reports below `folder`.
pub fn run(sandbox: &Sandbox, folder: &Path, suite: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.arg("run").arg(suite).arg("--kubeconfig").arg(&sandbox.kubeconfig);
    command.arg("--reports").arg(folder.join("reports"));
    command
}
