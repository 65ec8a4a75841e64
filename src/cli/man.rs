//! `signoff man`: the manual pages.

use std::path::PathBuf;

use anyhow::Context;

use super::screen;
use crate::record::Exit;

/// Print the manual page, or write the pages of all verbs
#[derive(Debug, clap::Args)]
#[command(after_help = "To read it at once: signoff man | man -l -")]
pub struct Arguments {
    /// Write one page for each verb into this folder, such as ~/.local/share/man/man1
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// Prints or writes them.
pub fn run(arguments: Arguments) -> anyhow::Result<Exit> {
    let command = super::command(super::NAME);
    if let Some(folder) = arguments.folder {
        let written = std::fs::create_dir_all(&folder).and_then(|()| clap_mangen::generate_to(command, &folder));
        written.with_context(|| format!("the manual pages cannot be written into {}", folder.display()))?;
        return Ok(Exit::Proven);
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    screen::say(&String::from_utf8(page)?);
    Ok(Exit::Proven)
}
