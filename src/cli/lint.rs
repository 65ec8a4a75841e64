//! `signoff lint`: whether suites are right, without a cluster.

use std::path::PathBuf;

use super::{SuiteArguments, pair, read_suite, screen};
use crate::record::Exit;

/// Say what is wrong with suites, each with file, line, column and the snippet
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The suites' files
    #[arg(value_name = "SUITE", required = true)]
    suites: Vec<PathBuf>,
    /// Set a variable of the suites
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = pair)]
    variables: Vec<(String, String)>,
}

/// Reads every suite; one that is wrong does not hide the next.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut exit = Exit::Proven;
    for suite in arguments.suites {
        match read_suite(&SuiteArguments { suite, variables: arguments.variables.clone() }) {
            Ok(suite) => {
                let (file, checks) = (&suite.id.file, suite.checks.len());
                screen::say(&format!("{file}: {} criteria and bullets, {checks} checks\n", suite.criteria.len()));
            }
            Err(error) => {
                eprintln!("{error}");
                exit = Exit::Usage;
            }
        }
    }
    Ok(exit)
}
