//! The selectors in an expression: which series a rule reads.
//!
//! Written here, since parsers of PromQL refuse what MetricsQL adds to it. Of the language no more is understood than
//! where selectors stand, and whether a rule can do without what one of them finds.

mod scan;

use serde::{Deserialize, Serialize};

use scan::{Scan, Token};

/// A selector, such as `up{job="x"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selector {
    /// As it is written, without a window.
    pub text: String,
    /// The metric that it names; `None` for `{job="x"}`.
    pub metric: Option<String>,
    /// Its matchers, as they are written: label, operator, value with its quotes.
    pub matchers: Vec<(String, String, String)>,
}

/// What a rule needs of a selector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Without its series the rule can never do anything.
    Series,
    /// Enough that one of the selectors with this number finds series: they stand on both sides of an `or`.
    OneOf(usize),
    /// It may find nothing: it stands in `absent(..)`, or behind `unless`.
    Nothing,
}

/// Words that stand between operands and are no metrics (MetricsQL, docs/victoriametrics/MetricsQL.md).
const OPERATORS: [&str; 10] =
    ["and", "or", "unless", "if", "ifnot", "default", "atan2", "bool", "offset", "keep_metric_names"];
/// Words with a list of labels in parentheses behind them.
const LABEL_LISTS: [&str; 7] = ["by", "without", "on", "ignoring", "group_left", "group_right", "limit"];
/// Numbers.
const NUMBERS: [&str; 2] = ["inf", "nan"];

/// One pair of parentheses, or the whole expression.
#[derive(Default)]
struct Level {
    /// Index of the first selector in it.
    first: usize,
    /// Whether what is in it may find nothing.
    free: bool,
    /// Whether an `unless` was passed, and no `and` or `or` since.
    behind_unless: bool,
    /// Whether there is an `or` in it.
    either: bool,
}

/// All selectors with what the rule needs of them; `None` when the expression cannot be read, as with `WITH` templates.
pub fn selectors(expression: &str) -> Option<Vec<(Selector, Need)>> {
    let mut scan = Scan::new(expression);
    let mut found: Vec<(Selector, Need)> = Vec::new();
    let mut levels = vec![Level::default()];
    let mut word: Option<String> = None;
    let mut alternatives = 0;
    while let Some(token) = scan.next()? {
        let called = word.take();
        match token {
            Token::Open => {
                let above = levels.last()?;
                let absent = called.is_some_and(|name| name.to_lowercase().starts_with("absent"));
                let free = absent || above.free || above.behind_unless;
                levels.push(Level { first: found.len(), free, ..Level::default() });
            }
            Token::Close => {
                settle(&levels.pop()?, &mut found, &mut alternatives);
                levels.last()?;
            }
            Token::Word(name) => {
                let level = levels.last_mut()?;
                let lower = name.to_lowercase();
                match lower.as_str() {
                    "with" => return None,
                    "unless" | "ifnot" => level.behind_unless = true,
                    "or" | "default" => (level.either, level.behind_unless) = (true, false),
                    "and" | "if" => level.behind_unless = false,
                    _ => {}
                }
                if LABEL_LISTS.contains(&lower.as_str()) {
                    scan.skip_list();
                } else if scan.is_call() || (scan.is_aggregate()) {
                    word = Some(name);
                } else if !OPERATORS.contains(&lower.as_str()) && !NUMBERS.contains(&lower.as_str()) {
                    let selector = scan.selector(Some(name))?;
                    found.push((selector, level.need()));
                }
            }
            Token::Brace => {
                let need = levels.last()?.need();
                found.push((scan.selector(None)?, need));
            }
            Token::Other => {}
        }
    }
    let [whole] = levels.try_into().ok()?;
    settle(&whole, &mut found, &mut alternatives);
    Some(found)
}

impl Level {
    fn need(&self) -> Need {
        if self.free || self.behind_unless { Need::Nothing } else { Need::Series }
    }
}

/// Selectors on both sides of an `or` are alternatives of each other.
fn settle(level: &Level, found: &mut [(Selector, Need)], alternatives: &mut usize) {
    if level.either {
        *alternatives += 1;
        let needed = found[level.first..].iter_mut().filter(|(_, need)| *need != Need::Nothing);
        needed.for_each(|(_, need)| *need = Need::OneOf(*alternatives));
    }
}

#[cfg(test)]
mod tests;
