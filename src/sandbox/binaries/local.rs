//! Looks for a program in the given folder and in `PATH`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::{Found, Program, Source};

/// Printing a version is instant; a program that hangs here is not the one we look for.
const VERSION_DEADLINE: Duration = Duration::from_secs(10);

/// The program from the folder (any version) or from `PATH` (only `version`); else one reason for each place.
pub(super) async fn find(program: Program, version: &str, folder: Option<&Path>) -> Result<Found, Vec<String>> {
    let mut reasons = Vec::new();
    if let Some(folder) = folder {
        match executable_in(folder, program) {
            Some(path) => {
                let version = version_of(program, &path).await;
                return Ok(found(path, version, Source::Folder));
            }
            None => reasons.push(format!("folder {}: no executable {}", folder.display(), program.file_name())),
        }
    }
    match in_path(program) {
        None => reasons.push(format!("PATH: no {}", program.file_name())),
        Some(path) => match version_of(program, &path).await {
            Some(has) if has == version => return Ok(found(path, Some(has), Source::Path)),
            has => reasons.push(format!(
                "PATH: {} is {}, not {version}",
                path.display(),
                has.as_deref().unwrap_or("of unknown version")
            )),
        },
    }
    Err(reasons)
}

/// The first executable of that name in `PATH`.
pub(super) fn in_path(program: Program) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find_map(|folder| executable_in(&folder, program))
}

fn executable_in(folder: &Path, program: Program) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let (_, debian) = program.debian();
    let debian_name = Path::new(debian).file_name().map(Path::new);
    [Some(Path::new(program.file_name())), debian_name]
        .into_iter()
        .flatten()
        .map(|name| folder.join(name))
        .find(|path| path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0))
}

/// What the program itself says; `None` if it says nothing usable.
pub(super) async fn version_of(program: Program, path: &Path) -> Option<String> {
    let flag = if program.is_victoria_metrics() { "-version" } else { "--version" };
    let mut command = Command::new(path);
    command.arg(flag).kill_on_drop(true);
    let output = tokio::time::timeout(VERSION_DEADLINE, command.output()).await.ok()?.ok()?;
    let text = [output.stdout, output.stderr].concat();
    program.parse_version(&String::from_utf8_lossy(&text))
}

fn found(path: PathBuf, version: Option<String>, source: Source) -> Found {
    Found { path, version: version.unwrap_or_else(|| "unknown".to_owned()), source, env: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[tokio::test]
    async fn a_program_in_the_given_folder_is_taken_with_the_version_it_prints() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alertmanager");
        std::fs::write(&path, "#!/bin/sh\necho alertmanager, version 0.25.0 x\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        let found = find(Program::Alertmanager, "v0.29.0", Some(folder.path())).await.unwrap();
        assert_eq!(found.version, "v0.25.0");
        assert_eq!(found.source, Source::Folder);
    }

    #[tokio::test]
    async fn a_folder_without_the_program_is_named_in_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let reasons = find(Program::Vmalert, "v0.0.1", Some(folder.path())).await.unwrap_err();
        assert!(reasons[0].contains("no executable vmalert"), "{reasons:?}");
    }
}
