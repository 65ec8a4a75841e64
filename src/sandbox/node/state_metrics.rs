//! The real kube-state-metrics: it has no package that could be fetched, but runs where it is on PATH.

use std::ffi::OsStr;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use super::images::{Runnable, Verb};

const NAME: &str = "kube-state-metrics";

/// The real program for a container that asks for it, when a folder of `path` has it.
pub(super) fn real(runnable: Runnable, path: Option<&OsStr>) -> Option<PathBuf> {
    if runnable != Runnable::Verb(Verb::KubeStateMetrics) {
        return None;
    }
    std::env::split_paths(path?).map(|folder| folder.join(NAME)).find(|file| file.is_file())
}

/// Its arguments: it must listen on the pod's address alone and cannot use a service account
/// (kube-state-metrics v2, docs/developer/cli-arguments.md).
pub(super) fn args(given: Vec<String>, ip: Ipv4Addr, kubeconfig: &Path) -> Vec<String> {
    let own =
        [format!("--host={ip}"), format!("--telemetry-host={ip}"), format!("--kubeconfig={}", kubeconfig.display())];
    given.into_iter().chain(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_one_is_taken_from_path_and_only_for_its_image() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(NAME), "").unwrap();
        let path = std::env::join_paths([Path::new("/nonexistent"), folder.path()]).unwrap();
        let wanted = Runnable::Verb(Verb::KubeStateMetrics);
        assert_eq!(real(wanted, Some(&path)), Some(folder.path().join(NAME)));
        assert_eq!(real(wanted, Some(OsStr::new("/nonexistent"))), None);
        assert_eq!(real(Runnable::Verb(Verb::Exporter), Some(&path)), None);
    }

    #[test]
    fn it_listens_on_the_pods_address_alone() {
        let args = args(vec!["--port=8080".to_owned()], Ipv4Addr::new(127, 20, 1, 4), Path::new("/k"));
        assert_eq!(args, ["--port=8080", "--host=127.20.1.4", "--telemetry-host=127.20.1.4", "--kubeconfig=/k"]);
    }
}
