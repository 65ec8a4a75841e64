//! The table of faults: for each kind six at least, each of which a drill makes on a running sandbox and sees told.

use signoff::check::expectation::PAGES;

use crate::expect::Row;
use crate::sandbox::Sandbox;
use crate::{FAULTS, codes, mistakes};

/// What each kind must be able to see.
const LEAST: usize = 6;
/// What every kind tells that reaches a component says this of the way.
const OF_THE_WAY: &str = include_str!("../../src/check/trouble.rs");

/// One fault.
pub struct Fault {
    /// The drill that makes it.
    pub drill: &'static str,
    /// The kind whose check it turns red.
    pub kind: &'static str,
    /// A code that this check tells.
    pub code: &'static str,
}

impl Sandbox {
    /// Holds what a drill has shown, in the rows from `before` on, against the table.
    pub fn compare(&mut self, drill: &str, before: usize) {
        let fault = FAULTS.iter().find(|fault| fault.drill == drill).expect("every drill is in the table");
        let rows = &self.rows[before..];
        let is_shown = |row: &Row| row.told.0 == fault.kind && row.told.1.contains(fault.code);
        if rows.iter().all(|row| row.found.is_ok()) && !rows.iter().any(is_shown) {
            let told: Vec<_> = rows.iter().map(|row| &row.told).collect();
            let found = Err(format!("the table says {} of kind {}, the drill told {told:?}", fault.code, fault.kind));
            let row = Row {
                fault: drill.to_owned(),
                check: fault.kind.to_owned(),
                told: Default::default(),
                found,
                after: Default::default(),
            };
            self.rows.push(row);
        }
    }
}

/// Drill and code of each fault of a kind; those of `repository` are made in files, without a sandbox.
fn faults_of(kind: &str) -> Vec<(String, String)> {
    if kind == "repository" {
        let mistakes = mistakes::MISTAKES.iter();
        let told = |one: &mistakes::Mistake| format!("{} changed, told at {}", one.edits[0].0, one.at.0);
        return mistakes.map(|one| (told(one), format!("repository/{}", one.code))).collect();
    }
    let faults = FAULTS.iter().filter(|fault| fault.kind == kind);
    faults.map(|fault| (fault.drill.to_owned(), fault.code.to_owned())).collect()
}

#[test]
fn every_kind_sees_six_faults_by_codes_that_there_are() {
    for (kind, page) in PAGES {
        let (faults, known) = (faults_of(kind), codes::of(page));
        println!("{kind}: {}", faults.len());
        for (drill, code) in &faults {
            println!("    {code}: {drill}");
            let is_known = match code.strip_prefix("reach/") {
                Some(_) => OF_THE_WAY.contains(&format!("\"{code}\"")),
                None => known.contains(code),
            };
            assert!(is_known, "{drill}: neither the page of {kind} nor trouble.rs has {code}");
        }
        assert!(faults.len() >= LEAST, "{kind} has {} faults, and needs {LEAST}: {faults:?}", faults.len());
    }
    let kinds: Vec<&str> = PAGES.iter().map(|(kind, _)| *kind).collect();
    for fault in FAULTS {
        assert!(kinds.contains(&fault.kind), "{}: there is no kind {}", fault.drill, fault.kind);
        let same = FAULTS.iter().filter(|other| other.drill == fault.drill);
        assert_eq!(same.count(), 1, "two drills are called {}", fault.drill);
    }
}
