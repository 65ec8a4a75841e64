//! What a query gave, and how fresh the samples behind it are.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

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

/// The content of `/api/v1/query`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// `vector` for an instant query; a range selector gives a `matrix`.
    pub result_type: String,
    /// The series of a vector.
    pub series: Vec<Series>,
    /// Whether a part of the storage did not answer.
    pub partial: bool,
    /// How many stored series were read for it, where the server says so.
    pub series_fetched: Option<u64>,
    /// How long the server says that it took, in seconds.
    pub execution_seconds: Option<f64>,
}

/// One series of a vector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Its labels, with `__name__` where it has one.
    pub labels: BTreeMap<String, String>,
    /// When it was evaluated, in seconds since 1970. It says nothing about the age of samples.
    pub at: f64,
    /// The value as the server wrote it: JSON numbers have no NaN.
    pub value: String,
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

impl Series {
    /// Its value as a number; what is none becomes NaN.
    pub fn number(&self) -> f64 {
        self.value.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.labels.get("__name__").map_or("", String::as_str))?;
        let labels = self.labels.iter().filter(|(name, _)| *name != "__name__");
        let labels: Vec<String> = labels.map(|(name, value)| format!("{name}={value:?}")).collect();
        write!(f, "{{{}}}", labels.join(","))
    }
}
