//! `signoff schema`: the suite format for editors.

use super::screen;
use crate::record::Exit;

/// Print the JSON Schema of suites
#[derive(Debug, clap::Args)]
pub struct Arguments {}

/// Prints it.
pub fn run(_: Arguments) -> anyhow::Result<Exit> {
    screen::say(&format!("{:#}\n", crate::suite::schema()));
    Ok(Exit::Proven)
}
