//! The folder where fetched programs stay, and how two processes share it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::fs::{FlockOperation, flock};

use super::Progress;

/// Longer than any one fetch may take, so that a waiter never gives up on a healthy builder.
const LOCK_DEADLINE: Duration = Duration::from_secs(25 * 60);

/// `$SIGNOFF_CACHE`, else `$XDG_CACHE_HOME/signoff`, else `~/.cache/signoff`.
///
/// # Errors
/// When none of the three variables is set.
pub fn root() -> Result<PathBuf> {
    let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    var("SIGNOFF_CACHE")
        .map(PathBuf::from)
        .or_else(|| var("XDG_CACHE_HOME").map(|dir| PathBuf::from(dir).join("signoff")))
        .or_else(|| var("HOME").map(|dir| PathBuf::from(dir).join(".cache/signoff")))
        .context("no folder for fetched programs: set HOME, XDG_CACHE_HOME or SIGNOFF_CACHE")
}

/// Held while something is fetched; the lock ends with the value, also when the process is killed.
pub(super) struct Lock {
    _file: File,
}

/// Takes the lock of `root`, waiting for another process that fetches.
pub(super) async fn lock(root: &Path, progress: Progress<'_>) -> Result<Lock> {
    std::fs::create_dir_all(root).with_context(|| format!("cannot create {}", root.display()))?;
    let path = root.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
    let started = Instant::now();
    let mut mentioned = None;
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let waited = started.elapsed().as_secs();
        if started.elapsed() > LOCK_DEADLINE {
            bail!("another process still holds {} after {waited} s", path.display());
        }
        if mentioned != Some(waited / 5) {
            mentioned = Some(waited / 5);
            progress(&format!("waiting for another fetch into {} ({waited} s)", root.display()));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(Lock { _file: file })
}

/// A fresh folder beside the final one, so that the rename at the end is atomic.
pub(super) fn staging(root: &Path) -> Result<tempfile::TempDir> {
    tempfile::Builder::new()
        .prefix("staging-")
        .tempdir_in(root)
        .with_context(|| format!("cannot create a folder in {}", root.display()))
}

/// Moves a finished staging folder to its place; what was there before is replaced.
pub(super) fn publish(staging: &Path, place: &Path) -> Result<()> {
    if let Some(parent) = place.parent() {
        std::fs::create_dir_all(parent)?;
    }
    if place.exists() {
        std::fs::remove_dir_all(place).with_context(|| format!("cannot replace {}", place.display()))?;
    }
    std::fs::rename(staging, place).with_context(|| format!("cannot move {} to {}", staging.display(), place.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_lock_waits_for_the_first() {
        let root = tempfile::tempdir().unwrap();
        let first = lock(root.path(), &|_| {}).await.unwrap();
        let early = tokio::time::timeout(Duration::from_millis(250), lock(root.path(), &|_| {}));
        assert!(early.await.is_err());
        drop(first);
        lock(root.path(), &|_| {}).await.unwrap();
    }
}
