//! Every document of a file as a tree, or the place from which on it is no YAML.

use serde::{Deserialize, Serialize};
use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

use crate::check::yaml::{Key, Mark, Node, Raw, Value};

/// What a file says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Documents {
    /// The documents that are not empty, in their order.
    pub roots: Vec<Node>,
    /// Keys that stand a second time in their map, with their places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub repeated: Vec<Key>,
}

/// Where a file is no YAML.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broken {
    /// The place.
    pub mark: Mark,
    /// The parser's words.
    pub message: String,
}

/// Reads all documents of a text.
pub fn documents(text: &str) -> Result<Documents, Broken> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    let raws: Vec<Spanned<Raw>> =
        serde_saphyr::from_multiple_with_options(text, options).map_err(|error| broken(&error))?;
    let mut builder = Builder { text, repeated: Vec::new() };
    let roots = raws.into_iter().map(|raw| builder.node(raw)).collect();
    Ok(Documents { roots, repeated: builder.repeated })
}

fn broken(error: &serde_saphyr::Error) -> Broken {
    let message = error.render_with_formatter(&serde_saphyr::UserMessageFormatter);
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let mark = error.location().map_or(Mark { line: 1, column: 1, width: 1 }, |place| mark(&place));
    Broken { mark, message }
}

struct Builder<'t> {
    text: &'t str,
    repeated: Vec<Key>,
}

impl Builder<'_> {
    fn node(&mut self, raw: Spanned<Raw>) -> Node {
        let (mark, range) = (mark(&raw.referenced), range(&raw.defined));
        let (mark, value) = match raw.value {
            Raw::Text(text) => (mark, Value::Scalar { text, plain: self.is_plain(&range) }),
            Raw::Plain(fallback) => {
                let text = self.text.get(range.clone()).map_or(fallback, str::to_owned);
                (mark, Value::Scalar { text, plain: true })
            }
            Raw::List(items) => (mark, Value::List(items.into_iter().map(|item| self.node(item)).collect())),
            Raw::Map(entries) => {
                let entries = self.entries(entries);
                (entries.first().map_or(mark, |(key, _)| key.mark), Value::Map(entries))
            }
        };
        Node { mark, range, value }
    }

    fn is_plain(&self, range: &std::ops::Range<usize>) -> bool {
        !self.text.get(range.clone()).is_some_and(|text| text.starts_with(['"', '\'', '|', '>']))
    }

    /// The entries whose keys are texts; Kubernetes knows no other keys.
    fn entries(&mut self, entries: Vec<(Spanned<Raw>, Spanned<Raw>)>) -> Vec<(Key, Node)> {
        let mut kept: Vec<(Key, Node)> = Vec::new();
        for (key, value) in entries {
            let key = self.node(key);
            let Some(text) = key.text().map(str::to_owned) else { continue };
            let (key, value) = (Key { text, mark: key.mark }, self.node(value));
            match kept.iter().any(|(other, _)| other.text == key.text) {
                true => self.repeated.push(key),
                false => kept.push((key, value)),
            }
        }
        kept
    }
}

fn mark(place: &Location) -> Mark {
    let (line, column, width) = (index(place.line()), index(place.column()), index(place.span().len()));
    Mark { line: line.max(1), column: column.max(1), width: width.max(1) }
}

fn range(place: &Location) -> std::ops::Range<usize> {
    let (offset, len) = (place.span().byte_offset(), place.span().byte_len());
    offset.zip(len).map_or(0..0, |(offset, len)| index(offset)..index(offset + len))
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
