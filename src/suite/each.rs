//! Values behind which reading goes on when they are broken, so that all problems show at once.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

/// The name by which the suite's reader knows that it reports broken items itself; any other reader refuses it.
pub(super) const EACH: &str = "signoff::Each";

/// As [`EACH`], for one value.
pub(super) const SOFT: &str = "signoff::Soft";

/// A value that may be absent; a broken one is reported, and reading goes on.
#[derive(Debug, Default)]
pub enum Soft<T> {
    /// Nothing was written.
    #[default]
    Absent,
    /// Something was written that could not be read.
    Broken,
    /// It was read.
    Read(T),
}

impl<T> Soft<T> {
    /// The value, if one was read.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    /// As [`Soft::value`], owned.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Read(value) => Some(value),
            Self::Absent | Self::Broken => None,
        }
    }

    /// Whether the author wrote something.
    pub fn is_written(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Soft<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let each = deserializer.deserialize_newtype_struct(SOFT, EachVisitor(PhantomData))?;
        Ok(each.items.into_iter().next().map_or(Self::Broken, Self::Read))
    }
}

/// The items that could be read, and how many could not.
#[derive(Debug)]
pub struct Each<T> {
    /// Those that could be read.
    pub items: Vec<T>,
    /// How many could not.
    pub broken: usize,
}

impl<T> Default for Each<T> {
    fn default() -> Self {
        Self { items: Vec::new(), broken: 0 }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Each<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(EACH, EachVisitor(PhantomData))
    }
}

struct EachVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for EachVisitor<T> {
    type Value = Each<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Each<T>, A::Error> {
        let mut each = Each::default();
        loop {
            // The suite's reader has reported the broken item, and goes on behind it.
            match items.next_element() {
                Ok(Some(item)) => each.items.push(item),
                Ok(None) => return Ok(each),
                Err(_) => each.broken += 1,
            }
        }
    }
}

impl<T: JsonSchema> JsonSchema for Each<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        Vec::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Vec::<T>::json_schema(generator)
    }
}

impl<T: JsonSchema> JsonSchema for Soft<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}
