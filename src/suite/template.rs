//! `${name}` in a suite: found before YAML is parsed, filled in after it.
//!
//! The braces are first replaced, one for one, by characters that mean nothing to YAML. So a place in the parsed text is
//! the same place in the file, `{service: ${name}}` is no nested map, and no value can change the document's structure.

use super::source::Mark;

const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';
const LITERAL: char = '\u{e002}';

/// The characters that stand in for braces; a suite that holds one of them is refused.
pub const RESERVED: [char; 3] = [OPEN, CLOSE, LITERAL];

/// A text whose `${name}` and `$${` no longer are braces to YAML.
pub struct Masked {
    /// The text, character for character as long as the original.
    pub text: String,
    /// Every `${` in it, in order, those in comments too.
    pub holes: Vec<Hole>,
}

/// One `${`.
#[derive(Debug, PartialEq)]
pub struct Hole {
    /// Where it starts in the masked text, in bytes.
    pub offset: usize,
    /// Where it is in the file.
    pub mark: Mark,
    /// What is between the braces; `None` where they are never closed on that line.
    pub name: Option<String>,
}

/// Hides the braces of `${name}` and `$${` from YAML.
pub fn mask(text: &str) -> Masked {
    let mut masked = Masked { text: String::with_capacity(text.len()), holes: Vec::new() };
    let (mut line, mut end) = (1, 0);
    for part in text.split_inclusive(['\n', '\r']) {
        mask_line(part, line, &mut masked);
        end += part.len();
        // The `\n` of `\r\n` is a part of its own here, and ends no line of its own.
        let half_an_ending = part.ends_with('\r') && text[end..].starts_with('\n');
        line += usize::from(part.ends_with(['\n', '\r']) && !half_an_ending);
    }
    masked
}

fn mask_line(line: &str, number: usize, masked: &mut Masked) {
    let mut rest = line;
    let mut column = 1;
    while let Some(at) = rest.find("${") {
        let (before, tail) = (&rest[..at], &rest[at + 2..]);
        column += before.chars().count();
        let inside = tail.split_once('}').map(|(inside, _)| inside).filter(|inside| !inside.contains('$'));
        let literal = before.ends_with('$');
        let width = inside.map_or(2, |inside| inside.chars().count() + 3);
        masked.text.push_str(before);
        if !literal {
            let mark = Mark { line: number, column, width };
            masked.holes.push(Hole { offset: masked.text.len(), mark, name: inside.map(str::to_owned) });
        }
        masked.text.push('$');
        masked.text.push(if literal { LITERAL } else { OPEN });
        rest = tail;
        if let Some(inside) = inside {
            masked.text.push_str(inside);
            masked.text.push(CLOSE);
            rest = &tail[inside.len() + 1..];
        }
        column += width;
    }
    masked.text.push_str(rest);
}

/// Puts values in; what has no value stays as it was written.
pub fn fill<'v>(text: &str, value: impl Fn(&str) -> Option<&'v str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find([OPEN, LITERAL]) {
        let literal = rest[at..].starts_with(LITERAL);
        out.push_str(&rest[..at]);
        // Both are as long in UTF-8.
        rest = &rest[at + OPEN.len_utf8()..];
        let inside = rest.split_once(CLOSE).map(|(inside, _)| inside).filter(|inside| !inside.contains('$'));
        match inside.filter(|_| !literal).and_then(&value) {
            Some(value) => {
                out.pop();
                out.push_str(value);
                rest = &rest[inside.map_or(0, str::len) + CLOSE.len_utf8()..];
            }
            None => {
                if literal {
                    out.pop();
                }
                out.push('{');
            }
        }
    }
    out.push_str(rest);
    out.replace(CLOSE, "}")
}

/// Whether a masked text has a `${`.
pub fn has_hole(masked: &str) -> bool {
    masked.contains(OPEN)
}

/// The text as it was written, for messages.
pub fn unmask(text: &str) -> String {
    text.replace([OPEN, LITERAL], "{").replace(CLOSE, "}")
}

#[cfg(test)]
mod tests;
