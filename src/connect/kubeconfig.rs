//! The kubeconfig: one file that was named, or those of the environment, merged as kubectl merges them.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use kube::config::{Kubeconfig, KubeconfigError};

use super::client::with_causes;
use super::options::OpenError;

/// Reads `named`; without it the files of `$KUBECONFIG`, without that `~/.kube/config`, which may be absent: `Ok(None)`.
pub(super) fn find(named: Option<&Path>) -> Result<Option<Kubeconfig>, OpenError> {
    match named {
        Some(path) => read(path).map_err(|error| refuse(path, &error)).map(Some),
        None => from(std::env::var_os("KUBECONFIG"), std::env::var_os("HOME")),
    }
}

fn from(variable: Option<OsString>, home: Option<OsString>) -> Result<Option<Kubeconfig>, OpenError> {
    let listed = variable.iter().flat_map(std::env::split_paths).filter(|path| !path.as_os_str().is_empty());
    let listed: Vec<PathBuf> = listed.collect();
    if listed.is_empty() {
        return merged(&home.iter().map(|home| Path::new(home).join(".kube/config")).collect::<Vec<_>>());
    }
    merged(&listed)?.map(Some).ok_or_else(|| OpenError::Kubeconfig {
        path: listed.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
        message: "KUBECONFIG names no file that exists; mend it, unset it, or give --kubeconfig".to_owned(),
    })
}

/// The first file that sets a value or names an entry wins; one that is absent is passed over, as kubectl does.
fn merged(paths: &[PathBuf]) -> Result<Option<Kubeconfig>, OpenError> {
    let mut whole: Option<Kubeconfig> = None;
    for path in paths {
        let next = match read(path) {
            Err(KubeconfigError::ReadConfig(error, _)) if error.kind() == ErrorKind::NotFound => continue,
            next => next,
        };
        let sum = next.and_then(|next| match whole.take() {
            Some(before) => before.merge(next),
            None => Ok(next),
        });
        whole = Some(sum.map_err(|error| refuse(path, &error))?);
    }
    Ok(whole)
}

fn read(path: &Path) -> Result<Kubeconfig, KubeconfigError> {
    let mut kubeconfig = Kubeconfig::read_from(path)?;
    // Tools write an empty one where they mean none; it must not hide that of the next file.
    kubeconfig.current_context = kubeconfig.current_context.filter(|context| !context.is_empty());
    Ok(kubeconfig)
}

fn refuse(path: &Path, error: &KubeconfigError) -> OpenError {
    OpenError::Kubeconfig { path: path.display().to_string(), message: explain(error) }
}

/// What is wrong with a kubeconfig, and what to do.
pub(super) fn explain(error: &KubeconfigError) -> String {
    match error {
        KubeconfigError::CurrentContextNotSet => {
            "it sets no current context; choose one with --context or `kubectl config use-context`".to_owned()
        }
        KubeconfigError::LoadContext(name) => {
            format!("it has no context `{name}`; `kubectl config get-contexts` lists those it has")
        }
        KubeconfigError::ReadConfig(error, _) => format!("cannot be read: {error}; check the path"),
        other => with_causes(other),
    }
}

#[cfg(test)]
mod tests;
