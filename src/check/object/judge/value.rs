//! Judges one value, and says in words what was wanted and what is there.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::Told;
use super::field::hidden;
use crate::check::finding::Finding;
use crate::check::object::observation::{Match, Value};
use crate::check::object::wanted::Wanted;
use crate::units::{Duration, Quantity};

/// Characters of a value that a finding shows.
const SHOWN: usize = 200;
/// Clocks of machines may differ by so many seconds.
const SKEW: f64 = 60.0;

/// One demand on a value: what it says in words, and whether the value keeps it; `None` when they cannot be compared.
struct Held {
    words: String,
    holds: Option<bool>,
}

pub(super) fn of_match(path: &str, wanted: &Wanted, found: &Match, at: Timestamp) -> Vec<Told> {
    let empty = match &found.holds {
        Value::Json(Json::String(text)) => text.is_empty(),
        Value::Json(Json::Array(items)) => items.is_empty(),
        Value::Bytes(bytes) => *bytes == 0,
        _ => false,
    };
    if wanted.exists.is_some() && empty {
        let actual = format!("{} is {}", found.at, shown(&found.holds));
        return vec![Told::Fails(Finding::new("object/empty-field", format!("{path} is there and not empty"), actual))];
    }
    match &found.holds {
        Value::Json(value) => told(path, found, held(wanted, value, at), value, at),
        Value::Bytes(bytes) if wanted.is_blind() => {
            told(path, found, sizes(wanted, &Json::from(*bytes)), &Json::from(*bytes), at)
        }
        _ if wanted.is_blind() && wanted.at_least.is_none() && wanted.at_most.is_none() => Vec::new(),
        _ => vec![hidden(path, &words(wanted), found)],
    }
}

fn told(path: &str, found: &Match, held: Vec<Held>, value: &Json, at: Timestamp) -> Vec<Told> {
    let ago = value.as_str().and_then(|text| text.parse::<Timestamp>().ok()).map(|time| format!(", {}", ago(time, at)));
    let actual = format!("{} is {}{}", found.at, shown(&found.holds), ago.unwrap_or_default());
    let broken = held.into_iter().filter(|held| held.holds != Some(true));
    broken
        .map(|held| {
            let expected = format!("{path} {}", held.words);
            Told::Fails(match held.holds {
                None => Finding::new(
                    "object/not-comparable",
                    expected,
                    format!("{actual}, which cannot be compared with it"),
                ),
                Some(_) => Finding::new("object/other-value", expected, &actual),
            })
        })
        .collect()
}

/// Every demand, held against a value.
fn held(wanted: &Wanted, value: &Json, at: Timestamp) -> Vec<Held> {
    let held = |words: String, holds: Option<bool>| Held { words, holds };
    let text = value.as_str();
    let duration = || text.and_then(|text| text.parse::<Duration>().ok());
    let time = || text.and_then(|text| text.parse::<Timestamp>().ok());
    let mut all = sizes(wanted, value);
    let plain = [
        wanted.equals.as_ref().map(|want| held(format!("is {want}"), Some(same(want, value)))),
        (!wanted.one_of.is_empty()).then(|| {
            let words: Vec<_> = wanted.one_of.iter().map(Json::to_string).collect();
            held(format!("is one of {}", words.join(", ")), Some(wanted.one_of.iter().any(|want| same(want, value))))
        }),
        wanted
            .matches
            .as_ref()
            .map(|want| held(format!("is a text that {} matches", want.as_str()), text.map(|text| want.holds(text)))),
        wanted
            .duration_at_least
            .map(|want| held(format!("is a time of {want} or longer"), duration().map(|is| is >= want))),
        wanted
            .duration_at_most
            .map(|want| held(format!("is a time of {want} or shorter"), duration().map(|is| is <= want))),
        wanted
            .older_than
            .map(|want| held(format!("is a time at least {want} ago"), time().map(|is| is_older(is, want, at)))),
        wanted
            .newer_than
            .map(|want| held(format!("is a time at most {want} ago"), time().map(|is| is_newer(is, want, at)))),
        wanted
            .ahead_by
            .map(|want| held(format!("is a time at least {want} ahead"), time().map(|is| is_ahead(is, want, at)))),
    ];
    all.extend(plain.into_iter().flatten());
    all
}

/// The demands on a quantity.
fn sizes(wanted: &Wanted, value: &Json) -> Vec<Held> {
    let quantity = match value {
        Json::Number(number) => number.to_string().parse::<Quantity>().ok(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    };
    let least =
        wanted.at_least.as_ref().map(|want| (format!("is {want} or more"), quantity.as_ref().map(|is| is >= want)));
    let most =
        wanted.at_most.as_ref().map(|want| (format!("is {want} or less"), quantity.as_ref().map(|is| is <= want)));
    [least, most].into_iter().flatten().map(|(words, holds)| Held { words, holds }).collect()
}

/// What is wanted, in words.
pub(super) fn words(wanted: &Wanted) -> String {
    let demands = held(wanted, &Json::Null, Timestamp::UNIX_EPOCH);
    let words: Vec<_> = demands.into_iter().map(|held| held.words).collect();
    if words.is_empty() { "is there".to_owned() } else { words.join(" and ") }
}

/// What is there, cut to what a finding can show.
pub(super) fn shown(value: &Value) -> String {
    let text = match value {
        Value::Json(value) => value.to_string(),
        Value::Bytes(bytes) => return format!("{bytes} bytes of a Secret"),
        Value::Hidden => return "a value that may be a secret".to_owned(),
        Value::Large { bytes } => return format!("a value of {bytes} bytes"),
    };
    cut(&text)
}

/// A text, cut to what a finding can show.
pub(super) fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A whole number is the same with and without a fraction of zero; a text is never a number.
fn same(a: &Json, b: &Json) -> bool {
    a == b || matches!((a.as_f64(), b.as_f64()), (Some(a), Some(b)) if a == b)
}

fn age(time: Timestamp, at: Timestamp) -> f64 {
    at.duration_since(time).as_secs_f64()
}

pub(super) fn is_older(time: Timestamp, than: Duration, at: Timestamp) -> bool {
    age(time, at) >= than.as_secs_f64()
}

/// A time that is ahead is not new, but for what clocks may differ.
pub(super) fn is_newer(time: Timestamp, than: Duration, at: Timestamp) -> bool {
    (-SKEW..=than.as_secs_f64()).contains(&age(time, at))
}

fn is_ahead(time: Timestamp, by: Duration, at: Timestamp) -> bool {
    -age(time, at) >= by.as_secs_f64()
}

/// `3m ago`, `2h ahead`.
pub(super) fn ago(time: Timestamp, at: Timestamp) -> String {
    let seconds = age(time, at);
    let length = Duration::seconds(seconds.abs() as u64);
    if seconds < 0.0 { format!("{length} ahead") } else { format!("{length} ago") }
}
