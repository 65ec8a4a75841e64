//! A suite's YAML as a tree in which everything knows its place.

use serde_saphyr::options::DuplicateKeyPolicy;
use serde_saphyr::{Location, Spanned};

use super::problem::{Problem, Problems};
use super::source::{Mark, Source};
use super::template;
use crate::check::yaml::Raw;
pub use crate::check::yaml::{Key, Node, Value};

/// Parses a masked text. A YAML error ends it; duplicate and odd keys are added to `problems`.
pub fn parse(masked: &str, source: &Source, problems: &Problems) -> Result<Node, Problem> {
    let options = serde_saphyr::options! {
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        non_finite_float_policy: serde_saphyr::options::NonFiniteFloatPolicy::AsString,
        strict_booleans: true,
        with_snippet: false,
    };
    let raw: Spanned<Raw> =
        serde_saphyr::from_str_with_options(masked, options).map_err(|error| syntax(&error, source))?;
    Ok(Builder { masked, source, problems }.node(raw))
}

fn syntax(error: &serde_saphyr::Error, source: &Source) -> Problem {
    let message = template::unmask(&error.render_with_formatter(&serde_saphyr::UserMessageFormatter));
    let message = message.split(" at line ").next().unwrap_or_default();
    let place = error.location().filter(|place| place.line() > 0);
    let (line, column) = place.map_or((source.last_line(), 1), |place| (index(place.line()), index(place.column())));
    Problem::at(source.word(line, column), format!("this is not YAML: {message}")).note(advice(message))
}

/// What usually helps; the parser's own words are for those who know YAML's grammar.
fn advice(message: &str) -> &'static str {
    const ADVICE: [(&str, &str); 7] = [
        ("bracket", "close the bracket or brace that is still open"),
        ("reference", "put quotes around a text that begins with `*`"),
        ("mapping values", "put quotes around a text with a colon in it, and check the indentation"),
        ("tab", "indent with spaces"),
        ("quote", "close the quote; inside of `\"` a quote is written `\\\"`, inside of `'` it is doubled"),
        ("multiple", "keep one document in the file: remove the line `---` and what is behind it"),
        ("':'", "close the bracket, brace or quote that is still open above"),
    ];
    let found = ADVICE.iter().find(|(word, _)| message.contains(word));
    found.map_or("check indentation, quotes, brackets and braces around this place", |(_, advice)| advice)
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

struct Builder<'a> {
    masked: &'a str,
    source: &'a Source,
    problems: &'a Problems,
}

impl Builder<'_> {
    fn node(&self, raw: Spanned<Raw>) -> Node {
        let (place, range) = (raw.referenced, range(&raw.defined));
        let mark = self.mark(&place);
        let (mark, value) = match raw.value {
            Raw::Text(text) => {
                let plain = !self.written(&range).is_some_and(|text| text.starts_with(['"', '\'', '|', '>']));
                (mark, Value::Scalar { text, plain })
            }
            Raw::Plain(fallback) => {
                let text = self.written(&range).map_or(fallback, str::to_owned);
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

    fn entries(&self, entries: Vec<(Spanned<Raw>, Spanned<Raw>)>) -> Vec<(Key, Node)> {
        let mut kept: Vec<(Key, Node)> = Vec::new();
        for (key, value) in entries {
            let key = self.node(key);
            if key.text().is_some_and(template::has_hole) {
                self.problems.add(
                    Problem::at(key.mark, "a variable in a key")
                        .note("variables stand in values only: write the key out"),
                );
            }
            let Some(text) = key.text().map(template::unmask) else {
                self.problems.add(
                    Problem::at(key.mark, "a key must be a text")
                        .note("write a word, a colon and a value: `key: value`"),
                );
                continue;
            };
            match kept.iter().find(|(other, _)| other.text == text) {
                Some((first, _)) => self.problems.add(duplicate(&text, key.mark, first.mark)),
                None => kept.push((Key { text, mark: key.mark }, self.node(value))),
            }
        }
        kept
    }

    fn written(&self, range: &std::ops::Range<usize>) -> Option<&str> {
        self.masked.get(range.clone())
    }

    fn mark(&self, place: &Location) -> Mark {
        let (line, column) = (index(place.line()).max(1), index(place.column()).max(1));
        match index(place.span().len()) {
            0 => self.source.word(line, column),
            width => Mark { line, column, width },
        }
    }
}

fn duplicate(key: &str, mark: Mark, first: Mark) -> Problem {
    Problem::at(mark, format!("duplicate key `{key}`"))
        .label(format!("first on line {}", first.line))
        .note("a key may appear once in a map: remove or rename one of them")
}

fn range(place: &Location) -> std::ops::Range<usize> {
    let (offset, len) = (place.span().byte_offset(), place.span().byte_len());
    offset.zip(len).map_or(0..0, |(offset, len)| index(offset)..index(offset + len))
}

#[cfg(test)]
mod tests;
