//! A share of a whole: `95%`, `99.9%`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A share between 0 % and 100 %, written with its sign, so that 0.95 and 95 cannot be mistaken for each other.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Percent(f64);

impl Percent {
    /// A share that is known at compile time, between 0 and 100.
    pub const fn of(percent: f64) -> Self {
        Self(percent)
    }

    /// The share as a number between 0 and 1.
    pub fn share(self) -> f64 {
        self.0 / 100.0
    }

    /// The number that stands before the sign, between 0 and 100.
    pub fn percent(self) -> f64 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || format!("`{text}` is not a share: expected a number from 0 to 100 with its sign, such as 95%");
        let number = text.strip_suffix('%').map(str::trim_end).ok_or_else(refuse)?;
        let is_number = number.starts_with(|c: char| c.is_ascii_digit());
        let value: f64 = number.parse().ok().filter(|_| is_number).ok_or_else(refuse)?;
        if value <= 100.0 { Ok(Self(value)) } else { Err(refuse()) }
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Percent {
    fn schema_name() -> Cow<'static, str> {
        "Percent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A share with its sign: 95%, 99.9%",
            "pattern": r"^([0-9.]+ ?%|.*\$\{.*)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_makes_it_a_hundredth() {
        let share: Percent = "95%".parse().unwrap();
        assert!((share.share() - 0.95).abs() < 1e-12);
        assert_eq!("99.9%".parse::<Percent>().unwrap().to_string(), "99.9%");
        assert_eq!("100 %".parse::<Percent>().unwrap().to_string(), "100%");
    }

    #[test]
    fn a_bare_number_or_more_than_all_is_refused() {
        for text in ["95", "0.95", "101%", "-1%", "%", "", "NaN%", "inf%", "9 5%", "1e1000%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
