//! What a reader must know to read a run's summary rightly.

use super::{count, value};
use crate::event::{EndReason, UnprovenPolicy};
use crate::record::{End, Exit, Run};

/// One sentence each: that it speaks only of a part, that nothing was blocked, that unproven criteria are allowed, that Flux moved,
/// that it did not end in order.
pub fn remarks(run: &Run) -> Vec<String> {
    let partial = run.is_partial().then(|| {
        "partial run: a filter left checks out; this speaks only of the criteria that ran as a whole".to_owned()
    });
    let kept_going = run.card.keep_going.then(kept_going);
    // The words of exit 0 say both themselves.
    let is_told = run.exit() == Exit::Proven;
    let allowed = run.card.unproven == UnprovenPolicy::Allowed && count::unproven(run).next().is_some();
    let allowed = (allowed && !is_told)
        .then(|| "unproven criteria are allowed by --allow-unproven; they are not green".to_owned());
    let end = match run.end {
        End::Ended(EndReason::Completed) => None,
        End::Ended(EndReason::DeadlinePassed) => {
            Some(format!("the deadline of the run passed ({})", value::seconds(run.card.deadline_seconds)))
        }
        End::Ended(EndReason::Interrupted) => Some("the run was interrupted by SIGINT".to_owned()),
        End::Ended(EndReason::Terminated) => Some("the run was interrupted by SIGTERM".to_owned()),
        End::CutShort => Some("the journal has no end: the run was killed, or is still going on".to_owned()),
    };
    [partial, kept_going, allowed].into_iter().flatten().chain(moves(run)).chain(end).collect()
}

/// That checks were judged whatever became of those that they need.
pub fn kept_going() -> String {
    "run with --keep-going: a check was judged whatever became of those that it needs, and may be red for no other reason".to_owned()
}

/// What of Flux moved while checks were judged, one sentence each.
pub fn moves(run: &Run) -> Vec<String> {
    let moves = &run.moves;
    let what = moves.words().map(|words| format!("the run speaks of no one revision: {words}; run it again"));
    let early = (!moves.early.is_empty()).then(|| {
        let checks = moves.early.join(", ");
        format!("looked at before the check of kind settled had passed: {checks}; let them need it")
    });
    what.chain(early).collect()
}
