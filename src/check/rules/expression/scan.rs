//! Cuts an expression into the few tokens that matter.

use super::Selector;

/// What the search for selectors has to know.
#[derive(Debug, PartialEq, Eq)]
pub enum Token {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `{`, with no word before it.
    Brace,
    /// A word: metric, function, operator.
    Word(String),
    /// A number, a string, a window, an operator of signs.
    Other,
}

/// A place in an expression.
pub struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// At its start.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn take(&mut self, while_: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !while_(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Passes white space and comments, which go from `#` to the end of the line.
    fn blank(&mut self) {
        loop {
            self.take(char::is_whitespace);
            if self.peek() != Some('#') {
                return;
            }
            self.take(|c| c != '\n');
        }
    }

    /// The next token; the outer `None` says that the expression ends in the middle of one.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Option<Token>> {
        self.blank();
        let Some(first) = self.peek() else { return Some(None) };
        Some(Some(match first {
            '{' => Token::Brace,
            c if is_first(c) => Token::Word(self.take(is_word).to_owned()),
            c if c.is_ascii_digit() || c == '.' => {
                self.take(|c| c.is_ascii_alphanumeric() || c == '.');
                Token::Other
            }
            '"' | '\'' | '`' => {
                self.string()?;
                Token::Other
            }
            '[' => {
                self.take(|c| c != ']');
                self.at += self.peek()?.len_utf8();
                Token::Other
            }
            _ => {
                self.at += first.len_utf8();
                match first {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Other,
                }
            }
        }))
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let quote = rest.chars().next()?;
        let mut escaped = false;
        let end = rest.char_indices().skip(1).find(|&(_, c)| {
            let ends = c == quote && !escaped;
            escaped = c == '\\' && !escaped && quote != '`';
            ends
        });
        let end = end?.0 + quote.len_utf8();
        self.at += end;
        Some(&rest[..end])
    }

    /// Whether a parenthesis follows.
    pub fn is_call(&mut self) -> bool {
        self.blank();
        self.peek() == Some('(')
    }

    /// Whether `by (..)` or `without (..)` follows: the word before it aggregates.
    pub fn is_aggregate(&mut self) -> bool {
        let lower = self.rest().get(..8).unwrap_or(self.rest()).to_lowercase();
        ["by", "without"]
            .iter()
            .any(|word| lower.strip_prefix(word).is_some_and(|rest| !rest.starts_with(is_word)) || lower == *word)
    }

    /// Passes a list of labels in parentheses.
    pub fn skip_list(&mut self) {
        if self.is_call() {
            self.take(|c| c != ')');
            self.at += usize::from(self.peek().is_some());
        }
    }

    /// The rest of a selector behind its metric: matchers in braces, where there are any.
    pub fn selector(&mut self, metric: Option<String>) -> Option<Selector> {
        let mut text = metric.clone().unwrap_or_default();
        let mut selector = Selector { text: String::new(), metric, matchers: Vec::new() };
        self.blank();
        if self.peek() == Some('{') {
            let begin = self.at;
            self.at += 1;
            self.matchers(&mut selector)?;
            text.push_str(&self.text[begin..self.at]);
        }
        selector.text = text;
        Some(selector)
    }

    fn matchers(&mut self, selector: &mut Selector) -> Option<()> {
        loop {
            self.blank();
            match self.peek()? {
                '}' => {
                    self.at += 1;
                    return Some(());
                }
                ',' => self.at += 1,
                '"' | '\'' | '`' => {
                    let name = self.string()?;
                    self.matcher(name, selector)?;
                }
                _ => {
                    let name = self.take(is_word);
                    if name.is_empty() {
                        return None;
                    }
                    // MetricsQL has alternatives within the braces: {a="b" or c="d"}.
                    if !name.eq_ignore_ascii_case("or") || self.is_matched() {
                        self.matcher(name, selector)?;
                    }
                }
            }
        }
    }

    fn is_matched(&mut self) -> bool {
        self.blank();
        self.rest().starts_with(['=', '!'])
    }

    fn matcher(&mut self, name: &str, selector: &mut Selector) -> Option<()> {
        self.blank();
        let operator = self.take(|c| "=!~".contains(c));
        if operator.is_empty() {
            // A quoted metric name: {"metric.name"}.
            selector.metric = Some(name.trim_matches(['"', '\'', '`']).to_owned());
            return Some(());
        }
        self.blank();
        let value = self.string()?;
        if name == "__name__" && operator == "=" {
            selector.metric = Some(value[1..value.len() - 1].to_owned());
        } else {
            selector.matchers.push((name.to_owned(), operator.to_owned(), value.to_owned()));
        }
        Some(())
    }
}

fn is_first(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == ':'
}

fn is_word(c: char) -> bool {
    is_first(c) || c.is_ascii_digit() || c == '.'
}
