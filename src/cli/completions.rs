//! `signoff completions`: what a shell needs to complete the command line.

use super::screen;
use crate::record::Exit;

/// Print the script that completes `signoff` in a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "For one session: source <(signoff completions bash)")]
pub struct Arguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

/// Prints it.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut super::command(super::NAME), super::NAME, &mut script);
    screen::say(&String::from_utf8(script)?);
    Ok(Exit::Proven)
}
