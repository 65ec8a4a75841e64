//! Finds or fetches the programs that the pods run, and says where each one came from.
//!
//! Tried in this order, for each program: a given folder, `PATH` (only the asked version), `go install` of the pinned
//! version, a Debian package unpacked privately. Nothing is installed on the machine; what is fetched stays in [`cache`].

pub mod cache;
pub mod debian;
mod golang;
#[cfg(test)]
mod live_tests;
mod local;
mod program;
mod set;
mod step;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

pub use program::Program;
pub use set::{Found, Set, Source};

/// Says what is being fetched and how long it has taken so far; called every few seconds.
pub type Progress<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// Which programs are wanted, and from where.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// A folder that holds some or all of the programs; taken whatever their version is.
    pub folder: Option<PathBuf>,
    /// Another VictoriaMetrics version than the pinned one, e.g. `v1.140.0`.
    pub vm_version: Option<String>,
    /// Where fetched programs stay; `None`: see [`cache::root`].
    pub cache: Option<PathBuf>,
    /// Which ways to fetch may be used.
    pub fetch: Fetch,
}

/// Which ways to fetch a program that is not on the machine may be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Fetch {
    /// Go, else Debian packages of [`debian::DEFAULT_SUITE`].
    #[default]
    Any,
    /// Only Debian packages of this suite, even if a folder, `PATH` or Go could serve.
    Debian {
        /// A suite of the archive, e.g. `trixie` or `sid`.
        suite: String,
    },
}

/// Finds every program, fetching what is not there.
///
/// # Errors
/// When a program cannot be had: the text lists every way that was tried and what to install.
pub async fn find(options: &Options, progress: Progress<'_>) -> Result<Set> {
    let root = match &options.cache {
        Some(folder) => folder.clone(),
        None => cache::root()?,
    };
    let mut set = Set::default();
    for program in Program::ALL {
        let version = program.wanted_version(options.vm_version.as_deref());
        let found = find_one(program, &version, options, &root, progress).await?;
        set.insert(program, found);
    }
    Ok(set)
}

async fn find_one(
    program: Program,
    version: &str,
    options: &Options,
    root: &std::path::Path,
    progress: Progress<'_>,
) -> Result<Found> {
    if let Fetch::Debian { suite } = &options.fetch {
        return debian::program(program, suite, root, progress)
            .await
            .with_context(|| format!("{} from Debian {suite}", program.file_name()));
    }
    let mut tried = Vec::new();
    match local::find(program, version, options.folder.as_deref()).await {
        Ok(found) => return Ok(found),
        Err(reasons) => tried.extend(reasons),
    }
    match golang::install(program, version, root, progress).await {
        Ok(found) => return Ok(found),
        Err(error) => tried.push(format!("go install: {error:#}")),
    }
    // A version that was asked for by name must not silently become whatever Debian has.
    if program.is_victoria_metrics() && options.vm_version.is_some() {
        tried.push(format!("Debian: skipped, since version {version} was asked for"));
    } else {
        match debian::program(program, debian::DEFAULT_SUITE, root, progress).await {
            Ok(found) => return Ok(found),
            Err(error) => tried.push(format!("Debian packages: {error:#}")),
        }
    }
    bail!(
        "cannot get {} {version}:\n  {}\ninstall Go 1.24 or newer, or give a folder that holds the programs (--binaries DIR)",
        program.file_name(),
        tried.join("\n  ")
    )
}
