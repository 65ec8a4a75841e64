//! The codes that a kind's page lists.

use std::collections::BTreeSet;

/// Every code of a page; `a/b`, `c` on one line of a table are `a/b`, `a/c`.
pub fn of(page: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
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
    codes
}
