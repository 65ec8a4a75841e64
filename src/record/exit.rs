//! The exit codes of the program, each with its reason: a contract with scripts and Job controllers.

use std::fmt;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked is proven.
    Proven,
    /// At least one check failed.
    Failed,
    /// The suite or the arguments are wrong; nothing was run.
    Usage,
    /// Nothing failed, but something could not be judged: no data, no permission, no connection, no time.
    Inconclusive,
    /// Everything that ran passed, but what Flux had applied moved meanwhile: it speaks of no one revision.
    Moved,
    /// Everything that ran passed, but a criterion has no check, or its checks were skipped.
    Unproven,
    /// The filters left no check to run.
    NothingSelected,
    /// SIGINT.
    Interrupted,
    /// SIGTERM.
    Terminated,
}

/// The table that `--help` shows.
pub const TABLE: &str = "\
Exit codes:
  0    every criterion that was asked for is proven
  1    at least one check failed
  2    the suite or the arguments are wrong
  3    nothing failed, but something could not be judged, is unproven (see --allow-unproven), or Flux applied
       something else meanwhile
  4    the filters left no check to run
  130  interrupted by SIGINT; the report is written all the same
  143  terminated by SIGTERM; the report is written all the same";

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Proven => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Inconclusive | Self::Moved | Self::Unproven => 3,
            Self::NothingSelected => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }

    /// The worst of several: what is failed is worse than what was cut off, and that than what could not be judged.
    pub fn worst(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().max_by_key(|exit| match exit {
            Self::Proven => 0,
            Self::Unproven => 1,
            Self::Moved => 2,
            Self::Inconclusive | Self::NothingSelected | Self::Usage => 3,
            Self::Terminated => 4,
            Self::Interrupted => 5,
            Self::Failed => 6,
        })
    }

    /// What a process's exit code means; of 3, that it is inconclusive.
    pub fn from_code(code: u8) -> Option<Self> {
        let all = [
            Self::Proven,
            Self::Failed,
            Self::Usage,
            Self::Inconclusive,
            Self::NothingSelected,
            Self::Interrupted,
            Self::Terminated,
        ];
        all.into_iter().find(|exit| exit.code() == code)
    }
}

impl fmt::Display for Exit {
    /// The reason in words, without the number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Proven => "proven",
            Self::Failed => "not met: at least one check failed",
            Self::Usage => "the suite or the arguments are wrong",
            Self::Inconclusive => "inconclusive: something could not be judged",
            Self::Moved => "inconclusive: what Flux had applied moved meanwhile",
            Self::Unproven => "unproven: criteria without a check; --allow-unproven accepts them",
            Self::NothingSelected => "nothing was selected",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        })
    }
}
