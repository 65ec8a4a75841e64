//! One condition of a route on one label (Alertmanager v0.29, pkg/labels/matcher.go and parse.go).

use std::collections::BTreeMap;

use regex::Regex;

/// A condition on one label.
#[derive(Debug)]
pub struct Matcher {
    name: String,
    test: Test,
    /// `!=` and `!~`.
    negated: bool,
}

#[derive(Debug)]
enum Test {
    Equal(String),
    Pattern(Regex),
}

/// Whether a condition holds for an alert of which not every label is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// It does not.
    No,
    /// That depends on a label that is not known.
    Perhaps,
    /// It does.
    Yes,
}

impl Holds {
    /// Whether all of them hold: the weakest decides.
    pub fn all(each: impl Iterator<Item = Self>) -> Self {
        each.min().unwrap_or(Self::Yes)
    }
}

impl Matcher {
    /// `name="value"`.
    pub fn equal(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), test: Test::Equal(value.to_owned()), negated: false }
    }

    /// `name=~"pattern"`: the whole value must match.
    pub fn pattern(name: &str, pattern: &str) -> Result<Self, String> {
        let regex = Regex::new(&format!("^(?:{pattern})$"))
            .map_err(|error| format!("the pattern of label {name} cannot be read: {error}"))?;
        Ok(Self { name: name.to_owned(), test: Test::Pattern(regex), negated: false })
    }

    /// Whether it holds for an alert that has these labels and perhaps others.
    pub fn holds(&self, labels: &BTreeMap<String, String>) -> Holds {
        let Some(value) = labels.get(&self.name) else { return Holds::Perhaps };
        let equal = match &self.test {
            Test::Equal(wanted) => value == wanted,
            Test::Pattern(pattern) => pattern.is_match(value),
        };
        if equal != self.negated { Holds::Yes } else { Holds::No }
    }
}

/// Reads `a="b"`, `a=b`, `{a="b", c!~"d.*"}` and `"quoted name"="b"`.
pub fn parse(line: &str) -> Result<Vec<Matcher>, String> {
    let inner = line.trim();
    let inner = inner.strip_prefix('{').unwrap_or(inner);
    let inner = inner.strip_suffix('}').unwrap_or(inner);
    split(inner).iter().filter(|part| !part.trim().is_empty()).map(|part| parse_one(part.trim())).collect()
}

/// Cuts at the commas that are outside of quotes.
fn split(text: &str) -> Vec<String> {
    let (mut parts, mut quoted, mut escaped) = (vec![String::new()], false, false);
    for c in text.chars() {
        match c {
            ',' if !quoted => {
                parts.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts
}

fn parse_one(text: &str) -> Result<Matcher, String> {
    let wrong = || format!("the matcher {text} cannot be read");
    let (name, rest) = match text.strip_prefix('"') {
        Some(quoted) => take_quoted(quoted).ok_or_else(wrong)?,
        None => {
            let end = text.find(['=', '!']).ok_or_else(wrong)?;
            (text[..end].trim_end().to_owned(), &text[end..])
        }
    };
    let rest = rest.trim_start();
    let operators = [("=~", true, false), ("!~", true, true), ("!=", false, true), ("=", false, false)];
    let found =
        operators.into_iter().find_map(|(sign, pattern, negated)| Some((rest.strip_prefix(sign)?, pattern, negated)));
    let (value, pattern, negated) = found.filter(|_| !name.is_empty()).ok_or_else(wrong)?;
    let value = value.trim();
    let value = match value.strip_prefix('"') {
        Some(quoted) => match take_quoted(quoted).ok_or_else(wrong)? {
            (value, "") => value,
            _ => return Err(wrong()),
        },
        None if value.contains('"') => return Err(wrong()),
        None => unescape(value),
    };
    let matcher = if pattern { Matcher::pattern(&name, &value)? } else { Matcher::equal(&name, &value) };
    Ok(Matcher { negated, ..matcher })
}

/// Reads up to the closing quote; gives the text and what stands behind the quote.
fn take_quoted(text: &str) -> Option<(String, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if c == '"' && !escaped {
            return Some((unescape(&text[..at]), &text[at + 1..]));
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// `\n`, `\"` and `\\`; a backslash before anything else is itself.
fn unescape(text: &str) -> String {
    let (mut plain, mut chars) = (String::new(), text.chars());
    while let Some(c) = chars.next() {
        match (c, chars.clone().next()) {
            ('\\', Some('n')) => plain.push('\n'),
            ('\\', Some(next @ ('"' | '\\'))) => plain.push(next),
            _ => {
                plain.push(c);
                continue;
            }
        }
        chars.next();
    }
    plain
}
