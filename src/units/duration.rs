//! A length of time: `250ms`, `30s`, `1h30m`, `90d`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time with a unit; a bare number is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub std::time::Duration);

const UNITS: [(&str, f64); 7] =
    [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0), ("d", 86_400.0), ("w", 604_800.0), ("y", 31_536_000.0)];

impl Duration {
    /// A whole number of seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(std::time::Duration::from_secs(seconds))
    }

    /// Its length in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0.as_secs_f64()
    }
}

impl FromStr for Duration {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse =
            || format!("`{text}` is not a duration: expected a number with a unit such as 250ms, 30s, 5m, 1h30m, 90d");
        let mut rest = text;
        let mut seconds = 0.0;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(refuse)?;
            let number: f64 = rest[..digits].parse().map_err(|_| refuse())?;
            let tail = &rest[digits..];
            let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (_, factor) = UNITS.iter().find(|(unit, _)| *unit == &tail[..end]).ok_or_else(refuse)?;
            seconds += number * factor;
            rest = &tail[end..];
        }
        if text.is_empty() {
            Err(refuse())
        } else {
            std::time::Duration::try_from_secs_f64(seconds).map(Self).map_err(|_| refuse())
        }
    }
}

impl fmt::Display for Duration {
    /// Writes it the way a suite would.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.as_millis();
        if rest == 0 {
            return f.write_str("0s");
        }
        for (unit, size) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            if rest >= size {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Duration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A length of time with its unit: 250ms, 30s, 5m, 1h30m, 90d",
            "pattern": r"^(([0-9.]+(ms|s|m|h|d|w|y))+|.*\$\{.*)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str) -> u128 {
        text.parse::<Duration>().unwrap().0.as_millis()
    }

    #[test]
    fn each_unit_is_understood() {
        assert_eq!(millis("250ms"), 250);
        assert_eq!(millis("1h30m"), 5_400_000);
        assert_eq!(millis("90d"), 7_776_000_000);
        assert_eq!(millis("1.5s"), 1500);
    }

    #[test]
    fn a_bare_number_or_an_unknown_unit_is_refused() {
        for text in ["30", "", "s", "5 m", "5min", "-3s", "1..5s"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn it_is_written_as_a_suite_would_write_it() {
        assert_eq!("90m".parse::<Duration>().unwrap().to_string(), "1h30m");
        assert_eq!(Duration::seconds(0).to_string(), "0s");
    }
}
