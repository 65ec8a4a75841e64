//! Texts of others as they may stand in Markdown.

/// A text on one line without any meaning in Markdown or HTML: what it shows is what it says.
pub fn plain(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = String::new();
    let mut before = ' ';
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            // An underscore within a word is none of emphasis: `at_most` stays readable in the source.
            '_' if before.is_alphanumeric() && next.is_alphanumeric() => out.push(c),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => out.extend(['\\', c]),
            // `@name` would call somebody, `#12` lead to an issue; GitHub and GitLab look at the start of a word.
            '@' | '#' if !before.is_alphanumeric() && next.is_alphanumeric() => out.extend([c, '\u{200b}']),
            _ if c.is_control() => out.push('\u{b7}'),
            _ => out.push(c),
        }
        before = c;
    }
    out
}

/// A row of a table; the cells are Markdown already.
pub fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A link to a file beside the report.
pub fn link(name: &str, file: &str) -> String {
    let escaped = file.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    format!("[{}]({})", plain(name), escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_table_or_in_html_loses_it() {
        assert_eq!(plain("a|b\nc\r\n  d"), r"a\|b c d");
        assert_eq!(
            plain("<img src=x> & **bold** `code` ~~x~~"),
            r"&lt;img src=x> &amp; \*\*bold\*\* \`code\` \~\~x\~\~"
        );
        assert_eq!(plain("![x](http://y)"), r"!\[x\](http://y)");
        assert_eq!(plain(r"\|"), r"\\\|");
        assert_eq!(plain("red \u{1b}[31m"), "red \u{b7}\\[31m");
    }

    #[test]
    fn what_has_none_stays_as_it_is() {
        for text in
            ["at_most", "main@sha1:4f2a", "95 % of 2 s (limit 2.5 s)", "AC2.1::vmsingle-answers", "a - b", "50 > 2"]
        {
            assert_eq!(plain(text), text);
        }
        assert_eq!(plain("_x_"), r"\_x\_");
    }

    #[test]
    fn nobody_is_called_and_no_issue_is_named() {
        assert_eq!(plain("ask @somebody about #12"), "ask @\u{200b}somebody about #\u{200b}12");
    }

    #[test]
    fn a_link_leads_to_a_file_whatever_its_name_is() {
        assert_eq!(link("a_b", "evidence/a_b.json"), "[a_b](evidence/a_b.json)");
        assert_eq!(link("x", "evidence/a b).json"), "[x](evidence/a%20b%29.json)");
    }
}
