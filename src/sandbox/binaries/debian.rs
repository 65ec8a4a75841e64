//! Unpacks Debian packages privately: no root, nothing installed, apt's own lists and cache untouched.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use super::{Found, Program, Progress, Source, cache, step};

/// The suite that is used when nothing else is asked for: stable, and new enough for the operator's flags.
pub const DEFAULT_SUITE: &str = "trixie";

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const STEP_DEADLINE: Duration = Duration::from_secs(5 * 60);

/// A package that was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// Holds the package's files as they would lie below `/`.
    pub folder: PathBuf,
    /// The package's version, e.g. `1.112.0+ds1-1`.
    pub version: String,
}

/// Unpacks `package` of `suite` into the cache below `root`, or gives what is there already.
///
/// # Errors
/// When apt-get or dpkg are missing, the archive cannot be reached, or the suite has no such package.
pub async fn unpack(package: &str, suite: &str, root: &Path, progress: Progress<'_>) -> Result<Unpacked> {
    let place = root.join("debian").join(suite).join(package);
    if !place.join("version").is_file() {
        let _lock = cache::lock(root, progress).await?;
        if !place.join("version").is_file() {
            fetch(package, suite, root, &place, progress).await?;
        }
    }
    let version = std::fs::read_to_string(place.join("version"))?;
    Ok(Unpacked { folder: place.join("files"), version: version.trim().to_owned() })
}

/// The program out of its package, with the suite's own libzstd beside it.
pub(super) async fn program(program: Program, suite: &str, root: &Path, progress: Progress<'_>) -> Result<Found> {
    let (package, file) = program.debian();
    let unpacked = unpack(package, suite, root, progress).await?;
    let path = unpacked.folder.join(file);
    if !path.is_file() {
        bail!("package {package} of {suite} holds no {file}");
    }
    let env = if program.is_victoria_metrics() {
        let library = zstd_folder(suite, root, progress).await?;
        vec![("LD_LIBRARY_PATH".to_owned(), library.display().to_string())]
    } else {
        Vec::new()
    };
    Ok(Found {
        path,
        version: upstream_version(&unpacked.version),
        source: Source::Debian { suite: suite.to_owned() },
        env,
    })
}

/// A folder with the suite's libzstd and nothing else, so that no other library of the machine is shadowed.
///
/// It is made once and never written again: replacing a mapped library kills the processes that use it.
async fn zstd_folder(suite: &str, root: &Path, progress: Progress<'_>) -> Result<PathBuf> {
    let unpacked = unpack("libzstd1", suite, root, progress).await?;
    let place = root.join("debian").join(suite).join("lib-zstd");
    if !place.join("libzstd.so.1").is_file() {
        let _lock = cache::lock(root, progress).await?;
        let library = find_file(&unpacked.folder, "libzstd.so.1").context("package libzstd1 holds no libzstd.so.1")?;
        let staging = cache::staging(root)?;
        // The copy follows the link to the versioned file.
        std::fs::copy(library, staging.path().join("libzstd.so.1"))?;
        if !place.exists() {
            cache::publish(staging.path(), &place)?;
        }
    }
    Ok(place)
}

async fn fetch(package: &str, suite: &str, root: &Path, place: &Path, progress: Progress<'_>) -> Result<()> {
    let apt = Apt::new(root, suite, progress).await?;
    let staging = cache::staging(root)?;
    let label = format!("{package} of Debian {suite}: apt-get download");
    progress(&label);
    let mut command = apt.command("download");
    command.arg(package).current_dir(staging.path());
    step::run(&label, &mut command, STEP_DEADLINE, progress).await?;
    let deb = find_file_by(staging.path(), |name| name.ends_with(".deb"))
        .with_context(|| format!("apt-get download left no package file of {package}"))?;
    let mut command = Command::new("dpkg");
    command.arg("-x").arg(&deb).arg(staging.path().join("files"));
    step::run("dpkg -x", &mut command, STEP_DEADLINE, progress).await?;
    let mut command = Command::new("dpkg-deb");
    command.arg("-f").arg(&deb).arg("Version");
    let version = step::run("dpkg-deb -f", &mut command, STEP_DEADLINE, progress).await?;
    std::fs::remove_file(deb)?;
    std::fs::write(staging.path().join("version"), version)?;
    cache::publish(staging.path(), place)
}

/// apt-get with sources, lists and cache of its own.
struct Apt {
    folder: PathBuf,
}

impl Apt {
    async fn new(root: &Path, suite: &str, progress: Progress<'_>) -> Result<Self> {
        let apt = Self { folder: root.join("apt").join(suite) };
        for part in ["parts", "lists/partial", "cache/archives/partial"] {
            std::fs::create_dir_all(apt.folder.join(part))?;
        }
        let signed = if Path::new(KEYRING).is_file() { format!("Signed-By: {KEYRING}\n") } else { String::new() };
        let mirror = mirror().await.context("apt knows no Debian mirror: add one to /etc/apt/sources.list.d")?;
        let source = format!("Types: deb\nURIs: {mirror}\nSuites: {suite}\nComponents: main\n{signed}");
        std::fs::write(apt.folder.join("parts/suite.sources"), source)?;
        let label = format!("package lists of Debian {suite}: apt-get update");
        progress(&label);
        step::run(&label, &mut apt.command("update"), STEP_DEADLINE, progress).await?;
        Ok(apt)
    }

    fn command(&self, verb: &str) -> Command {
        let mut command = Command::new("apt-get");
        let folder = self.folder.display();
        for option in [
            "Dir::Etc::sourcelist=/dev/null".to_owned(),
            format!("Dir::Etc::sourceparts={folder}/parts"),
            format!("Dir::State::lists={folder}/lists"),
            format!("Dir::Cache={folder}/cache"),
            // The unprivileged download user of root's apt may not write to a home folder.
            "APT::Sandbox::User=root".to_owned(),
            "Debug::NoLocking=true".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command.arg("-q").arg(verb).env("LC_ALL", "C");
        command
    }
}

/// The archive that the machine itself uses.
async fn mirror() -> Option<String> {
    let mut command = Command::new("apt-get");
    command.args(["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
    let printed = step::run("apt-get indextargets", &mut command, STEP_DEADLINE, &|_| {}).await.ok()?;
    printed.lines().map(|line| line.trim().trim_end_matches('/').to_owned()).find(|line| line.ends_with("/debian"))
}

/// `1.112.0+ds1-1` as `v1.112.0`: the part that upstream chose.
fn upstream_version(debian: &str) -> String {
    let no_epoch = debian.rsplit(':').next().unwrap_or(debian);
    let end = no_epoch.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(no_epoch.len());
    format!("v{}", &no_epoch[..end])
}

fn find_file(folder: &Path, name: &str) -> Option<PathBuf> {
    find_file_by(folder, |candidate| candidate == name)
}

fn find_file_by(folder: &Path, wanted: impl Fn(&str) -> bool + Copy) -> Option<PathBuf> {
    let entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let (folders, files): (Vec<_>, Vec<_>) =
        entries.map(|entry| entry.path()).partition(|path| path.is_dir() && !path.is_symlink());
    files
        .into_iter()
        .find(|path| path.file_name().and_then(|name| name.to_str()).is_some_and(wanted))
        .or_else(|| folders.iter().find_map(|folder| find_file_by(folder, wanted)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_upstream_version_is_cut_out_of_the_package_version() {
        assert_eq!(upstream_version("1.112.0+ds1-1+b3"), "v1.112.0");
        assert_eq!(upstream_version("1:0.28.1-2"), "v0.28.1");
        assert_eq!(upstream_version("1.9.0"), "v1.9.0");
    }
}
