//! A quantity as Kubernetes writes it: `500m`, `3`, `50Gi`, `-1`.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bytes::scaled;

/// A number with or without a unit. It is exact to a billionth, as `resource.Quantity` of Kubernetes is: 500m are a half.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// In billionths.
    nano: i128,
    written: String,
}

impl Quantity {
    /// How many billionths it is.
    pub fn nano(&self) -> i128 {
        self.nano
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nano == other.nano
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.nano.cmp(&other.nano)
    }
}

impl FromStr for Quantity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const NANO: u128 = 1_000_000_000;
        let refuse = || format!("`{text}` is not a quantity: expected a number such as 3, 500m, 50Gi, 4GB");
        let (sign, amount) = match text.strip_prefix('-') {
            Some(amount) => (-1, amount),
            None => (1, text),
        };
        let (above, below) = scaled(amount).ok_or_else(refuse)?;
        // A part of a billionth is one, as Kubernetes rounds.
        let nano = above.checked_mul(NANO).map(|above| above.div_ceil(below)).ok_or_else(refuse)?;
        let nano = i128::try_from(nano).map_err(|_| refuse())?;
        Ok(Self { nano: sign * nano, written: text.to_owned() })
    }
}

impl fmt::Display for Quantity {
    /// Writes it as it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Quantity {
    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number"],
            "description": "A quantity as Kubernetes writes it: 3, 500m, 50Gi; also 4GB"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nano(text: &str) -> i128 {
        text.parse::<Quantity>().unwrap_or_else(|error| panic!("{error}")).nano()
    }

    #[test]
    fn units_are_those_of_kubernetes() {
        assert_eq!(nano("3"), 3_000_000_000);
        assert_eq!(nano("500m"), 500_000_000);
        assert_eq!(nano("0.5"), nano("500m"));
        assert_eq!(nano("1n"), 1);
        assert_eq!(nano("50Gi"), 50 * (1 << 30) * 1_000_000_000);
        assert_eq!(nano("-1"), -1_000_000_000);
        assert_eq!(nano("1e3"), nano("1k"));
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", "-", "Gi", "3x", "--1", "90d", "1h", "99999999999999999999Ei"] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
