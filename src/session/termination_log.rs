//! The file in which a container leaves its last words for whoever looks at its Pod.

use std::io;
use std::path::{Path, PathBuf};

use crate::record::{Exit, Run};
use crate::report::termination;
use crate::run::redact_text;

/// Where the kubelet puts this file unless the Pod says otherwise (`terminationMessagePath`). Outside of a container it is absent.
const KUBELETS: &str = "/dev/termination-log";

/// A container's termination log.
#[derive(Clone, Debug)]
pub struct TerminationLog(PathBuf);

impl TerminationLog {
    /// The file that was asked for, else the kubelet's where there is one.
    pub fn find(given: Option<PathBuf>) -> Option<Self> {
        let kubelets = || Some(PathBuf::from(KUBELETS)).filter(|path| path.is_file());
        given.or_else(kubelets).map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Leaves the verdict of a run, also of one that is not over yet.
    pub fn write(&self, run: &Run, notes: &[String]) -> io::Result<()> {
        self.put(&termination::message(run, notes))
    }

    /// Leaves the reason of an exit before there was a run.
    pub fn write_without_run(&self, exit: Exit, why: &str) -> io::Result<()> {
        self.put(&termination::without_run(exit, why))
    }

    /// Written in place: the file is a mount of its own, which cannot be replaced. It ends up in the API, where more people
    /// read than here, so secrets are looked for once more.
    fn put(&self, text: &str) -> io::Result<()> {
        std::fs::write(&self.0, redact_text(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_in_place_and_without_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        std::fs::write(&path, "x".repeat(5000)).unwrap();
        let link = folder.path().join("same");
        std::fs::hard_link(&path, &link).unwrap();
        let log = TerminationLog::find(Some(path)).unwrap();
        log.write_without_run(Exit::Usage, "http://me:c4n4ry@host is no URL").unwrap();
        let text = std::fs::read_to_string(&link).unwrap();
        assert!(text.ends_with("http://[redacted]@host is no URL\n") && !text.contains("xx"), "{text}");
    }
}
