//! What is wrong with a suite, in words, at its place.

use std::cell::RefCell;
use std::fmt::Write;

use super::source::{Mark, Source, visible};

/// One thing that is wrong: what, where, what was expected, what to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Where; absent where it is not in the file (an argument).
    pub mark: Option<Mark>,
    /// What is wrong: a lowercase fragment that names the thing.
    pub message: String,
    /// Stands beside the caret; may be empty.
    pub label: String,
    /// What was expected and what to do, a line each.
    pub notes: Vec<String>,
}

impl Problem {
    /// A problem at a place.
    pub fn at(mark: Mark, message: impl Into<String>) -> Self {
        Self { mark: Some(mark), message: message.into(), label: String::new(), notes: Vec::new() }
    }

    /// A problem that is not in the file.
    pub fn outside(message: impl Into<String>) -> Self {
        Self { mark: None, message: message.into(), label: String::new(), notes: Vec::new() }
    }

    /// Puts words beside the caret.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds a line that says what was expected or what to do.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Puts `did you mean` beside the caret, where there is a near name.
    pub fn near<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match crate::check::suggest::closest(name, known) {
            Some(near) => self.label(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// The whole text of it, with the line and a caret; `severity` is `error` or `warning`.
    pub fn render(&self, source: &Source, severity: &str) -> String {
        let mut out = format!("{severity}: {}\n", visible(&self.message));
        match self.mark {
            Some(mark) => out.push_str(&source.snippet(mark, &visible(&self.label))),
            None => {
                let _ = writeln!(out, " --> {}", source.name);
            }
        }
        let labelled_outside = self.mark.is_none() && !self.label.is_empty();
        let gutter = self.mark.map_or(1, |mark| mark.line.to_string().len());
        for note in labelled_outside.then_some(&self.label).into_iter().chain(&self.notes) {
            let _ = writeln!(out, "{:gutter$} = {}", "", visible(note));
        }
        out
    }
}

/// Problems as they are found; reading goes on after each, so that all can be shown at once.
#[derive(Default)]
pub struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    /// Adds one; the same again, as through a YAML alias, is kept once.
    pub fn add(&self, problem: Problem) {
        let mut all = self.0.borrow_mut();
        if !all.contains(&problem) {
            all.push(problem);
        }
    }

    /// Whether there are none so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them, those outside of the file first, then in the order of the file.
    pub fn sorted(self) -> Vec<Problem> {
        let mut all = self.0.into_inner();
        all.sort_by_key(|problem| problem.mark);
        all
    }
}

/// Why a suite is refused: everything that is wrong with it, rendered with lines and carets, without colours.
#[derive(Debug, thiserror::Error)]
#[error("{rendered}")]
pub struct Error {
    rendered: String,
    /// How many problems there are.
    pub problems: usize,
}

impl Error {
    pub(super) fn new(source: &Source, problems: &[Problem]) -> Self {
        let mut rendered = String::new();
        for problem in problems {
            let _ = writeln!(rendered, "{}", problem.render(source, "error"));
        }
        let count = problems.len();
        let plural = if count == 1 { "" } else { "s" };
        let _ = write!(rendered, "{}: {count} problem{plural}", source.name);
        Self { rendered, problems: count }
    }
}
