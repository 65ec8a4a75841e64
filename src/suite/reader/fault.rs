//! What a type says when it cannot be read, on its way to become a problem.

use std::fmt;

use serde::de;

use crate::check::suggest;
use crate::suite::problem::Problem;
use crate::suite::source::Mark;

/// A type's refusal; place and key are added by the first reader on its way that knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    what: What,
    mark: Option<Mark>,
    key: Option<Box<str>>,
    near: Option<Box<str>>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    Missing(String),
    Unknown(String),
    Wrong(String),
}

impl Fault {
    /// A value that is not what its key wants.
    pub fn wrong(message: impl Into<String>) -> Self {
        Self { what: What::Wrong(message.into()), mark: None, key: None, near: None, notes: Vec::new() }
    }

    /// A name that is none of those that are possible; `noun` says of what.
    pub fn unknown(noun: &str, name: &str, known: &[&str]) -> Self {
        let near = suggest::closest(name, known.iter().copied()).map(Box::from);
        let what = What::Unknown(format!("unknown {noun} `{name}`"));
        Self { what, mark: None, key: None, near, notes: Vec::new() }.expected(known)
    }

    /// A choice that there is not; of a value it is said which key's it is.
    pub fn unknown_variant(noun: &str, name: &str, known: &[&str]) -> Self {
        let fault = Self::unknown(noun, name, known);
        match fault.what {
            What::Unknown(message) if noun == "value" => Self { what: What::Wrong(message), ..fault },
            _ => fault,
        }
    }

    /// Adds a line that says what to do.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds the names that are possible.
    pub fn expected(self, known: &[&str]) -> Self {
        let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        match known.as_slice() {
            [] => self.note("no key is expected here"),
            [only] => self.note(format!("expected {only}")),
            all => self.note(format!("expected one of: {}", all.join(", "))),
        }
    }

    /// Gives it a place, unless it has a nearer one.
    pub fn at(mut self, mark: Mark) -> Self {
        self.mark.get_or_insert(mark);
        self
    }

    /// Says whose value it is, unless a nearer key did.
    pub fn of(mut self, key: &str) -> Self {
        self.key.get_or_insert_with(|| key.into());
        self
    }

    /// Whether a key is missing.
    pub fn is_missing(&self) -> bool {
        matches!(self.what, What::Missing(_))
    }

    /// Adds the keys of a map that lacks one or is no map, unless a nearer map did.
    pub fn with_keys(self, keys: &[&str]) -> Self {
        if !self.notes.is_empty() {
            return self;
        }
        let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
        self.note(format!("the keys here are: {}", keys.join(", ")))
    }

    /// The problem that it is; `fallback` is its place if none was nearer.
    pub fn problem(self, fallback: Mark) -> Problem {
        let message = match (self.what, self.key) {
            (What::Missing(name), Some(key)) => format!("missing key `{name}` in `{key}`"),
            (What::Missing(name), None) => format!("missing key `{name}`"),
            (What::Wrong(message), Some(key)) => format!("`{key}`: {message}"),
            (What::Wrong(message), None) | (What::Unknown(message), _) => message,
        };
        let mut problem = Problem::at(self.mark.unwrap_or(fallback), message);
        if let Some(near) = self.near {
            problem = problem.label(format!("did you mean `{near}`?"));
        }
        self.notes.into_iter().fold(problem, Problem::note)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            What::Missing(name) => write!(f, "missing key `{name}`"),
            What::Wrong(message) | What::Unknown(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        // `parse` errors of units say what is wrong and what was expected in one sentence.
        let message = message.to_string();
        match message.split_once(": expected ") {
            Some((what, expected)) => Self::wrong(what).note(format!("expected {expected}")),
            None => Self::wrong(message),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { what: What::Missing(field.to_owned()), mark: None, key: None, near: None, notes: Vec::new() }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown_variant("value", variant, expected)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self::unknown("key", field, expected)
    }

    fn invalid_type(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::wrong(format!("expected {expected}, found {unexpected}"))
    }

    fn invalid_value(unexpected: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::wrong(format!("expected {expected}, found {unexpected}"))
    }
}
