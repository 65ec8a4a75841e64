//! What killed runs had left: told when there was something, and never in the way.

use std::future::pending;

use super::tests::script::{Stage, Step};
use crate::event::{EndReason, Swept, What};
use crate::record::{End, Exit};

#[tokio::test(start_paused = true)]
async fn what_was_left_is_told_in_the_journal_and_in_the_reports() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Pass]);
    let swept = Swept { removed: vec!["VMRule o/x".to_owned()], troubles: vec!["b: reset".to_owned()] };
    let told = swept.clone();
    stage.sweep = Box::pin(async { told });
    let (run, events, ..) = stage.run().await;
    assert!(events.iter().any(|event| event.what == What::Swept(swept.clone())));
    let fact = |name: &str, value: &str| run.surroundings.contains(&(name.to_owned(), value.to_owned()));
    assert!(fact("removed of an earlier run", "VMRule o/x") && fact("not swept", "b: reset"));
    // A trouble of the sweep is the check's to judge.
    assert_eq!(run.exit(), Exit::Proven);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_finds_nothing_is_not_told() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Pass]);
    let (_, events, ..) = stage.run().await;
    assert!(!events.iter().any(|event| matches!(event.what, What::Swept(_))));
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_run_does_not_wait_for_a_sweep() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Hangs]);
    stage.sweep = Box::pin(pending());
    stage.deadline = std::time::Duration::from_secs(3);
    let (run, events, ..) = stage.run().await;
    assert_eq!(run.end, End::Ended(EndReason::DeadlinePassed));
    assert!(!events.iter().any(|event| matches!(event.what, What::Swept(_))));
}
