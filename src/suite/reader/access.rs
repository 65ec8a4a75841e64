//! The parts of lists, maps and choices, as serde walks them.

use serde::de::value::SeqDeserializer;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};

use super::{Fault, Reader, name};
use crate::check::suggest;
use crate::suite::node::{Key, Node};
use crate::suite::problem::Problems;

/// The items of a list; a lenient one reports each broken item itself.
pub struct Items<'n> {
    rest: std::slice::Iter<'n, Node>,
    problems: &'n Problems,
    lenient: bool,
    /// The key that a single item is the value of.
    key: Option<&'n str>,
}

impl<'n> Items<'n> {
    pub fn new(items: &'n [Node], problems: &'n Problems, lenient: bool) -> Self {
        Self { rest: items.iter(), problems, lenient, key: None }
    }

    /// A value as the only item of a lenient list.
    pub fn one(reader: Reader<'n>) -> Self {
        let rest = std::slice::from_ref(reader.node).iter();
        Self { rest, problems: reader.problems, lenient: true, key: reader.key }
    }
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(node) = self.rest.next() else { return Ok(None) };
        let read = seed.deserialize(Reader::new(node, self.problems));
        let name = self.key.or_else(|| node.get("id").and_then(Node::text)).filter(|_| self.lenient);
        let read = read.map_err(|fault| match name {
            Some(name) => fault.at(node.mark).of(name),
            None => fault.at(node.mark),
        });
        if let (true, Err(fault)) = (self.lenient, &read) {
            self.problems.add(fault.clone().problem(node.mark));
        }
        read.map(Some)
    }
}

/// The entries of a map.
pub struct Fields<'n> {
    rest: std::vec::IntoIter<(&'n str, &'n Node)>,
    next: Option<(&'n str, &'n Node)>,
    problems: &'n Problems,
}

impl<'n> Fields<'n> {
    /// Every entry.
    pub fn all(entries: &'n [(Key, Node)], problems: &'n Problems) -> Self {
        let entries: Vec<_> = entries.iter().map(|(key, node)| (key.text.as_str(), node)).collect();
        Self { rest: entries.into_iter(), next: None, problems }
    }

    /// The entries with known keys. An unknown key is reported; if it is a slip of the hand it is read as the key that was
    /// meant, so that one slip is not reported as a missing key as well.
    pub fn known(entries: &'n [(Key, Node)], keys: &'static [&'static str], problems: &'n Problems) -> Self {
        let is_there = |name: &str| entries.iter().any(|(key, _)| key.text == name);
        let mut read: Vec<(&str, &Node)> = Vec::new();
        for (key, node) in entries {
            if keys.contains(&key.text.as_str()) {
                read.push((&key.text, node));
                continue;
            }
            let absent = keys.iter().copied().filter(|name| !is_there(name));
            let meant = suggest::closest(&key.text, absent);
            problems.add(Fault::unknown("key", &key.text, keys).problem(key.mark));
            if let Some(meant) = meant.filter(|meant| !read.iter().any(|(name, _)| name == meant)) {
                read.push((meant, node));
            }
        }
        Self { rest: read.into_iter(), next: None, problems }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.next = self.rest.next();
        self.next.map(|(key, node)| seed.deserialize(name(key)).map_err(|fault| fault.at(node.mark))).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (key, node) = self.next.take().expect("serde asks for a value only behind a key");
        seed.deserialize(Reader::behind(node, key, self.problems)).map_err(|fault| fault.at(node.mark).of(key))
    }
}

/// A value with its place: first the place, then the value.
pub struct Located<'n> {
    reader: Reader<'n>,
    placed: bool,
}

impl<'n> Located<'n> {
    pub fn new(reader: Reader<'n>) -> Self {
        Self { reader, placed: false }
    }
}

impl<'de> SeqAccess<'de> for Located<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let mark = self.reader.node.mark;
        if std::mem::replace(&mut self.placed, true) {
            return seed.deserialize(self.reader).map(Some).map_err(|fault| fault.at(mark));
        }
        let place = [mark.line, mark.column, mark.width];
        seed.deserialize(SeqDeserializer::new(place.into_iter())).map(Some)
    }
}

/// One variant of a choice.
pub struct OneVariant<'n> {
    variant: &'n str,
    reader: Reader<'n>,
    alone: bool,
}

impl<'n> OneVariant<'n> {
    /// A variant with its value: `query: {...}`.
    pub fn new(variant: &'n str, reader: Reader<'n>) -> Self {
        Self { variant, reader, alone: false }
    }

    /// A variant that was written as a mere word.
    pub fn alone(variant: &'n str, reader: Reader<'n>) -> Self {
        Self { variant, reader, alone: true }
    }

    fn value(&self) -> Result<Reader<'n>, Fault> {
        if !self.alone {
            return Ok(self.reader);
        }
        let variant = self.variant;
        Err(Fault::wrong(format!("`{variant}` needs a value"))
            .at(self.reader.node.mark)
            .note(format!("write `{variant}: {{...}}`; `signoff explain {variant}` shows its keys")))
    }

    fn placed(&self, fault: Fault) -> Fault {
        fault.at(self.reader.node.mark).of(self.variant)
    }
}

impl<'de> EnumAccess<'de> for OneVariant<'de> {
    type Error = Fault;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Fault> {
        Ok((seed.deserialize(name(self.variant))?, self))
    }
}

impl<'de> VariantAccess<'de> for OneVariant<'de> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.alone || self.reader.node.is_null() {
            true => Ok(()),
            false => Err(self.placed(self.reader.expected("nothing"))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        seed.deserialize(self.value()?).map_err(|fault| self.placed(fault))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.value()?.deserialize_seq(visitor).map_err(|fault| self.placed(fault))
    }

    fn struct_variant<V: Visitor<'de>>(self, keys: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        self.value()?.deserialize_struct("", keys, visitor).map_err(|fault| self.placed(fault))
    }
}
