//! The traps that the story sets, and those of the platform that it lands on: which finding tells each, or why none can; and
//! that the story's manifests, word for word, are told exactly those that they have.
//!
//! A code stands in the table because a test or a drill of its kind has shown it; that there is such a code, the kinds' pages
//! say.

#[path = "../common/codes.rs"]
mod codes;
#[path = "../common/copy.rs"]
mod copy;
mod files;
#[cfg(feature = "sandbox")]
mod live;
#[path = "../common/ran.rs"]
mod ran;
mod report;
mod table;
#[cfg(feature = "sandbox")]
#[path = "../common/up.rs"]
mod up;

use std::collections::BTreeSet;

use signoff::check::expectation::PAGES;

use table::AsWritten::{Hidden, Told};
use table::Shows::{As, Not};
use table::{PLATFORM, STORY};

#[test]
fn every_trap_shows_by_a_finding_that_there_is_or_says_why_not() {
    let known: BTreeSet<String> = PAGES.iter().flat_map(|(_, page)| codes::of(page)).collect();
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
