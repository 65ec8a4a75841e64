//! A JSONPath, RFC 9535: the only file that knows the crate that reads it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::parser::parse_json_path;
use jsonpath_rust::query::js_path_process;
use regex::Regex;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// `$.spec.storage`, also as `spec.storage` or `.spec.storage`.
#[derive(Clone, Debug)]
pub struct Path {
    written: String,
    query: JpQuery,
}

impl Path {
    /// Where it leads to in an object: each place, written as `spec.ports[0].name`, with what is there.
    pub(super) fn matches<'v>(&self, object: &'v Value) -> Result<Vec<(String, &'v Value)>, String> {
        let found = js_path_process(&self.query, object).map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(|found| (short(&found.path), found.val)).collect())
    }

    /// As the suite has it.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The first name on the way, where it is written as one: `spec` of `spec.storage`. A path that begins otherwise may
    /// lead anywhere.
    pub(super) fn root(&self) -> Option<&str> {
        let rest = self.written.strip_prefix('$').unwrap_or(&self.written);
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        (end > 0).then(|| &rest[..end])
    }

    /// Whether it goes on behind a place where it may lead to many: then it passes over those that lack what follows.
    pub(super) fn passes_over(&self) -> bool {
        let many = |segment: &Segment| !matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
        let deep = |segment: &Segment| matches!(segment, Segment::Descendant(inner) if **inner != Segment::Selector(Selector::Wildcard));
        let first = self.query.segments.iter().position(many);
        first.is_some_and(|first| first + 1 < self.query.segments.len() || deep(&self.query.segments[first]))
    }

    /// The names on the way, where it is nothing but names: `[spec, storage]`.
    pub(super) fn names(&self) -> Option<Vec<&str>> {
        let rest = self.written.strip_prefix('$').unwrap_or(&self.written);
        let names: Vec<_> = rest.strip_prefix('.').unwrap_or(rest).split('.').collect();
        let plain = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        names.iter().all(plain).then_some(names)
    }
}

/// Whether there is nothing but plain names and stars outside of brackets.
fn has_plain_names(path: &str) -> bool {
    let (mut depth, mut quote) = (0_usize, None);
    path.chars().all(|c| {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if depth > 0 => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth = depth.saturating_sub(1),
            (None, _) if depth > 0 => {}
            (None, _) => return c.is_alphanumeric() || matches!(c, '$' | '.' | '*' | '_'),
        }
        true
    })
}

/// A normalized path (RFC 9535, 2.7) as people write it: `$['spec']['ports'][0]` becomes `spec.ports[0]`.
fn short(normalized: &str) -> String {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\['([A-Za-z_][A-Za-z0-9_]*)'\]").expect("the pattern is fixed and tested"));
    let short = NAME.replace_all(normalized, ".$1");
    short.strip_prefix("$.").map_or_else(|| short.to_string(), str::to_owned)
}

impl FromStr for Path {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let whole = match text {
            _ if text.starts_with('$') => text.to_owned(),
            _ if text.starts_with(['.', '[']) => format!("${text}"),
            _ => format!("$.{text}"),
        };
        // Other characters, too, are taken for part of a name by the parser, though RFC 9535 wants them in brackets.
        let query = if has_plain_names(&whole) {
            parse_json_path(&whole).map_err(|error| error.to_string())
        } else {
            Err("names with other characters stand in brackets and quotes".to_owned())
        };
        let query = query.map_err(|error| {
            let why = error.lines().last().unwrap_or_default().trim().trim_start_matches("= ").to_owned();
            format!(
                "`{text}` is no JSONPath ({why}): expected one of RFC 9535 such as spec.storage.size, \
                 metadata.labels['app.kubernetes.io/name'] or status.conditions[?@.type == \"Ready\"].status"
            )
        })?;
        Ok(Self { written: text.to_owned(), query })
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Path {}

impl PartialOrd for Path {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Path {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.written.cmp(&other.written)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Path {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.written)
    }
}

impl JsonSchema for Path {
    fn schema_name() -> Cow<'static, str> {
        "Path".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A JSONPath (RFC 9535); the leading `$.` may be left out: spec.retentionPeriod"
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Path {
        text.parse().unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn places_are_written_as_people_write_them() {
        let object =
            json!({"spec": {"ports": [{"name": "http"}, {"name": "grpc"}]}, "metadata": {"labels": {"a/b": "c"}}});
        let found = |text: &str| path(text).matches(&object).unwrap().into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        for text in ["spec.ports[0].name", ".spec.ports[0].name", "$.spec.ports[0].name", "$['spec']['ports'][0].name"]
        {
            assert_eq!(found(text), ["spec.ports[0].name"]);
        }
        assert_eq!(found("spec.ports[*].name"), ["spec.ports[0].name", "spec.ports[1].name"]);
        assert_eq!(found("spec.ports[?@.name == \"grpc\"].name"), ["spec.ports[1].name"]);
        assert_eq!(found("metadata.labels['a/b']"), ["metadata.labels['a/b']"]);
        assert_eq!(found("spec.nothing"), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_path_is_refused_with_an_example() {
        for text in ["", "spec..", "spec[", "spec.a b", "spec.a-b", "{.spec.a}"] {
            let error = text.parse::<Path>().unwrap_err();
            assert!(
                error.contains("is no JSONPath") && error.contains(": expected one of RFC 9535"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_path_that_goes_on_behind_many_places_passes_some_over() {
        for text in ["a[*].b", "a.*.b", "a[?@.x == 1].b", "a[0:2].b", "$..b", "a[*][0]", "a['b','c'].d", "a[*].b[*]"] {
            assert!(path(text).passes_over(), "{text}");
        }
        for text in ["a.b", "a[0].b", "a[*]", "a.*", "a[?@.x == 1]", "$..*", "a['b/c'].d", "a[-1]", "$"] {
            assert!(!path(text).passes_over(), "{text}");
        }
    }

    #[test]
    fn the_first_name_is_known_only_where_it_is_written() {
        assert_eq!(path("data.x").root(), Some("data"));
        assert_eq!(path("$.metadata.name").root(), Some("metadata"));
        assert_eq!(path("$['data']").root(), None);
        assert_eq!(path("$..x").root(), None);
        assert_eq!(path("*").root(), None);
        assert_eq!(path("spec.a.b").names(), Some(vec!["spec", "a", "b"]));
        assert_eq!(path("spec.a[0]").names(), None);
    }
}
