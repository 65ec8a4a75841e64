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
  3    nothing failed, but something could not be judged, or is unproven (see --allow-unproven)
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
            Self::Inconclusive | Self::Unproven => 3,
            Self::NothingSelected => 4,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
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
            Self::Unproven => "unproven: criteria without a check; --allow-unproven accepts them",
            Self::NothingSelected => "nothing was selected",
            Self::Interrupted => "interrupted",
            Self::Terminated => "terminated",
        })
    }
}
