//! A value that was measured, with its unit and the limit it was held against.

use serde::{Deserialize, Serialize};

/// One measured value, for example `query_p95` = 0.184 s of at most 2 s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// Stable name, snake case, without the unit.
    pub name: String,
    /// The value in the base unit.
    pub value: f64,
    /// The base unit.
    pub unit: Unit,
    /// What it was held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
}

/// Base units; reports choose the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A number of things.
    Count,
    /// A share between 0 and 1.
    Ratio,
    /// Events per second.
    PerSecond,
    /// Whatever the query returns.
    Value,
}

/// A bound on a measured value, in its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Strictly less than this.
    Below(f64),
}

impl Measurement {
    /// A value without a limit.
    pub fn new(name: &str, value: f64, unit: Unit) -> Self {
        Self { name: name.to_owned(), value, unit, limit: None }
    }

    /// Adds the limit that it was held against.
    pub fn limit(mut self, limit: Limit) -> Self {
        self.limit = Some(limit);
        self
    }
}

impl Limit {
    /// Whether `value` keeps the limit; a value that is not a number never does.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
            Self::Below(limit) => value < limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same saved evidence must give the same verdict, byte for byte.
    #[test]
    fn a_number_that_was_saved_is_read_back_to_its_last_digit() {
        for n in 1..20_000_u32 {
            let measured = Measurement::new("n", f64::from(n) * 1.1e-7 / 3.0, Unit::Seconds);
            let text = serde_json::to_string(&measured).unwrap();
            assert_eq!(serde_json::from_str::<Measurement>(&text).unwrap(), measured, "{text}");
        }
    }
}
