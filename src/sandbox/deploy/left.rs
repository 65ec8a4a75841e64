//! What was left out, and why.

use std::fmt::Write as _;

use super::key::Key;
use super::names;

/// Why an object was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was there before.
    ThereBefore,
    /// Its kind was there before, and so may be a controller that would act on it.
    KindBefore,
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
    for (why, words) in [(Why::ThereBefore, "there before"), (Why::KindBefore, "of kinds that were there before")] {
        let left: Vec<&Key> = all.iter().filter(|left| left.why == why).map(|left| &left.key).collect();
        if !left.is_empty() {
            let _ = write!(text, "\n  {words}: {}", names(left.into_iter()));
        }
    }
    let operator = all.iter().filter_map(|left| match &left.why {
        Why::Operator(which) => Some(which),
        Why::ThereBefore | Why::KindBefore => None,
    });
    let operator: Vec<&String> = operator.collect();
    if let Some(which) = operator.first() {
        let _ = write!(text, "\n  {} objects of the operator: {which}", operator.len());
    }
    text
}
