//! `signoff explain`: what a kind of check proves and how it is written.

use super::{Usage, screen};
use crate::explain;
use crate::record::Exit;

/// Show the kinds of checks, or one of them: what it proves, how it judges, its keys
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The kind
    #[arg(value_name = "KIND")]
    kind: Option<String>,
}

/// Prints the page, or all pages' first sentences.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let text = match arguments.kind {
        Some(kind) => explain::page(&kind).map_err(Usage)?,
        None => explain::index(),
    };
    screen::say(&text);
    Ok(Exit::Proven)
}
