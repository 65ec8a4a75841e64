//! Builds a program with `go install` at a pinned version, checksum-verified by Go itself.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{Found, Program, Progress, Source, cache, step};

/// The oldest Go that builds the pinned versions.
const OLDEST_GO: (u32, u32) = (1, 24);
const BUILD_DEADLINE: Duration = Duration::from_secs(10 * 60);

/// The program from the cache, else built into it.
pub(super) async fn install(program: Program, version: &str, root: &Path, progress: Progress<'_>) -> Result<Found> {
    let place = root.join("go").join(format!("{}-{version}", program.file_name()));
    let path = place.join(program.file_name());
    if !path.is_file() {
        check_go(progress).await?;
        let _lock = cache::lock(root, progress).await?;
        // Another process may have built it while we waited.
        if !path.is_file() {
            build(program, version, root, &place, progress).await?;
        }
    }
    Ok(Found { path, version: version.to_owned(), source: Source::Go, env: Vec::new() })
}

async fn check_go(progress: Progress<'_>) -> Result<()> {
    let mut command = Command::new("go");
    command.args(["env", "GOVERSION"]);
    let printed = step::run("go env", &mut command, Duration::from_secs(30), progress).await?;
    match parse_go(&printed) {
        Some(version) if version >= OLDEST_GO => Ok(()),
        _ => bail!("Go 1.24 or newer is needed, this is {}", printed.trim()),
    }
}

/// `go1.26.8` or `go1.24rc1` as (1, 26) or (1, 24).
fn parse_go(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix("go")?.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some((major, minor.parse().ok()?))
}

async fn build(program: Program, version: &str, root: &Path, place: &Path, progress: Progress<'_>) -> Result<()> {
    let staging = cache::staging(root)?;
    let package = format!("{}@{version}", program.go_package());
    let label = format!("{} {version}: go install", program.file_name());
    progress(&label);
    let mut command = Command::new("go");
    command
        .args(["install", "-ldflags", &program.go_ldflags(version), &package])
        .env("CGO_ENABLED", "0")
        .env("GOBIN", staging.path())
        // Outside every module, and never for another platform.
        .current_dir(staging.path())
        .env_remove("GOOS")
        .env_remove("GOARCH")
        .env_remove("GOFLAGS");
    step::run(&label, &mut command, BUILD_DEADLINE, progress).await?;
    let made = staging.path().join(program.file_name());
    made.metadata().with_context(|| format!("go install left no {}", program.file_name()))?;
    cache::publish(staging.path(), place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_go_version_is_compared_by_number() {
        assert_eq!(parse_go("go1.26.8\n"), Some((1, 26)));
        assert_eq!(parse_go("go1.24rc1"), Some((1, 24)));
        assert!(parse_go("go1.9").unwrap() < OLDEST_GO);
        assert_eq!(parse_go("devel +abc"), None);
    }
}
