//! Watches folders by looking at their files: a mounted ConfigMap is swapped as a whole, so names and contents are compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::mpsc::Sender;

/// Pause between two looks.
const PERIOD: Duration = Duration::from_millis(300);

/// Names of a folder's files and digests of their contents.
type Content = BTreeMap<PathBuf, [u8; 32]>;

/// Sends an update whenever the files of one of `folders` change; never ends.
pub async fn watch(folders: &[PathBuf], updates: Sender<()>) {
    let mut seen: Vec<Content> = folders.iter().map(|folder| look(folder)).collect();
    loop {
        tokio::time::sleep(PERIOD).await;
        for (folder, before) in folders.iter().zip(&mut seen) {
            let now = look(folder);
            if now != *before {
                *before = now;
                // No receiver means that the process is ending.
                let _ = updates.send(()).await;
            }
        }
    }
}

fn look(folder: &Path) -> Content {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.map(|entry| entry.path()).filter(|path| path.is_file());
    files
        .filter_map(|path| {
            let digest = Sha256::digest(std::fs::read(&path).ok()?);
            Some((path, digest.into()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_added_or_removed_file_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.yaml");
        std::fs::write(&file, "1").unwrap();
        let first = look(folder.path());
        assert_eq!(look(folder.path()), first);
        std::fs::write(&file, "2").unwrap();
        let second = look(folder.path());
        assert_ne!(second, first);
        std::fs::write(folder.path().join("b.yaml"), "").unwrap();
        assert_ne!(look(folder.path()), second);
        std::fs::remove_file(&file).unwrap();
        assert_eq!(look(folder.path()).len(), 1);
    }

    #[test]
    fn a_folder_that_does_not_exist_is_empty() {
        assert!(look(Path::new("/nonexistent/folder")).is_empty());
    }
}
