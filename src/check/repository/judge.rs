//! Judges a checkout.

use super::fault::Fault;
use super::files::Files;
use super::git::Revision;
use super::observation::{Checkout, Observation};
use super::reach::Reach;
use super::rules::{self, Ground};
use super::spec::Spec;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::revision::is_meant;
use crate::check::verdict::Verdict;

/// Characters of a line that a finding shows.
const SHOWN: usize = 100;
/// Parts that are not seen, as a pass names them.
const NAMED: usize = 5;

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
    let ground = Ground { files: &files, reach: &reach, spec };
    judgement.examined(&examined(&ground), reach.objects().map(|object| object.title()));
    if let Some(finding) = spec.revision().and_then(|wanted| other_revision(checkout, wanted)) {
        judgement.unclear(finding);
    }
    for entry in &reach.no_entries {
        let finding = Finding::new("repository/no-entry", format!("a folder {entry}"), "the checkout has none");
        judgement
            .fail(finding.hint("correct `entries` in the suite, or give --repo the root of the checkout").terminal());
    }
    for entry in &reach.no_origins {
        let expected = format!("a Kustomization of Flux that builds {entry}, and tells by which source");
        let finding = Finding::new("repository/no-own-source", expected, "none: no other one can be followed");
        judgement.unclear(finding.hint("give `source` in the suite, such as GitRepository/flux-system").terminal());
    }
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

/// What a pass speaks of, and what Flux would apply besides.
fn examined(ground: &Ground<'_>) -> String {
    let mut unseen = ground.reach.unseen.clone();
    unseen.extend(rules::unread(ground));
    let names: Vec<&str> = unseen.iter().take(NAMED).map(String::as_str).collect();
    match (names.is_empty(), unseen.len().saturating_sub(NAMED)) {
        (true, _) => "objects".to_owned(),
        (false, 0) => format!("objects; not seen: {}", names.join(", ")),
        (false, more) => format!("objects; not seen: {}, and {more} more", names.join(", ")),
    }
}

/// A checkout at another commit than the one that is meant. A commit is the same on whatever branch, and a pipeline often
/// checks it out without one.
fn other_revision(checkout: &Checkout, wanted: &str) -> Option<Finding> {
    let bare = wanted.rsplit_once('@').map_or(wanted, |(_, commit)| commit);
    let is_it = |found: &Revision| {
        let alone = Revision { branch: None, commit: found.commit.clone() };
        is_meant(&alone.to_string(), bare) || is_meant(&found.to_string(), wanted)
    };
    if checkout.revision.as_ref().is_some_and(is_it) {
        return None;
    }
    let found = checkout.revision.as_ref().map_or("it has no commit of Git".to_owned(), Revision::to_string);
    let finding = Finding::new("repository/other-revision", format!("a checkout of {wanted}"), found);
    Some(finding.hint("check that commit out, or name the one that is meant by its commit").terminal())
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
