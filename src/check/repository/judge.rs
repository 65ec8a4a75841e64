//! Judges a checkout.

use super::fault::Fault;
use super::files::Files;
use super::observation::{Checkout, Observation};
use super::reach::Reach;
use super::rules::{self, Ground};
use super::spec::Spec;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::verdict::Verdict;

/// Characters of a line that a finding shows.
const SHOWN: usize = 100;

pub fn judge(spec: &Spec, seen: &Observation) -> Verdict {
    let mut judgement = Judgement::new();
    match &seen.checkout {
        Some(checkout) => of_checkout(spec, checkout, &mut judgement),
        None => {
            let finding = Finding::new("repository/not-given", "a checkout of the repository", "none was given");
            judgement.unclear(finding.hint("run with --repo PATH, or set SIGNOFF_REPO").terminal());
        }
    }
    judgement.conclude(Finding::new("repository/nothing-examined", "objects that Flux would apply", "none").terminal())
}

fn of_checkout(spec: &Spec, checkout: &Checkout, judgement: &mut Judgement) {
    let files = Files::new(checkout);
    let reach = Reach::new(&files, spec);
    judgement.examined("objects", reach.objects().map(|object| object.title()));
    for entry in &reach.no_entries {
        let finding = Finding::new("repository/no-entry", format!("a folder {entry}"), "the checkout has none");
        judgement
            .fail(finding.hint("correct `entries` in the suite, or give --repo the root of the checkout").terminal());
    }
    let ground = Ground { files: &files, reach: &reach, spec };
    rules::faults(&ground).into_iter().for_each(|fault| judgement.fail(finding(checkout, fault)));
    rules::of_files(&ground).into_iter().for_each(|finding| judgement.fail(finding));
    rules::idle(&ground).into_iter().for_each(|finding| judgement.unclear(finding));
    for (path, why) in reach.unread(&files) {
        let finding = Finding::new("repository/unread", "every file that Flux applies is read", why).on(path);
        judgement
            .unclear(finding.hint("what it holds is not judged: leave it out of the checkout, or split it").terminal());
    }
    if checkout.is_cut {
        let finding = Finding::new("repository/too-many-files", "a checkout of at most 20000 files", "there are more");
        judgement.unclear(finding.hint("give --repo a checkout without build results").terminal());
    }
}

/// A finding at its place: `apps/x/ks.yaml:12:5`, with the line as it stands there.
fn finding(checkout: &Checkout, fault: Fault) -> Finding {
    let (file, mark) = (&checkout.files[fault.place.file], fault.place.mark);
    let line = file.lines.get(mark.line - 1).map(|line| line.trim()).unwrap_or_default();
    let shown: String = line.chars().take(SHOWN).collect();
    let more = if shown.len() < line.len() { "..." } else { "" };
    let snippet = if shown.is_empty() { String::new() } else { format!(" | {shown}{more}") };
    let code = format!("repository/{}", fault.code);
    let finding = Finding::new(&code, fault.expected, format!("{}{snippet}", fault.actual));
    let place = format!("{}:{}:{}", file.path, mark.line, mark.column);
    finding.on(place).hint(fault.hint).terminal()
}
