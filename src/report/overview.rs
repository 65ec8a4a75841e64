//! Several runs in a table, for the terminal.

mod deciding;

use std::fmt::Write;

use super::{count, exit, remark};
use crate::check::revision::is_meant;
use crate::event::Revision;
use crate::record::Run;
use deciding::Say;
pub use deciding::verdict;

/// Revisions of a run that are named.
const NAMED: usize = 3;

/// One row for each run, the newest first, and what it judged: the revisions that `wanted` means, and whether the run decides
/// about them; where it is `None`, the revisions of the sources.
pub fn table(runs: &[Run], wanted: Option<&str>) -> String {
    let mut out = String::new();
    for (run, say) in runs.iter().zip(deciding::says(runs)) {
        let counts: Vec<String> = count::counts(run).into_iter().map(|(_, text)| text).collect();
        let (card, code) = (&run.card, run.exit().code());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}  {}  exit {code}: {}", card.run, card.suite.story, exit::words(run));
        let _ = writeln!(out, "    {}", counts.join(", "));
        for revision in revisions(run, wanted) {
            let _ = writeln!(out, "    {revision}");
        }
        for remark in remark::moves(run) {
            let _ = writeln!(out, "    {remark}");
        }
        if let Some(why) = wanted.and_then(|_| why_not(say)) {
            let _ = writeln!(out, "    does not decide: {why}");
        }
    }
    out
}

/// Why a run does not decide.
fn why_not(say: Say) -> Option<&'static str> {
    match say {
        Say::Decides => None,
        Say::Partial => Some("a filter left checks out"),
        Say::Superseded => Some("a newer run of this story on this cluster does"),
    }
}

/// Whether a run saw this revision at its end.
pub fn is_at(run: &Run, wanted: &str) -> bool {
    run.revisions.iter().any(|one| is_meant(&one.revision, wanted))
}

fn revisions(run: &Run, wanted: Option<&str>) -> Vec<String> {
    let shown = |one: &&Revision| match wanted {
        Some(wanted) => is_meant(&one.revision, wanted),
        None => one.object.contains("Repository "),
    };
    let shown: Vec<&Revision> = run.revisions.iter().filter(shown).collect();
    let mut lines: Vec<String> =
        shown.iter().take(NAMED).map(|one| format!("{}: {}", one.object, one.revision)).collect();
    if shown.len() > NAMED {
        lines.push(format!("and {} more", shown.len() - NAMED));
    }
    if lines.is_empty() {
        lines.push("no revision is known".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Fold;
    use crate::record::sample::events;

    fn run(revisions: &[(&str, &str)]) -> Run {
        let mut run = Fold::all(&events()).unwrap();
        let of =
            |(object, revision): &(&str, &str)| Revision { object: (*object).into(), revision: (*revision).into() };
        run.revisions = revisions.iter().map(of).collect();
        run
    }

    #[test]
    fn a_run_is_found_by_the_start_of_a_revision_or_of_its_commit() {
        let run = run(&[("GitRepository a/b", "main@sha1:4f2a00"), ("Kustomization a/c", "v1.2@sha256:77aa")]);
        for wanted in ["main@sha1:4f2a00", "main@sha1:4f2a", "main", "4f2a", "v1.2", "77aa"] {
            assert!(is_at(&run, wanted), "{wanted}");
        }
        for wanted in ["main@sha1:4f2b", "sha1:4f2a00", "2a00", "main@sha1:4f2a001"] {
            assert!(!is_at(&run, wanted), "{wanted}");
        }
    }

    #[test]
    fn the_table_says_how_each_run_ended_and_at_what() {
        let one = run(&[("GitRepository a/b", "main@sha1:4f"), ("Kustomization a/c", "main@sha1:4e")]);
        let head = "20261125T013000Z-4f2a  6-1-deploy  exit 1: not met: at least one check failed\n    \
            1 failed, 1 inconclusive, 1 passed, 1 blocked, 1 unproven\n";
        assert_eq!(table(std::slice::from_ref(&one), None), format!("{head}    GitRepository a/b: main@sha1:4f\n"));
        let expected = format!("{head}    Kustomization a/c: main@sha1:4e\n");
        assert_eq!(table(std::slice::from_ref(&one), Some("main@sha1:4e")), expected);
        let older = format!("{expected}    does not decide: a newer run of this story on this cluster does\n");
        assert_eq!(table(&[one.clone(), one], Some("main@sha1:4e")), expected + &older);
        assert_eq!(table(&[run(&[])], None), format!("{head}    no revision is known\n"));
    }
}
