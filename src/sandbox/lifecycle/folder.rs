//! The sandbox's temp folder: made, locked while it lives, swept when it was left behind.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};

const PREFIX: &str = "signoff-sandbox-";
const LOCK: &str = "lock";
/// A folder without a lock file is younger than this only while its owner is making it.
const BEING_MADE: Duration = Duration::from_secs(60);
/// Containers may write for a moment after they were killed; removal is tried so often, with pauses.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(50);

/// A temp folder that is locked as long as this lives; [`Folder::remove`] or dropping it removes it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The lock is on the open file: the kernel gives it back however this process ends.
    _lock: File,
}

impl Folder {
    /// Makes and locks a new folder `signoff-sandbox-<pid>-<random>` below `parent`.
    pub fn create(parent: &Path) -> anyhow::Result<Self> {
        for _ in 0..10 {
            let random = RandomState::new().hash_one(std::process::id());
            let path = parent.join(format!("{PREFIX}{}-{random:016x}", std::process::id()));
            fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
            if let Some(lock) = lock_new(&path) {
                return Ok(Self { path, _lock: lock });
            }
        }
        bail!("cannot lock a new folder in {}: is it on a file system without flock?", parent.display())
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// Locks a folder that was just made; `None` when a sweep took it for a left one in between.
fn lock_new(path: &Path) -> Option<File> {
    let lock = File::create_new(path.join(LOCK)).ok()?;
    lock.try_lock().ok()?;
    let named = fs::metadata(path.join(LOCK)).ok()?;
    (named.ino() == lock.metadata().ok()?.ino()).then_some(lock)
}

/// Removes every sandbox folder below `parent` whose owner is gone; says which.
pub fn sweep(parent: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    named.map(|entry| entry.path()).filter(|path| is_left(path)).inspect(|path| remove(path)).collect()
}

fn is_left(path: &Path) -> bool {
    match File::open(path.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let made = fs::metadata(path).and_then(|found| found.modified());
            made.is_ok_and(|made| SystemTime::now().duration_since(made).is_ok_and(|age| age > BEING_MADE))
        }
        // It belongs to somebody else.
        Err(_) => false,
    }
}

/// Removes a folder, patiently; what cannot be removed is left to the next sweep.
pub fn remove(path: &Path) {
    for _ in 0..ATTEMPTS {
        match fs::remove_dir_all(path) {
            Ok(()) => return,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => std::thread::sleep(PAUSE),
        }
    }
    tracing::warn!("cannot remove {}: the next sandbox will sweep it", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_folder_is_not_swept_and_a_left_one_is() {
        let parent = tempfile::tempdir().unwrap();
        let living = Folder::create(parent.path()).unwrap();
        let left = parent.path().join("signoff-sandbox-1-0");
        fs::create_dir_all(left.join("logs")).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        let foreign = parent.path().join("something-else");
        fs::create_dir(&foreign).unwrap();
        assert_eq!(sweep(parent.path()), std::slice::from_ref(&left));
        assert!(living.path().exists() && foreign.exists() && !left.exists());
    }

    #[test]
    fn a_folder_that_is_being_made_is_not_swept() {
        let parent = tempfile::tempdir().unwrap();
        fs::create_dir(parent.path().join("signoff-sandbox-1-0")).unwrap();
        assert!(sweep(parent.path()).is_empty());
    }

    #[test]
    fn a_dropped_folder_is_gone() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::create(parent.path()).unwrap();
        let path = folder.path().to_owned();
        fs::write(path.join("x"), "y").unwrap();
        drop(folder);
        assert!(!path.exists());
    }
}
