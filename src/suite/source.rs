//! The text of a suite's file, and how a place in it is shown.

use std::fmt::Write;

use super::problem::Problem;
use super::template::RESERVED;
pub use crate::check::yaml::Mark;

/// A file as it was read.
pub struct Source {
    /// Its name as it was given.
    pub name: String,
    lines: Vec<String>,
}

impl Source {
    /// Keeps the lines of `text`, however they end.
    pub fn new(name: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.replace("\r\n", "\n").split(['\n', '\r']).map(str::to_owned).collect();
        Self { name: name.to_owned(), lines }
    }

    /// Characters that no suite may hold: those that stand for bytes that are not UTF-8, and those that stand in for braces.
    pub fn unreadable(&self) -> Option<Problem> {
        self.lines.iter().enumerate().find_map(|(index, line)| {
            let (before, odd) = line.chars().enumerate().find(|(_, c)| *c == '\u{fffd}' || RESERVED.contains(c))?;
            let message = match odd {
                '\u{fffd}' => "this is not UTF-8 text".to_owned(),
                _ => format!("the private-use character U+{:04X} is not allowed", u32::from(odd)),
            };
            let mark = Mark { line: index + 1, column: before + 1, width: 1 };
            Some(Problem::at(mark, message).note("save the file as UTF-8, without this character"))
        })
    }

    /// The last line that holds something, for errors at the end of the file.
    pub fn last_line(&self) -> usize {
        self.lines.iter().rposition(|line| !line.trim().is_empty()).map_or(1, |index| index + 1)
    }

    /// The first word from a place on, where that is all that is known of it.
    pub fn word(&self, line: usize, column: usize) -> Mark {
        let (line, column) = (line.max(1), column.max(1));
        let text = self.lines.get(line - 1).map_or("", String::as_str);
        let rest = text.chars().skip(column.saturating_sub(1));
        let width = rest.take_while(|c| !c.is_whitespace() && *c != ':').count().max(1);
        Mark { line, column, width }
    }

    /// The place with the line and a caret below it; `label` stands beside the caret.
    pub fn snippet(&self, mark: Mark, label: &str) -> String {
        let (line, before) = cropped(&visible(&self.shown(mark.line)), mark.column - 1);
        let gutter = mark.line.to_string().len();
        let pad: String = line.chars().take(before).map(blank).collect();
        let carets: usize = line.chars().skip(before).take(mark.width).map(columns).sum();
        let carets = "^".repeat(carets.max(1));
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{:gutter$}--> {}:{}:{}", "", self.name, mark.line, mark.column);
        let _ = writeln!(out, "{:gutter$} |", "");
        let _ = writeln!(out, "{} | {line}", mark.line);
        let _ = writeln!(out, "{:gutter$} | {pad}{carets} {label}", "");
        out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }

    /// A line as it may be shown: the value of a variable whose name looks like a secret's is cut off.
    fn shown(&self, number: usize) -> String {
        let line = self.lines.get(number - 1).map_or("", String::as_str);
        if !self.is_in_variables(number) {
            return line.to_owned();
        }
        let mut end = 0;
        for part in line.split_inclusive(':') {
            end += part.len();
            let name = part.trim_end_matches(':').rsplit([' ', '{', ',', '"', '\'']).find(|word| !word.is_empty());
            if part.ends_with(':') && name.is_some_and(super::variables::looks_secret) {
                return format!("{} ...", &line[..end]);
            }
        }
        line.to_owned()
    }

    fn is_in_variables(&self, number: usize) -> bool {
        let above = self.lines[..number.min(self.lines.len())].iter().rev();
        above
            .filter(|line| !line.is_empty())
            .find(|line| !line.starts_with([' ', '\t', '#']))
            .is_some_and(|line| line.starts_with("variables"))
    }
}

/// The text on one line, with a dot for each character that would move or colour what a terminal shows.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{b7}' } else { c }).collect()
}

/// A line as wide as a terminal, with how many characters stand before the one at `index`; what is cut off is `...`.
fn cropped(line: &str, index: usize) -> (String, usize) {
    const WIDTH: usize = 100;
    let chars: Vec<char> = line.chars().collect();
    if chars.len() <= WIDTH {
        return (line.to_owned(), index);
    }
    let start = index.saturating_sub(WIDTH / 2).min(chars.len() - WIDTH);
    let shown: String = chars[start..start + WIDTH].iter().collect();
    let (head, tail) = (if start > 0 { "..." } else { "" }, if start + WIDTH < chars.len() { "..." } else { "" });
    (format!("{head}{shown}{tail}"), index - start + head.len())
}

/// What takes as much room on a terminal as `c`, without ink.
fn blank(c: char) -> &'static str {
    match (c, columns(c)) {
        ('\t', _) => "\t",
        (_, 2) => "  ",
        (_, 0) => "",
        _ => " ",
    }
}

/// How many columns a character takes on a terminal: wide ones of East Asia and pictographs two, combining ones none.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe4f => 2,
        0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}
