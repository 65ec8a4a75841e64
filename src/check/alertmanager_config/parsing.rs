//! How Alertmanager read the matchers of its file, as its log tells (v0.29, config/coordinator.go and matcher/compat/parse.go).
//!
//! It has two parsers. Where only the older one takes a matcher, or both read it otherwise, it goes by the older one, and says so
//! in its log alone: the configuration that it shows has what came of it, and no metric counts them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Instance;
use crate::check::finding::Finding;

/// Before it reads its file.
const LOADING: &str = "Loading configuration file";
/// Both parsers take a matcher, and make other things of it.
const DISAGREES: &str = "Matchers input has disagreement";
/// The newer parser does not take it.
const INCOMPATIBLE: &str =
    "Alertmanager is moving to a new parser for labels and matchers, and this input is incompatible";

/// What the log tells of the last time that the file was read.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parsing {
    /// The matchers that the two parsers did not read alike.
    Told(Vec<Unlike>),
    /// It does not reach back to that time, or cannot be had, and why.
    Untold(String),
}

/// A matcher that the two parsers did not read alike.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlike {
    /// As it stands in the file.
    pub input: String,
    /// As it would be read alike, where the newer parser does not take it at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

impl Parsing {
    /// Reads a log, in either of its formats.
    pub(super) fn read(log: &str) -> Self {
        let mut told = None;
        for line in log.lines() {
            let field = |name: &str| field(line, name);
            let Some(message) = field("msg") else { continue };
            if message == LOADING {
                told = Some(Vec::new());
            }
            let unlike = message == DISAGREES || message.starts_with(INCOMPATIBLE);
            // Others come with requests.
            if let (true, Some(told), Some("config")) = (unlike, &mut told, field("origin").as_deref()) {
                let input = field("input").unwrap_or_default();
                told.push(Unlike { input, suggestion: field("suggestion") });
            }
        }
        told.map_or_else(|| Self::Untold(format!("its log has no line {LOADING:?} any more")), Self::Told)
    }
}

/// A field of a line, as JSON or as `name=value` with quotes where they are needed. Go quotes as JSON does, but for bytes that
/// no text has.
fn field(line: &str, name: &str) -> Option<String> {
    if line.starts_with('{') {
        let line: Value = serde_json::from_str(line).ok()?;
        return line[name].as_str().map(str::to_owned);
    }
    let (_, rest) = line.split_once(&format!(" {name}="))?;
    if !rest.starts_with('"') {
        return rest.split(' ').next().map(str::to_owned);
    }
    serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()
}

/// Findings on an Alertmanager whose parsers did not read all alike.
pub(super) fn unlike(instance: &Instance) -> Vec<Finding> {
    let Some(Parsing::Told(all)) = &instance.parsing else { return Vec::new() };
    let finding = |unlike: &Unlike| {
        let expected = "both of its parsers read every matcher alike";
        match &unlike.suggestion {
            None => {
                let actual = format!("not {}, which the older one reads, and goes by, otherwise", unlike.input);
                let hint = "see which of both is meant: a backslash that is meant is written twice";
                Finding::new("alertmanager/parsed-two-ways", expected, actual).hint(hint)
            }
            Some(suggestion) => {
                let actual = format!("the newer one does not take {}", unlike.input);
                let hint = format!("write {suggestion}: a later Alertmanager refuses the whole file as it is");
                Finding::new("alertmanager/old-syntax", expected, actual).hint(hint)
            }
        }
    };
    all.iter().map(finding).collect()
}

/// Why that is not known of an Alertmanager.
pub(super) fn untold(instance: &Instance) -> Finding {
    let actual = match &instance.parsing {
        Some(Parsing::Untold(why)) => why.as_str(),
        _ => "its log was not read",
    };
    let finding = Finding::new("alertmanager/parsing-unknown", "its log tells how it read its matchers", actual);
    finding.hint("make it read its file again (POST /-/reload), or leave out `parsed_alike`")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOADED: &str = "time=2026-11-29T14:40:17.063Z level=INFO source=coordinator.go:112 msg=\"Loading configuration file\" component=configuration file=c.yml\n";
    const DISAGREEMENT: &str = r#"time=2026-11-29T14:40:17.063Z level=WARN source=parse.go:183 msg="Matchers input has disagreement" input="foo=\"\\xf0\\x9f\\x99\\x82\"" origin=config
"#;
    const OLD: &str = r#"time=2026-11-29T14:40:17.064Z level=WARN source=parse.go:176 msg="Alertmanager is moving to a new parser for labels and matchers, and this input is incompatible. Alertmanager has instead parsed the input using the classic matchers parser as a fallback." input="bar=~\"a\\.b\"" origin=config err="5:11: \"a\\.b\": invalid input" suggestion="bar=~\"a\\\\.b\""
"#;
    const AS_JSON: &str = r#"{"time":"2026-11-29T14:40:20.236887396Z","level":"INFO","source":"coordinator.go:112","msg":"Loading configuration file","component":"configuration","file":"c.yml"}
{"time":"2026-11-29T14:40:20.238708709Z","level":"WARN","source":"parse.go:176","msg":"Alertmanager is moving to a new parser for labels and matchers, and this input is incompatible. Alertmanager has instead parsed the input using the classic matchers parser as a fallback.","input":"baz=a b","origin":"config","err":"6:7: unexpected b: expected a comma or close brace","suggestion":"baz=\"a b\""}
"#;

    fn unlike(input: &str, suggestion: Option<&str>) -> Unlike {
        Unlike { input: input.to_owned(), suggestion: suggestion.map(str::to_owned) }
    }

    #[test]
    fn both_formats_of_the_log_are_read() {
        assert_eq!(Parsing::read(LOADED), Parsing::Told(Vec::new()));
        let both = [unlike(r#"foo="\xf0\x9f\x99\x82""#, None), unlike(r#"bar=~"a\.b""#, Some(r#"bar=~"a\\.b""#))];
        assert_eq!(Parsing::read(&[LOADED, DISAGREEMENT, OLD].concat()), Parsing::Told(both.into()));
        assert_eq!(Parsing::read(AS_JSON), Parsing::Told(vec![unlike("baz=a b", Some("baz=\"a b\""))]));
    }

    #[test]
    fn only_the_last_reading_of_the_file_counts() {
        assert_eq!(Parsing::read(&[LOADED, DISAGREEMENT, LOADED].concat()), Parsing::Told(Vec::new()));
        let request = DISAGREEMENT.replace("origin=config", "origin=api");
        assert_eq!(Parsing::read(&[LOADED, &request].concat()), Parsing::Told(Vec::new()));
    }

    #[test]
    fn a_log_that_does_not_reach_back_tells_nothing() {
        for log in ["", "no log\n", DISAGREEMENT, "{\n"] {
            assert!(matches!(Parsing::read(log), Parsing::Untold(_)), "{log}");
        }
    }
}
