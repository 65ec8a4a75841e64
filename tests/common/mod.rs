//! A sandbox and runs of the whole program on it, for the tests that need real ones.

mod up;

use std::path::Path;
use std::process::Command;

use signoff::sandbox::lifecycle::Sandbox;

/// A healthy sandbox that is ready; `None`, loudly, where its programs cannot be had.
pub async fn sandbox() -> Option<Sandbox> {
    up::up("done-right").await
}

/// `signoff run SUITE` on a sandbox, with its reports below `folder`.
pub fn run(sandbox: &Sandbox, folder: &Path, suite: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.arg("run").arg(suite).arg("--kubeconfig").arg(&sandbox.kubeconfig);
    command.arg("--reports").arg(folder.join("reports"));
    command
}
