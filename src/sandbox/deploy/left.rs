//! What was left out, and why.

use std::fmt::Write as _;

use super::key::Key;
use super::names;

/// Why an object was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was there before.
    ThereBefore,
    /// An operator is there; says which.
    Operator(String),
}

/// An object that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub key: Key,
    /// Why.
    pub why: Why,
}

/// What was left out in words, as the end of a sentence.
pub fn reasons(all: &[Left]) -> String {
    let mut text = String::new();
    let before: Vec<&Key> = all.iter().filter(|left| left.why == Why::ThereBefore).map(|left| &left.key).collect();
    if !before.is_empty() {
        let _ = write!(text, "\n  there before: {}", names(before.into_iter()));
    }
    let operator = all.iter().find_map(|left| match &left.why {
        Why::Operator(which) => Some(which),
        Why::ThereBefore => None,
    });
    if let Some(which) = operator {
        let count = all.iter().filter(|left| left.why != Why::ThereBefore).count();
        let _ = write!(text, "\n  {count} objects of the operator: {which}");
    }
    text
}
