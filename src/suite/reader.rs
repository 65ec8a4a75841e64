//! Reads any type out of a suite's tree, so that every refusal has its place and reading can go on after it.
//!
//! Unknown keys and the broken items of an [`Each`](super::each::Each) are added to the problems on the way; only what
//! keeps a value from being read at all is an error.

mod access;
mod fault;

use serde::de::value::StrDeserializer;
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use super::at::AT;
use super::each::{EACH, SOFT};
use super::node::{Node, Value};
use super::problem::Problems;
use access::{Fields, Items, Located, OneVariant};
pub use fault::Fault;

/// A serde deserializer over one node.
#[derive(Clone, Copy)]
pub struct Reader<'n> {
    node: &'n Node,
    /// The key that it is the value of.
    key: Option<&'n str>,
    problems: &'n Problems,
}

impl<'n> Reader<'n> {
    /// Reads `node`; what can be left out is reported to `problems`.
    pub fn new(node: &'n Node, problems: &'n Problems) -> Self {
        Self { node, key: None, problems }
    }

    /// Reads the value of `key`.
    fn behind(node: &'n Node, key: &'n str, problems: &'n Problems) -> Self {
        Self { node, key: Some(key), problems }
    }

    fn expected(self, what: &str) -> Fault {
        let found = match &self.node.value {
            _ if self.node.is_null() => "nothing".to_owned(),
            Value::Scalar { text, .. } => format!("`{text}`"),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "a map".to_owned(),
        };
        Fault::wrong(format!("expected {what}, found {found}")).at(self.node.mark)
    }

    fn text(self, what: &str) -> Result<&'n str, Fault> {
        match self.node.text() {
            Some(text) if !self.node.is_null() => Ok(text),
            _ if self.node.is_null() => Err(self.expected(what).note("write it behind the colon, or remove the key")),
            _ => Err(self.expected(what).note("a text that begins with `[` or `{` needs quotes")),
        }
    }

    fn items(self, lenient: bool) -> Result<Items<'n>, Fault> {
        match &self.node.value {
            Value::List(items) => Ok(Items::new(items, self.problems, lenient)),
            Value::Scalar { text, .. } if !self.node.is_null() => {
                Err(self.expected("a list").note(format!("write `[{text}]` for a list of one")))
            }
            _ => Err(self.expected("a list").note("begin each item on a line of its own with `- `")),
        }
    }
}

/// Reads a number that was written without quotes.
macro_rules! numbers {
    ($what:literal, $parse:ty, $visit:ident: $($method:ident)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match &self.node.value {
                Value::Scalar { text, plain: true } => {
                    visitor.$visit(text.parse::<$parse>().map_err(|_| self.expected($what))?)
                }
                Value::Scalar { text, .. } if text.parse::<$parse>().is_ok() => {
                    Err(self.expected($what).note("write it without quotes"))
                }
                _ => Err(self.expected($what)),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::List(_) => visitor.visit_seq(self.items(false)?),
            Value::Map(_) => self.deserialize_map(visitor),
            Value::Scalar { .. } if self.node.is_null() => visitor.visit_unit(),
            Value::Scalar { text, plain: false } => visitor.visit_borrowed_str(text),
            Value::Scalar { text, .. } => match (text.parse::<bool>(), text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(value), ..) => visitor.visit_bool(value),
                (_, Ok(value), _) => visitor.visit_i64(value),
                (.., Ok(value)) if value.is_finite() => visitor.visit_f64(value),
                _ => visitor.visit_borrowed_str(text),
            },
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Scalar { text, plain: true } if text == "true" => visitor.visit_bool(true),
            Value::Scalar { text, plain: true } if text == "false" => visitor.visit_bool(false),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    numbers!("a whole number", u64, visit_u64: deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64);
    numbers!("a whole number", i64, visit_i64: deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64);
    numbers!("a number", f64, visit_f64: deserialize_f32 deserialize_f64);

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_borrowed_str(self.text("a text")?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.node.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Fault> {
        match name {
            AT => visitor.visit_seq(Located::new(self)),
            EACH => visitor.visit_seq(self.items(true)?),
            SOFT => visitor.visit_seq(Items::one(self)),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_seq(self.items(false)?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.node.value {
            Value::Map(entries) => visitor.visit_map(Fields::all(entries, self.problems)),
            _ => Err(self.expected("a map")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        keys: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let fields = match &self.node.value {
            Value::Map(entries) => Fields::known(entries, keys, self.problems),
            // `crds:` with nothing behind it lacks its keys, which says more than that it is no map.
            _ if self.node.is_null() => Fields::all(&[], self.problems),
            _ => return Err(self.expected("a map").with_keys(keys)),
        };
        visitor.visit_map(fields).map_err(|fault| if fault.is_missing() { fault.with_keys(keys) } else { fault })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        // A check's expectation is the one enum whose variants have a word of their own.
        let noun = if name == "Expectation" { "kind" } else { "value" };
        match &self.node.value {
            Value::Map(entries) => match entries.as_slice() {
                [(key, _)] if !variants.contains(&key.text.as_str()) => {
                    Err(Fault::unknown_variant(noun, &key.text, variants).at(key.mark))
                }
                [(key, node)] => visitor.visit_enum(OneVariant::new(&key.text, Self { node, ..self })),
                [_, (second, _), ..] => Err(Fault::wrong(format!("exactly one {noun} is expected"))
                    .at(second.mark)
                    .note(format!("remove all but one {noun}"))),
                [] => Err(Fault::wrong(format!("a {noun} is expected")).at(self.node.mark).expected(variants)),
            },
            Value::Scalar { text, .. } if variants.contains(&text.as_str()) => {
                visitor.visit_enum(OneVariant::alone(text, self))
            }
            Value::Scalar { text, .. } if !self.node.is_null() => {
                Err(Fault::unknown_variant(noun, text, variants).at(self.node.mark))
            }
            _ => Err(self.expected(&format!("a {noun}")).expected(variants)),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { i128 u128 char bytes byte_buf unit unit_struct tuple_struct }
}

/// A name as a value.
fn name(text: &str) -> StrDeserializer<'_, Fault> {
    text.into_deserializer()
}
