//! The folder of a run: its name, its files, and the link to the latest one.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

/// Name of the suite's file in a run's folder.
pub const SUITE: &str = "suite.yaml";

/// `reports/<run>`, with `suite.yaml`, `events.jsonl`, `junit.xml`, `summary.md` and `evidence/`.
#[derive(Clone, Debug)]
pub struct Folder {
    run: String,
    path: PathBuf,
}

impl Folder {
    /// Creates the folder of a new run under `reports` and points `reports/latest` at it.
    /// Its name is the time in UTC and four random digits: `20261125T013000Z-4f2a`.
    pub fn create(reports: &Path, now: Timestamp) -> io::Result<Self> {
        fs::create_dir_all(reports)?;
        loop {
            let run = format!("{}-{:04x}", now.strftime("%Y%m%dT%H%M%SZ"), RandomState::new().hash_one(()) & 0xffff);
            let path = reports.join(&run);
            match fs::create_dir(&path) {
                Ok(()) => {
                    fs::create_dir(path.join("evidence"))?;
                    // A file system without links still gets its report.
                    let _ = point_latest(reports, &run);
                    return Ok(Self { run, path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The run's name.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The suite as it was written; its variables are in the journal.
    pub fn suite(&self) -> PathBuf {
        self.path.join(SUITE)
    }

    /// The journal's file.
    pub fn journal(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// The JUnit file.
    pub fn junit(&self) -> PathBuf {
        self.path.join("junit.xml")
    }

    /// The summary for people, in Markdown.
    pub fn summary(&self) -> PathBuf {
        self.path.join("summary.md")
    }

    /// The file of a check's last evidence, relative to the folder.
    pub fn evidence(check: &str) -> String {
        format!("evidence/{check}.json")
    }
}

/// The journal of a run that is named by its folder, its journal, or its name under `reports` (`latest` among them).
pub fn find(named: &str, reports: &Path) -> Option<PathBuf> {
    let given = PathBuf::from(named);
    [given.join("events.jsonl"), given, reports.join(named).join("events.jsonl")]
        .into_iter()
        .find(|path| path.is_file())
}

/// The journals of all runs under `reports`; links to runs, such as `latest`, do not count twice.
pub fn journals(reports: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(reports)? {
        let entry = entry?;
        let journal = entry.path().join("events.jsonl");
        if !entry.file_type()?.is_symlink() && journal.is_file() {
            found.push(journal);
        }
    }
    Ok(found)
}

/// Writes a file so that a reader sees the old or the new text, never a part.
pub fn write_whole(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(format!(".{}.partial", std::process::id()));
    fs::write(&partial, text)?;
    fs::rename(&partial, path).inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    })
}

#[cfg(unix)]
fn point_latest(reports: &Path, run: &str) -> io::Result<()> {
    // A link is not written in place: two runs that start at once must not leave none.
    let fresh = reports.join(format!(".latest-{run}"));
    std::os::unix::fs::symlink(run, &fresh)?;
    fs::rename(&fresh, reports.join("latest"))
}

#[cfg(not(unix))]
fn point_latest(_: &Path, _: &str) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runs_of_the_same_second_have_folders_of_their_own_and_latest_is_the_last() {
        let reports = tempfile::tempdir().unwrap();
        let now: Timestamp = "2026-11-25T01:30:00Z".parse().unwrap();
        let (first, second) =
            (Folder::create(reports.path(), now).unwrap(), Folder::create(reports.path(), now).unwrap());
        assert_ne!(first.run(), second.run());
        assert!(first.run().starts_with("20261125T013000Z-") && first.run().len() == 21, "{}", first.run());
        assert_eq!(fs::read_link(reports.path().join("latest")).unwrap(), Path::new(second.run()));
    }

    #[test]
    fn a_run_is_found_by_folder_journal_and_name() {
        let reports = tempfile::tempdir().unwrap();
        let folder = Folder::create(reports.path(), Timestamp::now()).unwrap();
        fs::write(folder.journal(), "").unwrap();
        let by_path = folder.path().display().to_string();
        for named in [by_path.as_str(), folder.journal().to_str().unwrap(), folder.run(), "latest"] {
            assert!(find(named, reports.path()).is_some(), "{named}");
        }
        assert_eq!(find("nothing", reports.path()), None);
        fs::create_dir(reports.path().join("no-run")).unwrap();
        assert_eq!(journals(reports.path()).unwrap(), [folder.journal()], "the link to the latest is not another one");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("junit.xml");
        write_whole(&path, b"old").unwrap();
        write_whole(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
