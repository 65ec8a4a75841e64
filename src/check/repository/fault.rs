//! What is wrong with a checkout, and where.

use crate::check::suggest::closest;
use crate::check::yaml::Mark;

/// A place in a file of the checkout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Which of the files.
    pub file: usize,
    /// Where in it.
    pub mark: Mark,
}

/// Something that is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// Where.
    pub place: Place,
    /// The code behind `repository/`.
    pub code: &'static str,
    /// What should be there.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// What to do.
    pub hint: String,
}

impl Fault {
    /// Something that is wrong; it needs a hint.
    pub fn new(place: Place, code: &'static str, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        Self { place, code, expected: expected.into(), actual: actual.into(), hint: String::new() }
    }

    /// Says what to do.
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: hint.into(), ..self }
    }
}

/// A hint for a name that is not known: the nearest that is, else what to do.
pub fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    match closest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => otherwise.to_owned(),
    }
}
