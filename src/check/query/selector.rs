//! A plain selector of series, told from an expression.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// A plain selector: `up`, `up{job="kubelet"}`, `{__name__=~"node_.*"}`.
///
/// Anything more would be evaluated step by step, and the last step is always now, however old the samples are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Selector(String);

impl Selector {
    /// Takes a query that is a plain selector.
    pub fn of(query: &str) -> Option<Self> {
        is_plain(query).then(|| Self(query.trim().to_owned()))
    }

    /// As MetricsQL.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Selector {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        Self::of(&text).ok_or_else(|| {
            let message = "is no plain selector: expected a metric, {filters} or both, such as up{job=\"kubelet\"}";
            serde::de::Error::custom(format!("`{text}` {message}"))
        })
    }
}

impl JsonSchema for Selector {
    fn schema_name() -> Cow<'static, str> {
        "Selector".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A plain selector of series: up, up{job=\"kubelet\"}"
        })
    }
}

/// Whether a query is nothing but `metric`, `metric{..}` or `{..}`.
fn is_plain(query: &str) -> bool {
    let query = query.trim();
    let name_end = query.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '.'));
    let (name, filters) = query.split_at(name_end.unwrap_or(query.len()));
    let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':');
    if !named && !name.is_empty() {
        return false;
    }
    match filters.trim_start() {
        "" => named,
        filters => is_braced(filters),
    }
}

/// Whether a text is one pair of braces, where braces inside quotes do not count.
fn is_braced(text: &str) -> bool {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some('"' | '\''), '\\') => escaped = true,
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '{') if at == 0 => {}
            (None, '}') => return at + 1 == text.len(),
            (None, '{') => return false,
            (None, _) if at == 0 => return false,
            (None, _) => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_plain() {
        for query in ["up", " up ", "up{job=\"a\"}", "{__name__=~\"a|b\"}", "a:b:c {x='}'}", "up{a=\"\\\"}\"}", "up{}"]
        {
            assert!(is_plain(query), "{query}");
        }
    }

    #[test]
    fn an_expression_is_refused_as_a_selector() {
        let refused = serde_json::from_str::<Selector>("\"sum(up)\"").unwrap_err().to_string();
        assert!(refused.starts_with("`sum(up)` is no plain selector"), "{refused}");
    }

    #[test]
    fn everything_else_is_not() {
        for query in [
            "",
            "1",
            "sum(up)",
            "up == 1",
            "up[5m]",
            "up offset 5m",
            "up{a=\"b\"} > 0",
            "up{a=\"b\"",
            "-up",
            "{a=\"b\"}[1m]",
        ] {
            assert!(!is_plain(query), "{query}");
        }
    }
}
