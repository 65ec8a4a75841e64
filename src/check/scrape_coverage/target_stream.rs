//! Reads the answer of `/api/v1/targets` as it arrives, one target at a time, in memory that does not grow with it.
//!
//! Ten thousand targets of a Kubernetes cluster are 36 MB of JSON, and most of it is labels that nobody asked for. Each
//! target is parsed by serde_json in place, as soon as its last byte is there; only the target that a chunk cuts in two
//! is kept. What lies around the targets is a handful of states.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::target::Target;

/// The longest single value that is waited for. A target has some kilobytes.
const LONGEST_VALUE: usize = 16 << 20;

/// So many bytes are gathered before they are read: vmagent sends pieces of 2 KiB, less than one target of Kubernetes, and
/// reading each at once would begin every target several times.
const BATCH: usize = 64 << 10;

/// An answer in the middle of being read; `on_target` is called for each active target, in the answer's order.
pub struct TargetStream<F> {
    on_target: F,
    buffer: Vec<u8>,
    /// How many bytes of the buffer are done with.
    done: usize,
    batch: usize,
    /// The buffer is read on when it has this length, so that tiny chunks stay cheap.
    retry_at: usize,
    place: Place,
    seen: Vec<(Level, Field)>,
    summary: Summary,
}

/// What was read around the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// `success`, or `error`.
    pub status: String,
    /// The server's words where the status is `error`.
    pub error: Option<String>,
    /// How many dropped targets were listed.
    pub dropped: u64,
}

/// Where in the document the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Start,
    Member(Level, After),
    Value(Level, Field),
    Element(List, After),
    End,
}

/// The object whose members are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Root,
    Data,
}

/// What stands before a member or an element, and so what may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Opening,
    Item,
    Comma,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Status,
    Error,
    Data,
    Targets(List),
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum List {
    Active,
    Dropped,
}

/// Whether a value that reaches the end of the buffer is whole.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Open,
    Closed,
}

/// What one step did.
enum Step {
    Moved,
    Starved,
}

/// A dropped target; its labels are passed over.
#[derive(Deserialize)]
struct Dropped {}

impl<F: FnMut(Target<'_>)> TargetStream<F> {
    /// A stream at the first byte of an answer.
    pub fn new(on_target: F) -> Self {
        Self::batched(BATCH, on_target)
    }

    /// One that reads as soon as `batch` bytes are there.
    fn batched(batch: usize, on_target: F) -> Self {
        Self {
            on_target,
            batch,
            buffer: Vec::new(),
            done: 0,
            retry_at: batch,
            place: Place::Start,
            seen: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Takes the next bytes, however they are cut. The error says what is wrong with the document.
    pub fn push(&mut self, chunk: &[u8]) -> Result<(), String> {
        self.buffer.drain(..self.done);
        self.retry_at = self.retry_at.saturating_sub(self.done);
        self.done = 0;
        self.buffer.extend_from_slice(chunk);
        if self.buffer.len() < self.retry_at { Ok(()) } else { self.advance(Ending::Open) }
    }

    /// Takes the end of the answer.
    pub fn finish(mut self) -> Result<Summary, String> {
        self.advance(Ending::Closed)?;
        match self.place {
            Place::End if self.seen.contains(&(Level::Root, Field::Status)) => Ok(self.summary),
            Place::End => Err("the answer has no `status`".to_owned()),
            _ => Err("the answer ends too early".to_owned()),
        }
    }

    fn advance(&mut self, ending: Ending) -> Result<(), String> {
        loop {
            self.done += blanks(&self.buffer[self.done..]);
            let Some(&next) = self.buffer.get(self.done) else {
                self.retry_at = self.done + self.batch;
                return Ok(());
            };
            match self.step(next, ending)? {
                Step::Moved => {}
                Step::Starved => {
                    let waiting = self.buffer.len() - self.done;
                    self.retry_at = self.done + (2 * waiting).max(self.batch);
                    return if waiting > LONGEST_VALUE { Err(too_long()) } else { Ok(()) };
                }
            }
        }
    }

    fn step(&mut self, next: u8, ending: Ending) -> Result<Step, String> {
        use After::{Comma, Item, Opening};
        match (self.place, next) {
            (Place::Start, b'{') => Ok(self.past(Place::Member(Level::Root, Opening))),
            (Place::Member(Level::Root, Opening | Item), b'}') => Ok(self.past(Place::End)),
            (Place::Member(Level::Data, Opening | Item), b'}') => Ok(self.past(Place::Member(Level::Root, Item))),
            (Place::Member(level, Item), b',') => Ok(self.past(Place::Member(level, Comma))),
            (Place::Member(level, Opening | Comma), b'"') => self.key(level, ending),
            (Place::Value(_, Field::Data), b'{') => Ok(self.past(Place::Member(Level::Data, Opening))),
            (Place::Value(_, Field::Targets(list)), b'[') => Ok(self.past(Place::Element(list, Opening))),
            (Place::Value(level, field), _) => self.value(level, field, ending),
            (Place::Element(_, Opening | Item), b']') => Ok(self.past(Place::Member(Level::Data, Item))),
            (Place::Element(list, Item), b',') => Ok(self.past(Place::Element(list, Comma))),
            (Place::Element(list, Opening | Comma), b'{') => self.element(list, ending),
            (place, byte) => Err(format!("unexpected `{}` ({place:?})", char::from(byte).escape_default())),
        }
    }

    /// Moves past one byte of punctuation.
    fn past(&mut self, place: Place) -> Step {
        self.done += 1;
        self.place = place;
        Step::Moved
    }

    fn key(&mut self, level: Level, ending: Ending) -> Result<Step, String> {
        let Some((name, length)) = parse::<String>(&self.buffer[self.done..], ending)? else {
            return Ok(Step::Starved);
        };
        let rest = &self.buffer[self.done + length..];
        let colon = blanks(rest);
        match rest.get(colon) {
            Some(b':') => {}
            Some(_) => return Err(format!("no `:` behind `{name}`")),
            None => return Ok(Step::Starved),
        }
        let field = level.field(&name);
        if field != Field::Unknown && self.seen.contains(&(level, field)) {
            return Err(format!("`{name}` stands there twice"));
        }
        self.seen.push((level, field));
        self.done += length + colon + 1;
        self.place = Place::Value(level, field);
        Ok(Step::Moved)
    }

    fn value(&mut self, level: Level, field: Field, ending: Ending) -> Result<Step, String> {
        let rest = &self.buffer[self.done..];
        let length = match field {
            Field::Status => parse::<String>(rest, ending)?.map(|(status, length)| {
                self.summary.status = status;
                length
            }),
            Field::Error => parse::<Option<String>>(rest, ending)?.map(|(error, length)| {
                self.summary.error = error;
                length
            }),
            Field::Data | Field::Targets(_) => parse::<()>(rest, ending)?.map(|((), length)| length),
            Field::Unknown => parse::<IgnoredAny>(rest, ending)?.map(|(_, length)| length),
        };
        let Some(length) = length else { return Ok(Step::Starved) };
        self.done += length;
        self.place = Place::Member(level, After::Item);
        Ok(Step::Moved)
    }

    fn element(&mut self, list: List, ending: Ending) -> Result<Step, String> {
        let rest = &self.buffer[self.done..];
        let length = match list {
            List::Active => parse::<Target>(rest, ending)?.map(|(target, length)| {
                (self.on_target)(target);
                length
            }),
            List::Dropped => parse::<Dropped>(rest, ending)?.map(|(_, length)| {
                self.summary.dropped += 1;
                length
            }),
        };
        let Some(length) = length else { return Ok(Step::Starved) };
        self.done += length;
        self.place = Place::Element(list, After::Item);
        Ok(Step::Moved)
    }
}

impl Level {
    fn field(self, name: &str) -> Field {
        match (self, name) {
            (Self::Root, "status") => Field::Status,
            (Self::Root, "error") => Field::Error,
            (Self::Root, "data") => Field::Data,
            (Self::Data, "activeTargets") => Field::Targets(List::Active),
            (Self::Data, "droppedTargets") => Field::Targets(List::Dropped),
            _ => Field::Unknown,
        }
    }
}

/// The value at the start of `text` and its length; `None` when more bytes are needed to know.
fn parse<'a, T: Deserialize<'a>>(text: &'a [u8], ending: Ending) -> Result<Option<(T, usize)>, String> {
    let mut values = serde_json::Deserializer::from_slice(text).into_iter::<T>();
    match values.next() {
        // A number at the very end may go on in the next chunk.
        Some(Ok(_)) if values.byte_offset() == text.len() && ending == Ending::Open => Ok(None),
        Some(Ok(value)) => Ok(Some((value, values.byte_offset()))),
        Some(Err(error)) if ending == Ending::Open && (error.is_eof() || is_at_end(&error, text)) => Ok(None),
        Some(Err(error)) => Err(error.to_string()),
        None => Ok(None),
    }
}

/// A value that is cut in two can look wrong at its last byte (`12.`), and be right once the rest is there.
fn is_at_end(error: &serde_json::Error, text: &[u8]) -> bool {
    let line = text.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = text.iter().rev().take_while(|byte| **byte != b'\n').count();
    (error.line(), error.column()) >= (line, column)
}

fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\t' | b'\r')).count()
}

fn too_long() -> String {
    format!("a single value is longer than {LONGEST_VALUE} bytes")
}

#[cfg(test)]
mod tests;
