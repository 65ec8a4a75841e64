//! What Flux applies while a run is under way, and checks that are judged whatever became of others.

use super::tests::script::{Stage, Step};
use crate::check::kind::Kind;
use crate::check::settled::Settled;
use crate::event::{Event, Outcome, What};
use crate::record::{Exit, Run};

/// A gate that passes at its second look, a check behind it, and another beside it where `beside` says so.
fn stage(revisions: &[&'static str], beside: bool) -> Stage {
    let mut stage = Stage::new();
    stage.revisions = revisions.to_vec();
    stage.check("gate", &[], 30, [Step::Fail, Step::Pass]);
    stage.jobs[0].card.kind = Settled::NAME.to_owned();
    stage.check("behind", &["gate"], 30, [Step::Pass]);
    if beside {
        stage.check("beside", &[], 30, [Step::Pass]);
    }
    stage
}

fn rereads(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event.what, What::Reread(_))).count()
}

fn last(run: &Run) -> &str {
    &run.revisions[0].revision
}

#[tokio::test(start_paused = true)]
async fn what_is_applied_before_the_gate_passes_is_what_the_run_speaks_of() {
    let (run, events, ..) = stage(&["a", "b"], false).run().await;
    assert_eq!((run.exit(), last(&run), rereads(&events)), (Exit::Proven, "b", 2));
    let place = |found: fn(&What) -> bool| events.iter().position(|event| found(&event.what)).unwrap();
    let behind = place(|what| matches!(what, What::CheckStarted { check } if check == "behind"));
    assert!(
        place(|what| matches!(what, What::Reread(_))) < behind,
        "it is read before anything begins behind the gate"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_applied_after_the_gate_leaves_the_run_without_one_revision() {
    let (run, ..) = stage(&["a", "b", "c"], false).run().await;
    assert_eq!((run.exit(), last(&run)), (Exit::Moved, "c"));
    assert_eq!(run.moves.words().collect::<Vec<_>>(), ["GitRepository a/b was at b, then at c"]);
    let mut failing = stage(&["a", "b", "c"], false);
    failing.check("failing", &[], 0, [Step::Fail]);
    assert_eq!(failing.run().await.0.exit(), Exit::Failed, "what failed stays failed");
}

#[tokio::test(start_paused = true)]
async fn a_check_that_did_not_wait_for_the_gate_speaks_of_what_was_there_before() {
    let (run, ..) = stage(&["a", "b"], true).run().await;
    assert_eq!((run.exit(), run.moves.early.as_slice()), (Exit::Moved, &["beside".to_owned()][..]));
    let (run, ..) = stage(&["a"], true).run().await;
    assert_eq!(run.exit(), Exit::Proven);
}

#[tokio::test(start_paused = true)]
async fn without_a_gate_it_is_read_at_the_end_and_without_flux_not_at_all() {
    let ends = async |revisions: &[&'static str]| {
        let mut stage = Stage::new();
        stage.revisions = revisions.to_vec();
        stage.check("x", &[], 30, [Step::Pass]);
        let (run, events, ..) = stage.run().await;
        (run.exit(), rereads(&events))
    };
    assert_eq!(ends(&["a", "a"]).await, (Exit::Proven, 1));
    assert_eq!(ends(&["a", "b"]).await, (Exit::Moved, 1));
    assert_eq!(ends(&[]).await, (Exit::Proven, 0));
}

#[tokio::test(start_paused = true)]
async fn a_run_that_keeps_going_judges_in_the_same_order_and_blocks_nothing() {
    let mut stage = Stage::new();
    stage.keep_going = true;
    stage.check("root", &[], 5, [Step::Fail]);
    stage.check("behind", &["root"], 5, [Step::Pass]);
    stage.check("last", &["behind"], 5, [Step::Terminal]);
    let diary = stage.diary.clone();
    let (run, ..) = stage.run().await;
    assert!(run.card.keep_going && run.check("behind").unwrap().is_green());
    assert!(run.checks.iter().all(|check| !matches!(check.outcome, Outcome::Blocked { .. })));
    assert!(run.check("last").unwrap().outcome.is_failure());
    let diary = diary.lock().unwrap();
    let (_, when) = diary.iter().find(|(note, _)| note == "look behind").unwrap();
    assert!(when.as_secs() >= 5, "it waits for the end of what it needs: {diary:?}");
}
