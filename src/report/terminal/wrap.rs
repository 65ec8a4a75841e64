//! Breaks text into lines that fit.

/// A character that holds two words together on one line; it is shown as a space.
pub const TIE: char = '\u{a0}';

/// Breaks at spaces into lines of at most `width` characters; a longer word is cut, so that no line is ever torn by the terminal.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(20);
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() && c != TIE).filter(|word| !word.is_empty()) {
        for piece in pieces(word, width) {
            let room = width.saturating_sub(count(&line));
            if !line.is_empty() && count(&piece) + 1 > room {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(&piece);
        }
    }
    lines.push(line);
    lines.iter().map(|line| line.replace(TIE, " ")).collect()
}

/// The first line behind `first`, the others behind as many spaces as `first` has columns.
pub fn hang(first: &str, columns: usize, text: &str, width: usize) -> String {
    let mut out = String::new();
    for (index, line) in wrap(text, width.saturating_sub(columns)).iter().enumerate() {
        let lead = if index == 0 { first.to_owned() } else { " ".repeat(columns) };
        out.push_str(format!("{lead}{line}").trim_end());
        out.push('\n');
    }
    out
}

/// The parts with commas between them, to be broken only between two parts, as far as one fits into `width`.
pub fn listed(parts: &[String], width: usize) -> String {
    let tie = |part: &String| if count(part) < width { part.replace(' ', &TIE.to_string()) } else { part.clone() };
    parts.iter().map(tie).collect::<Vec<_>>().join(", ")
}

/// The number of characters; every one counts as one column.
pub fn count(text: &str) -> usize {
    text.chars().count()
}

fn pieces(word: &str, width: usize) -> Vec<String> {
    word.chars().collect::<Vec<_>>().chunks(width).map(|piece| piece.iter().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_the_width() {
        let text = "a sentence with registry.example.org/a-very-long-image-name@sha256:0123456789 in it";
        for width in 20..60 {
            for line in wrap(text, width) {
                assert!(count(&line) <= width, "{width}: {line}");
            }
            assert_eq!(wrap(text, width).concat().replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn tied_words_stay_on_one_line() {
        assert_eq!(wrap("twelve letters (184\u{a0}ms)", 21), ["twelve letters", "(184 ms)"]);
    }

    #[test]
    fn a_list_is_broken_between_its_parts_where_one_fits() {
        let parts = ["age = 3 s", "memory_peak = 514 MB"].map(str::to_owned);
        assert_eq!(wrap(&listed(&parts, 24), 24), ["age = 3 s,", "memory_peak = 514 MB"]);
        assert_eq!(wrap(&listed(&parts, 20), 20), ["age = 3 s,", "memory_peak = 514 MB"]);
        assert_eq!(wrap("age = 3 s, memory_peak = 514 MB", 24), ["age = 3 s, memory_peak =", "514 MB"]);
    }

    #[test]
    fn further_lines_hang_under_the_first() {
        assert_eq!(hang("  x ", 4, "one two three four five six", 24), "  x one two three four\n    five six\n");
    }
}
