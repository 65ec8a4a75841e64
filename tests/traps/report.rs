//! What a run told, held against the table of traps.

use std::collections::BTreeSet;

use signoff::event::Outcome;

use crate::ran::Report;
use crate::table::AsWritten::Told;
use crate::table::{self, Of};

/// A finding of a check, by code, and the traps that it tells.
pub type Red = (&'static str, &'static str, &'static [Of]);

/// The checks that were not looked at, as another is not green.
pub fn blocked(report: &Report) -> Vec<&str> {
    let blocked = report.outcomes.iter().filter(|(_, outcome)| matches!(outcome, Outcome::Blocked { .. }));
    blocked.map(|(check, _)| check.as_str()).collect()
}

/// Check and code of each row.
pub fn expected(rows: &[&[Red]]) -> BTreeSet<(String, String)> {
    rows.iter().copied().flatten().map(|(check, code, _)| ((*check).to_owned(), (*code).to_owned())).collect()
}

/// Holds rows against the table: of the codes that `is_ours`, each trap is told by exactly those that the table says.
pub fn agrees_with_the_table(rows: &[&[Red]], is_ours: fn(&str) -> bool) {
    let rows = rows.iter().copied().flatten();
    let told: BTreeSet<(Of, &str)> =
        rows.flat_map(|(_, code, traps)| traps.iter().map(move |trap| (*trap, *code))).collect();
    let meant: BTreeSet<(Of, &str)> = table::all()
        .flat_map(|(trap, (.., as_written))| match as_written {
            Told(codes) => codes.iter().filter(|code| is_ours(code)).map(|code| (trap, *code)).collect(),
            _ => Vec::new(),
        })
        .collect();
    assert_eq!(told, meant, "left: the reports; right: the table");
}
