//! What a suite demands of the values at a path.

use std::borrow::Cow;

use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::count::Count;
use crate::units::{Duration, Quantity};

/// What each value at a path must be. Every demand must hold for every value, and without a value only `absent` holds.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// There is a value, and it is no empty text and no empty list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exists: Option<Yes>,
    /// There is no value at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Yes>,
    /// Exactly this: a text, a number, `true`, a list or a map. A text is no number: `"3"` is not `3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equals: Option<Value>,
    /// One of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub one_of: Vec<Value>,
    /// A text, the whole of which this regular expression matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<Pattern>,
    /// A number or quantity that is not smaller: `3`, `50Gi`, `500m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Quantity>,
    /// A number or quantity that is not larger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Quantity>,
    /// A length of time that is not shorter: `90d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_at_least: Option<Duration>,
    /// A length of time that is not longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_at_most: Option<Duration>,
    /// A time that is at least so long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than: Option<Duration>,
    /// A time that is at most so long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newer_than: Option<Duration>,
    /// A time that is at least so far ahead: `720h` for the end of a certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead_by: Option<Duration>,
    /// How many values there are; one at least by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

impl Wanted {
    /// Whether nothing is demanded of the values themselves but that they are there or not, and how large they are.
    pub(super) fn is_blind(&self) -> bool {
        self.equals.is_none()
            && self.one_of.is_empty()
            && self.matches.is_none()
            && [self.duration_at_least, self.duration_at_most, self.older_than, self.newer_than, self.ahead_by]
                .iter()
                .all(Option::is_none)
    }

    /// What is wrong with it, whatever the values.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let sized = self.at_least.is_some() || self.at_most.is_some() || self.count.is_some();
        let others = sized || self.exists.is_some() || !self.is_blind();
        match self.absent {
            Some(Yes) if others => Some("is to be absent and something else: expected `absent: true` alone"),
            None if !others => Some("demands nothing: expected a demand such as `equals: 3` or `exists: true`"),
            _ => self.count.as_ref().and_then(Count::fault),
        }
    }
}

/// The value `true`: what would be `false` has another key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Yes;

impl<'de> Deserialize<'de> for Yes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match bool::deserialize(deserializer)? {
            true => Ok(Self),
            false => Err(serde::de::Error::custom(
                "`false` is not possible here: expected `true`; `absent: true` and `exists: true` are each other's opposite",
            )),
        }
    }
}

impl Serialize for Yes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(true)
    }
}

impl JsonSchema for Yes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Yes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"const": true})
    }
}

/// A regular expression that matches a text as a whole.
#[derive(Clone, Debug)]
pub struct Pattern {
    written: String,
    whole: Regex,
}

impl Pattern {
    /// Whether it matches the whole text.
    pub(super) fn holds(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// As the suite has it.
    pub(super) fn as_str(&self) -> &str {
        &self.written
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Cow::<str>::deserialize(deserializer)?.into_owned();
        // Alone first: `a)|(b` is no expression, though it would be one inside of the brackets.
        let whole = Regex::new(&written).and_then(|_| Regex::new(&format!(r"\A(?:{written})\z")));
        let whole = whole.map_err(|error| {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            serde::de::Error::custom(format!("`{written}` is no regular expression: expected one, but {why}"))
        })?;
        Ok(Self { written, whole })
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl JsonSchema for Pattern {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string"})
    }
}
