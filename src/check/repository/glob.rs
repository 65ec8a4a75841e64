//! Patterns of paths: `*` and `?` within one name, `**` over any number of folders.

use regex::Regex;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pattern that a whole path must match.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Glob {
    text: String,
    regex: Regex,
}

impl Glob {
    /// Whether the path is one of those that are meant.
    pub fn matches(&self, path: &str) -> bool {
        self.regex.is_match(path)
    }
}

impl std::fmt::Display for Glob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Glob {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.is_empty() || text.starts_with(['/', '.']) {
            return Err(format!(
                "`{text}` is no pattern of paths: expected one from the root of the repository such as `apps/**/ks.yaml`"
            ));
        }
        let mut pattern = String::from("^");
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let (piece, length) = match first {
                '*' if rest.starts_with("**/") => ("(?:[^/]+/)*".to_owned(), 3),
                '*' if rest.starts_with("**") => (".*".to_owned(), 2),
                '*' => ("[^/]*".to_owned(), 1),
                '?' => ("[^/]".to_owned(), 1),
                other => (regex::escape(&other.to_string()), other.len_utf8()),
            };
            pattern.push_str(&piece);
            rest = &rest[length..];
        }
        pattern.push('$');
        let regex = Regex::new(&pattern).map_err(|error| error.to_string())?;
        Ok(Self { text, regex })
    }
}

impl From<Glob> for String {
    fn from(glob: Glob) -> Self {
        glob.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        Glob::try_from(glob.to_owned()).unwrap().matches(path)
    }

    #[test]
    fn stars_stay_within_a_name_unless_they_are_two() {
        assert!(matches("apps/*/ks.yaml", "apps/a/ks.yaml") && !matches("apps/*/ks.yaml", "apps/a/b/ks.yaml"));
        assert!(matches("apps/**/ks.yaml", "apps/ks.yaml") && matches("apps/**/ks.yaml", "apps/a/b/ks.yaml"));
        assert!(matches("**/*.yml", "a.yml") && matches("**/*.yml", "a/b.yml") && !matches("**/*.yml", "a/b.yaml"));
        assert!(matches("docs/**", "docs/a/b") && !matches("docs/**", "doc"));
        assert!(matches("a?.yaml", "ab.yaml") && !matches("a.yaml", "abyaml"));
    }

    #[test]
    fn what_can_match_nothing_is_refused() {
        for glob in ["", "/a", "./a"] {
            assert!(Glob::try_from(glob.to_owned()).is_err(), "{glob}");
        }
    }
}
