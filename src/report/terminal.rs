//! A run as lines on a terminal: the criteria as headings, each check as a sentence with its mark, the failures again at the end.

mod block;
mod closing;
mod live;
mod style;
mod wrap;

pub use block::{block, head};
pub use closing::closing;
pub use live::{ended, progress};
pub use style::{Paint, Style};

use crate::record::Run;

/// The whole page: head, every criterion, the failures again, the summary. `folder` is where the run lies.
pub fn page(run: &Run, folder: &str, style: &Style) -> String {
    let blocks: String = run.tops().map(|top| block(run, top, style)).collect();
    format!("{}{blocks}{}", head(run, style), closing(run, folder, style))
}

#[cfg(test)]
mod tests;
