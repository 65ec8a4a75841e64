//! An amount of bytes: `4Gi`, `512Mi`, `4GB`, `4e9`, and what else Kubernetes calls a quantity.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount of bytes. 4Gi are 4 294 967 296 and 4G, or 4GB, are 4 000 000 000: the unit that was written decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bytes(pub u64);

/// Numerator and denominator of each unit. Those of Kubernetes (apimachinery, pkg/api/resource/suffix.go), where `k` is small
/// and no `B` follows, and those that stories use.
const UNITS: [(&str, u64, u64); 26] = [
    ("n", 1, 1_000_000_000),
    ("u", 1, 1_000_000),
    ("m", 1, 1000),
    ("", 1, 1),
    ("B", 1, 1),
    ("k", 1000, 1),
    ("kB", 1000, 1),
    ("KB", 1000, 1),
    ("M", 1_000_000, 1),
    ("MB", 1_000_000, 1),
    ("G", 1_000_000_000, 1),
    ("GB", 1_000_000_000, 1),
    ("T", 1_000_000_000_000, 1),
    ("TB", 1_000_000_000_000, 1),
    ("P", 1_000_000_000_000_000, 1),
    ("E", 1_000_000_000_000_000_000, 1),
    ("Ki", 1 << 10, 1),
    ("KiB", 1 << 10, 1),
    ("Mi", 1 << 20, 1),
    ("MiB", 1 << 20, 1),
    ("Gi", 1 << 30, 1),
    ("GiB", 1 << 30, 1),
    ("Ti", 1 << 40, 1),
    ("TiB", 1 << 40, 1),
    ("Pi", 1 << 50, 1),
    ("Ei", 1 << 60, 1),
];

impl Bytes {
    /// The amount as a number to calculate with.
    pub fn as_f64(self) -> f64 {
        self.0 as f64
    }
}

/// An amount as reports show it, in GB and GiB: stories mix them.
pub fn both_units(bytes: f64) -> String {
    format!("{:.3} GB ({:.3} GiB)", bytes / 1e9, bytes / f64::from(1 << 30))
}

impl FromStr for Bytes {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let refuse = || {
            let advice = "expected a number with a unit such as 512Mi, 4Gi, 4GB";
            match UNITS.iter().find(|(unit, ..)| text.ends_with(char::is_alphabetic) && same_but_case(text, unit)) {
                Some((unit, ..)) => {
                    format!("`{text}` is not an amount of bytes: {advice}; did you mean the unit `{unit}`?")
                }
                None => format!("`{text}` is not an amount of bytes: {advice}"),
            }
        };
        let (above, below) = scaled(text).ok_or_else(refuse)?;
        // A part of a byte is a byte, as Kubernetes rounds.
        let bytes = above.div_ceil(below);
        u64::try_from(bytes).map(Self).map_err(|_| refuse())
    }
}

/// What a number with one of these units is, as numerator and denominator.
pub(super) fn scaled(text: &str) -> Option<(u128, u128)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (exponent, unit) = exponent(rest)?;
    let (_, numerator, denominator) = UNITS.iter().find(|(known, ..)| *known == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = exponent - i32::try_from(fraction.len()).ok()?;
    let power = |by: i32| 10_u128.checked_pow(u32::try_from(by).unwrap_or(0));
    let above = power(scale).and_then(|power| digits.checked_mul(power)?.checked_mul(u128::from(*numerator)))?;
    let below = power(-scale).and_then(|power| power.checked_mul(u128::from(*denominator)))?;
    Some((above, below))
}

/// The exponent of `e9` and what is behind it; 0 where there is none.
fn exponent(rest: &str) -> Option<(i32, &str)> {
    let Some(digits) = rest.strip_prefix(['e', 'E']).filter(|digits| digits.starts_with(|c: char| !c.is_alphabetic()))
    else {
        return Some((0, rest));
    };
    // No amount of bytes needs more, and sums of exponents stay small.
    digits.parse().ok().filter(|exponent| (-99..=99).contains(exponent)).map(|exponent| (exponent, ""))
}

fn same_but_case(text: &str, unit: &str) -> bool {
    let written = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
    !unit.is_empty() && written != unit && written.eq_ignore_ascii_case(unit)
}

impl fmt::Display for Bytes {
    /// Writes it exactly: in the unit of which it is the smallest whole number, the binary one if both are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: [&str; 8] = ["Ki", "Mi", "Gi", "Ti", "kB", "MB", "GB", "TB"];
        let units = SHOWN.iter().filter_map(|shown| UNITS.iter().find(|(unit, ..)| unit == shown));
        let whole = units.filter(|(_, size, _)| self.0 > 0 && self.0.is_multiple_of(*size));
        match whole.min_by_key(|(_, size, _)| self.0 / size) {
            Some((unit, size, _)) => write!(f, "{}{unit}", self.0 / size),
            None => write!(f, "{}B", self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "integer"],
            "description": "An amount of bytes: 512Mi, 4Gi (4294967296), 4GB (4000000000), 4e9"
        })
    }
}

#[cfg(test)]
mod tests;
