//! A suite's variables: declared with defaults, overridden from outside, filled in where `${name}` stands.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::node::{Node, Value};
use super::problem::{Problem, Problems};
use super::source::Mark;
use super::template::{self, Hole};

/// The variables with their effective values, in the order of the file.
#[derive(Default)]
pub struct Variables {
    declared: Vec<Variable>,
    used: RefCell<BTreeSet<String>>,
}

struct Variable {
    name: String,
    value: String,
    /// Whether the value came from outside.
    given: bool,
    mark: Mark,
}

/// Whether a name says that its value must not be seen: `db_password`, `apiToken`, `key`; not `secret_name`.
pub fn looks_secret(name: &str) -> bool {
    let words = words(name);
    let names_an_object = words.last().is_some_and(|last| matches!(last.as_str(), "name" | "namespace"));
    !names_an_object
        && words.iter().any(|word| {
            let word = word.strip_suffix('s').unwrap_or(word);
            matches!(word, "token" | "password" | "passwd" | "pas" | "secret" | "key" | "apikey" | "credential")
        })
}

/// The words of a name in snake, kebab or camel case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let starts_word = c.is_uppercase() && before.is_lowercase();
        if starts_word || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

impl Variables {
    /// Reads the `variables` of a suite and puts `given` over their defaults.
    pub fn declare(root: &Node, given: &[(String, String)], problems: &Problems) -> Self {
        let mut variables = Self::default();
        match root.get("variables") {
            Some(Node { value: Value::Map(entries), .. }) => {
                for (key, node) in entries {
                    let given = given.iter().rev().find(|(name, _)| *name == key.text).map(|(_, value)| value.as_str());
                    let value = default(&key.text, key.mark, node, given, problems);
                    let (name, given) = (key.text.clone(), given.is_some());
                    variables.declared.push(Variable { name, value, given, mark: key.mark });
                }
            }
            Some(node) if !node.is_null() => {
                problems
                    .add(Problem::at(node.mark, "`variables` must be a map").note("write `name: default`, one a line"));
            }
            _ => {}
        }
        variables.refuse_unknown(given, problems);
        variables
    }

    fn refuse_unknown(&self, given: &[(String, String)], problems: &Problems) {
        for (name, _) in given {
            if self.value(name).is_none() {
                let message = format!("unknown variable `{name}` given with --var");
                problems.add(Problem::outside(message).near(name, self.names()).note(self.inventory()));
            }
        }
    }

    /// Names and values, in the order of the file.
    pub fn effective(&self) -> Vec<(String, String)> {
        self.declared.iter().map(|variable| (variable.name.clone(), variable.value.clone())).collect()
    }

    /// Names of those whose value came from outside, in the order of the file.
    pub fn given(&self) -> Vec<String> {
        let given = self.declared.iter().filter(|variable| variable.given);
        given.map(|variable| variable.name.clone()).collect()
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.declared.iter().find(|variable| variable.name == name).map(|variable| variable.value.as_str())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().map(|variable| variable.name.as_str())
    }

    fn inventory(&self) -> String {
        let names: Vec<_> = self.names().map(|name| format!("`{name}`")).collect();
        match names.is_empty() {
            true => "the suite declares no variables: add them under `variables:`".to_owned(),
            false => format!("the suite declares: {}", names.join(", ")),
        }
    }

    /// Fills everything in below `node`, but not in the variables themselves.
    pub fn fill(&self, node: &mut Node, holes: &[Hole], problems: &Problems) {
        match &mut node.value {
            Value::Scalar { text, .. } => {
                for hole in holes.iter().filter(|hole| node.range.contains(&hole.offset)) {
                    self.visit(hole, problems);
                }
                *text = template::fill(text, |name| self.value(name));
            }
            Value::List(items) => items.iter_mut().for_each(|item| self.fill(item, holes, problems)),
            Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| self.fill(value, holes, problems)),
        }
    }

    fn visit(&self, hole: &Hole, problems: &Problems) {
        let literally = "write `$${` where a literal `${` is meant";
        let problem = match &hole.name {
            None => Problem::at(hole.mark, "`${` is never closed")
                .label("no `}` on this line")
                .note("write `${name}` for the value of a variable")
                .note(literally),
            Some(name) if !is_name(name) => Problem::at(hole.mark, format!("`{name}` is not a name of a variable"))
                .note("a name has letters, digits, `_` and `-`")
                .note(literally),
            Some(name) if self.value(name).is_none() => Problem::at(hole.mark, format!("undefined variable `{name}`"))
                .near(name, self.names())
                .note(self.inventory())
                .note(literally),
            Some(name) => {
                self.used.borrow_mut().insert(name.clone());
                return;
            }
        };
        problems.add(problem);
    }

    /// A warning for each variable that nothing refers to.
    pub fn unused(&self) -> Vec<Problem> {
        let used = self.used.borrow();
        let unused = self.declared.iter().filter(|variable| !used.contains(&variable.name));
        unused
            .map(|Variable { name, mark, .. }| {
                Problem::at(*mark, format!("variable `{name}` is never used"))
                    .note(format!("write `${{{name}}}` where its value belongs, or remove it"))
            })
            .collect()
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The effective value of one variable; whatever is wrong with it is added to `problems`.
fn default(name: &str, mark: Mark, node: &Node, given: Option<&str>, problems: &Problems) -> String {
    let text = node.text().filter(|_| !node.is_null());
    let problem = if looks_secret(name) {
        Problem::at(mark, format!("variable `{name}` looks like a secret"))
            .note("values of variables are printed and stored with every run; a suite never needs a secret")
            .note("name the object that holds it instead, as in `secret_name`")
    } else if !is_name(name) {
        Problem::at(mark, format!("`{name}` is not a name of a variable"))
            .note("a name has letters, digits, `_` and `-`")
    } else if node.text().is_none() {
        Problem::at(node.mark, format!("the default of variable `{name}` must be a text or a number"))
            .note("a variable stands for a part of a text, never for a list or a map")
    } else if text.is_some_and(template::has_hole) {
        Problem::at(node.mark, format!("the default of variable `{name}` refers to another variable"))
            .note("variables are filled in in criteria and checks only: write the value out")
            .note("write `$${` where a literal `${` is meant")
    } else if text.is_none() && given.is_none() {
        Problem::at(mark, format!("variable `{name}` has no value"))
            .note(format!("give it with `--var {name}=VALUE`, or write a default behind the colon"))
    } else {
        let default = || template::fill(text.unwrap_or_default(), |_| None);
        return given.map_or_else(default, str::to_owned);
    };
    problems.add(problem);
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_secret_is_known() {
        for name in ["token", "db_password", "apiToken", "API_KEY", "key", "grafana-secret", "credentials", "pass"] {
            assert!(looks_secret(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_only_sounds_like_one_is_let_through() {
        for name in ["namespace", "monkey", "keyspace", "secret_name", "tokenizer", "secretNamespace", "passes"] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
