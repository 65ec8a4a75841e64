//! What a query gave, and how fresh the samples behind it are.

use serde::{Deserialize, Serialize};

use crate::check::instant::Answer;
use crate::connect::{Component, Via};

/// The answer to a query.
#[derive(Debug, Serialize, Deserialize)]
pub struct Observation {
    /// What answered.
    pub component: Component,
    /// The way to it.
    pub via: Via,
    /// From the first byte sent to the last byte read.
    pub took_seconds: f64,
    /// What came back.
    pub answer: Answer,
    /// How fresh it is.
    pub freshness: Freshness,
}

/// How fresh the samples behind an answer are.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Freshness {
    /// Nothing was there to be asked: the query is no plain selector, and none was given.
    NotAsked,
    /// The age of the newest sample of each series that the answer rests on.
    Ages {
        /// The selector that was asked.
        selector: String,
        /// One entry per series that is there now.
        ages: Vec<Age>,
    },
}

/// The age of the newest stored sample of a series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Age {
    /// The series.
    pub series: String,
    /// Seconds since its newest sample; `None` when no sample was found.
    pub seconds: Option<f64>,
}
