//! What a terminal can show: its width, its characters, its colours.

use crate::record::State;
use crate::report::count::Way;

/// How lines are to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Columns; lines are wrapped to it.
    pub width: usize,
    /// Whether the marks may be other than ASCII.
    pub unicode: bool,
    /// Whether colours may be used.
    pub color: bool,
}

/// A colour by its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    /// Passed.
    Good,
    /// Failed.
    Bad,
    /// Unclear.
    Warn,
    /// Less important.
    Dim,
    /// A heading.
    Strong,
}

impl Style {
    /// Paints a text where colours may be used. The text must not contain a line break.
    pub fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Good => "32",
            Paint::Bad => "31",
            Paint::Warn => "33",
            Paint::Dim => "2",
            Paint::Strong => "1",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    /// Paints every line on its own, so that a pager that cuts lines keeps the colours right.
    pub fn lines(&self, paint: Paint, lines: &str) -> String {
        lines.lines().map(|line| self.paint(paint, line) + "\n").collect()
    }

    /// The painted mark of a check's end.
    pub(super) fn mark(&self, way: Way) -> String {
        let (unicode, ascii, paint) = match way {
            Way::Passed => ("\u{221a}", "+", Paint::Good),
            Way::Failed => ("\u{d7}", "x", Paint::Bad),
            Way::Errored | Way::Inconclusive => ("\u{203c}", "!", Paint::Warn),
            Way::Blocked | Way::Skipped | Way::LeftOut => ("-", "-", Paint::Dim),
        };
        self.paint(paint, if self.unicode { unicode } else { ascii })
    }

    /// The painted mark of a criterion that is unproven.
    pub(super) fn unproven(&self) -> String {
        self.paint(Paint::Warn, "?")
    }

    /// The character under headings.
    pub(super) fn rule(&self) -> &'static str {
        if self.unicode { "\u{2500}" } else { "-" }
    }

    /// A state as a word in its colour.
    pub(super) fn state(&self, state: State) -> String {
        let (word, paint) = match state {
            State::Proven => ("proven", Paint::Good),
            State::Failed => ("failed", Paint::Bad),
            State::Inconclusive => ("inconclusive", Paint::Warn),
            State::Blocked => ("blocked", Paint::Warn),
            State::Unproven => ("unproven", Paint::Warn),
            State::NotRun => ("not run", Paint::Dim),
        };
        self.paint(paint, word)
    }
}
