//! The traps that the story sets, and those of the platform that it lands on: which finding tells each, or why none can; and
//! that the story's manifests, word for word, are told exactly those that they have.
//!
//! A code stands in the table because a test or a drill of its kind has shown it; that there is such a code, the kinds' pages
//! say.

mod files;
#[cfg(feature = "sandbox")]
mod live;
mod report;
mod table;

use std::collections::BTreeSet;

use signoff::check::expectation::PAGES;

use table::AsWritten::{Hidden, Told};
use table::Shows::{As, Not};
use table::{PLATFORM, STORY};

/// Every code of every page; `a/b`, `c` on one line of a table are `a/b`, `a/c`.
fn codes() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for (_, page) in PAGES {
        for row in page.lines().filter(|line| line.starts_with("| `")) {
            let mut family = None;
            for word in row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2) {
                match (word.split_once('/'), family) {
                    (Some((prefix, _)), _) => {
                        family = Some(prefix);
                        codes.insert(word.to_owned());
                    }
                    (None, Some(prefix)) => {
                        codes.insert(format!("{prefix}/{word}"));
                    }
                    (None, None) => {}
                }
            }
        }
    }
    codes
}

#[test]
fn every_trap_shows_by_a_finding_that_there_is_or_says_why_not() {
    let known = codes();
    assert!(known.len() > 100, "the pages have another shape: {known:?}");
    for traps in [&STORY[..], &PLATFORM[..]] {
        for (place, (number, what, shows, as_written)) in traps.iter().enumerate() {
            assert_eq!(usize::from(*number), place + 1, "each trap stands at its place");
            match (shows, as_written) {
                (As([]), _) => panic!("{what}: nothing shows it"),
                (As(codes), _) => {
                    codes.iter().for_each(|code| assert!(known.contains(*code), "{what}: no page has {code}"));
                }
                (Not(why), Hidden(_)) => assert!(why.len() > 20, "{what}: say why it cannot be seen"),
                (Not(_), Told(_)) => panic!("{what}: it cannot be seen, and is told"),
            }
            match (shows, as_written) {
                (As(codes), Told(told)) => {
                    assert!(
                        told.iter().any(|code| codes.contains(code)),
                        "{what}: it is told by what follows from it only"
                    );
                }
                (_, Hidden(why)) => assert!(why.len() > 20, "{what}: say why the story does not show it"),
                _ => {}
            }
        }
    }
}
