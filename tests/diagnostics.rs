//! A gallery of broken suites: each `tests/diagnostics/NAME.yaml` is refused with the text in `NAME.txt`, to the letter.
//!
//! When a message changes on purpose, read its line, column and caret against the suite before the text is replaced.
//! A first line `# --var name=value ...` gives variables.

use std::fs;
use std::path::{Path, PathBuf};

use signoff::check::expectation::PAGES;
use signoff::suite;

/// Paths in messages are as short as those that an author types.
const GALLERY: &str = "tests/diagnostics";

fn suites() -> Vec<PathBuf> {
    let entries = fs::read_dir(GALLERY).expect("the gallery is a folder of the package");
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    paths
}

fn variables(path: &Path) -> Vec<(String, String)> {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let arguments = text.lines().next().and_then(|line| line.strip_prefix("# --var ")).unwrap_or_default();
    let pairs = arguments.split_whitespace().filter_map(|argument| argument.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn message(path: &Path) -> String {
    match suite::read(path, &variables(path)) {
        Ok(_) => panic!("{} is broken, but was accepted", path.display()),
        Err(error) => format!("{error}\n"),
    }
}

/// The kinds as a message lists them; `{kinds}` in a text stands for them, so that a new kind changes no text.
fn kinds() -> String {
    let names: Vec<_> = PAGES.iter().map(|(name, _)| format!("`{name}`")).collect();
    names.join(", ")
}

#[test]
fn every_broken_suite_is_refused_in_the_words_beside_it() {
    let mut differing = Vec::new();
    for path in suites() {
        let actual = message(&path);
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap_or_default().replace("{kinds}", &kinds());
        if actual != expected {
            differing.push(format!("==== {}\n---- expected\n{expected}---- actual\n{actual}", path.display()));
        }
    }
    assert!(differing.is_empty(), "\n{}", differing.join("\n"));
}

#[test]
fn the_gallery_is_not_empty_and_has_no_text_without_a_suite() {
    assert!(suites().len() >= 25, "{} suites", suites().len());
    for entry in fs::read_dir(GALLERY).unwrap() {
        let path = entry.unwrap().path();
        assert!(path.with_extension("yaml").exists(), "{} belongs to no suite", path.display());
    }
}

#[test]
fn no_message_has_colours_or_blanks_at_the_end_of_a_line() {
    for path in suites() {
        let message = message(&path);
        assert!(!message.contains('\u{1b}'), "{}", path.display());
        assert!(message.lines().all(|line| line.trim_end() == line), "{}", path.display());
    }
}

/// What an editor shows at the place that a message names is what the message marks.
#[test]
fn every_place_is_in_its_file() {
    for path in suites() {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let lines: Vec<&str> = text.lines().collect();
        let prefix = format!("{}:", path.display());
        for place in message(&path).lines().filter_map(|line| line.split("--> ").nth(1)?.strip_prefix(&prefix)) {
            let (line, column) = place.split_once(':').unwrap();
            let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
            let length = lines.get(line - 1).map_or(0, |line| line.chars().count());
            assert!(column <= length + 1, "{}:{place} is beyond the end of its line", path.display());
        }
    }
}
