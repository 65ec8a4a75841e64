//! Texts for places with little room.

/// A text without line breaks, as attributes and lists need it.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of a text, in at most `bytes` bytes (at least three), with `...` where something was cut off.
pub fn shorten(text: &str, bytes: usize) -> String {
    if text.len() <= bytes {
        return text.to_owned();
    }
    let room = bytes.saturating_sub(3);
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}...", text[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters_and_says_so() {
        assert_eq!(shorten("abcdef", 6), "abcdef");
        assert_eq!(shorten("abcdefg", 6), "abc...");
        assert_eq!(shorten("ab cdefg", 6), "ab...", "no space before the dots");
        // Two bytes each: a cut at 7 - 3 = 4 bytes keeps two of them, at 6 - 3 = 3 bytes one.
        assert_eq!(
            (shorten("\u{e4}\u{e4}\u{e4}\u{e4}", 7).as_str(), shorten("\u{e4}\u{e4}\u{e4}\u{e4}", 6).as_str()),
            ("\u{e4}\u{e4}...", "\u{e4}...")
        );
    }

    #[test]
    fn lines_are_joined() {
        assert_eq!(one_line(" a\n\tb \r\n c"), "a b c");
    }
}
