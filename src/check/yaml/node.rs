//! YAML as a tree in which everything knows its place. Its JSON has short keys, as evidence holds many of them.

use serde::{Deserialize, Serialize};

/// A place in a file: line and column from 1, both as an editor counts them (characters, not bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(usize, usize, usize)", into = "(usize, usize, usize)")]
pub struct Mark {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least 1.
    pub width: usize,
}

/// One value with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Its place; that of a map is its first key.
    #[serde(rename = "a")]
    pub mark: Mark,
    /// The bytes of a scalar in the text, as long as there is one.
    #[serde(skip)]
    pub range: std::ops::Range<usize>,
    /// What it is.
    #[serde(rename = "v")]
    pub value: Value,
}

/// The three shapes of YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Text, not yet taken for a number or a boolean: that is up to the type that reads it.
    #[serde(rename = "s")]
    Scalar {
        /// The text, without quotes and escapes.
        #[serde(rename = "t")]
        text: String,
        /// Whether it was written without quotes.
        #[serde(rename = "p")]
        plain: bool,
    },
    /// A sequence.
    #[serde(rename = "l")]
    List(Vec<Node>),
    /// A mapping, in the order of the file; each key once.
    #[serde(rename = "m")]
    Map(Vec<(Key, Node)>),
}

/// A key of a map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Its text.
    #[serde(rename = "k")]
    pub text: String,
    /// Its place.
    #[serde(rename = "a")]
    pub mark: Mark,
}

impl From<(usize, usize, usize)> for Mark {
    fn from((line, column, width): (usize, usize, usize)) -> Self {
        Self { line, column, width }
    }
}

impl From<Mark> for (usize, usize, usize) {
    fn from(mark: Mark) -> Self {
        (mark.line, mark.column, mark.width)
    }
}

impl Node {
    /// The value behind a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// The value behind a key of a map, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Map(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|(name, _)| name.text == key).map(|(_, node)| node)
    }

    /// The value behind several keys, one below the other.
    pub fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[(Key, Node)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// Whether nothing was written: `~`, `null` or nothing at all.
    pub fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null"))
    }

    /// Its text, where it is a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether both say the same, wherever it stands and in whatever order its keys are.
    pub fn is_same_as(&self, other: &Node) -> bool {
        match (&self.value, &other.value) {
            (Value::Scalar { text, .. }, Value::Scalar { text: other, .. }) => text == other,
            (Value::List(items), Value::List(others)) => {
                items.len() == others.len() && items.iter().zip(others).all(|(one, other)| one.is_same_as(other))
            }
            (Value::Map(entries), Value::Map(others)) => {
                let has = |(key, node): &(Key, Node)| other.get(&key.text).is_some_and(|other| node.is_same_as(other));
                entries.len() == others.len() && entries.iter().all(has)
            }
            _ => false,
        }
    }
}
