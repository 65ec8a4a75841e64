pub mod script;

use std::time::Duration;

use script::{Stage, Step};

use crate::check::verdict::Decision;
use crate::event::{EndReason, Outcome, What};
use crate::record::{End, Exit, Run, read};

fn outcome<'a>(run: &'a Run, id: &str) -> &'a Outcome {
    &run.check(id).unwrap().outcome
}

fn error(run: &Run, id: &str) -> String {
    match outcome(run, id) {
        Outcome::Errored { error } => error.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_check_that_passes_at_once_is_looked_at_once() {
    let mut stage = Stage::new();
    stage.check("a", &[], 30, [Step::Pass]);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "a").is_green());
    assert_eq!((run.check("a").unwrap().attempts, run.exit()), (1, Exit::Proven));
}

#[tokio::test(start_paused = true)]
async fn a_check_that_passes_at_the_third_look_is_looked_at_three_times() {
    let mut stage = Stage::new();
    stage.check("a", &[], 30, [Step::Fail, Step::Trouble, Step::Pass]);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "a").is_green());
    assert_eq!(run.check("a").unwrap().attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn a_terminal_failure_and_a_missing_permission_end_early() {
    let mut stage = Stage::new();
    stage.check("terminal", &[], 300, [Step::Terminal]);
    stage.check("denied", &[], 300, [Step::Denied]);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "terminal").is_failure());
    assert_eq!(run.check("terminal").unwrap().attempts, 1);
    assert_eq!(run.check("denied").unwrap().attempts, 1);
    assert_eq!(run.exit(), Exit::Failed);
}

#[tokio::test(start_paused = true)]
async fn looks_end_with_within_and_the_last_verdict_counts() {
    let mut stage = Stage::new();
    stage.check("failing", &[], 10, [Step::Trouble, Step::Fail]);
    stage.check("erring", &[], 10, [Step::Fail, Step::Trouble]);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "failing").is_failure());
    assert_eq!(error(&run, "erring"), "connection to pod x failed: reset");
    let took = run.check("failing").unwrap().took_seconds;
    assert!((10.0..10.2).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn a_look_that_began_in_time_counts() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Fail, Step::Takes(20, Box::new(Step::Pass))]);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "a").is_green());
}

#[tokio::test(start_paused = true)]
async fn a_look_that_hangs_is_given_up() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Hangs]);
    let (run, ..) = stage.run().await;
    assert_eq!(error(&run, "a"), "no answer from the look of kind script within 30 s");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_check_names_the_root_and_is_never_looked_at() {
    let mut stage = Stage::new();
    stage.check("root", &[], 1, [Step::Fail]);
    stage.check("middle", &["root", "fine"], 1, [Step::Pass]);
    stage.check("leaf", &["middle"], 1, [Step::Pass]);
    stage.check("fine", &[], 1, [Step::Pass]);
    let diary = stage.diary.clone();
    let (run, ..) = stage.run().await;
    let by_root = Outcome::Blocked { by: vec!["root".to_owned()] };
    assert_eq!((outcome(&run, "middle"), outcome(&run, "leaf")), (&by_root, &by_root));
    assert!(outcome(&run, "fine").is_green());
    assert!(!diary.lock().unwrap().iter().any(|(note, _)| note.ends_with("middle") || note.ends_with("leaf")));
}

#[tokio::test(start_paused = true)]
async fn a_check_waits_for_what_it_needs() {
    let mut stage = Stage::new();
    stage.check("second", &["first"], 1, [Step::Pass]);
    stage.check("first", &[], 60, [Step::Takes(20, Box::new(Step::Pass))]);
    let diary = stage.diary.clone();
    stage.run().await;
    let diary = diary.lock().unwrap();
    let (_, when) = diary.iter().find(|(note, _)| note == "look second").unwrap();
    assert!(*when >= Duration::from_secs(20), "{diary:?}");
}

#[tokio::test(start_paused = true)]
async fn a_check_without_company_looks_alone_and_costs_the_others_none_of_their_time() {
    let mut stage = Stage::new();
    stage.check("loud", &[], 60, [Step::Takes(40, Box::new(Step::Pass))]).alone();
    stage.check("b", &[], 2, [Step::Fail, Step::Fail, Step::Pass]);
    let diary = stage.diary.clone();
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "b").is_green(), "{:?}", outcome(&run, "b"));
    let notes: Vec<String> = diary.lock().unwrap().iter().map(|(note, _)| note.clone()).collect();
    let at = notes.iter().position(|note| note == "look loud").unwrap();
    assert_eq!(notes[at + 1], "seen loud");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_run_ends_every_check_and_says_how_far_it_came() {
    let mut stage = Stage::new();
    stage.deadline = Duration::from_secs(20);
    stage.check("slow", &[], 300, [Step::Fail]);
    stage.check("waiting", &["slow"], 300, [Step::Pass]);
    stage.check("done", &[], 300, [Step::Pass]);
    let (run, ..) = stage.run().await;
    assert!(error(&run, "slow").starts_with("interrupted: the deadline of the whole run passed after look "));
    assert!(error(&run, "slow").ends_with("expected pass, got \"fail\""), "{}", error(&run, "slow"));
    assert_eq!(error(&run, "waiting"), "interrupted: the deadline of the whole run passed before its first look");
    assert!(outcome(&run, "done").is_green());
    assert_eq!((run.end, run.exit()), (End::Ended(EndReason::DeadlinePassed), Exit::Inconclusive));
}

#[tokio::test(start_paused = true)]
async fn an_interruption_finishes_what_was_begun_and_reports_it() {
    let mut stage = Stage::new();
    stage.check("a", &[], 300, [Step::Hangs]).finishes(Step::Takes(3, Box::new(Step::Pass)));
    let (diary, handle) = (stage.diary.clone(), stage.stop.0.clone());
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        handle.stop(EndReason::Interrupted);
    });
    let (run, events, _reports, folder) = stage.run().await;
    assert_eq!(error(&run, "a"), "interrupted by SIGINT after look 1: passed");
    assert_eq!((run.end, run.exit().code()), (End::Ended(EndReason::Interrupted), 130));
    assert_eq!(diary.lock().unwrap().last().unwrap().0, "finish a");
    // The journal on disk says the same.
    assert_eq!(read(&folder.journal()).unwrap().events, events);
}

#[tokio::test(start_paused = true)]
async fn a_second_interruption_does_not_wait_for_the_undoing() {
    let mut stage = Stage::new();
    stage.check("a", &[], 300, [Step::Fail]).finishes(Step::Hangs);
    let handle = stage.stop.0.clone();
    let begun = tokio::time::Instant::now();
    tokio::spawn(async move {
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(2)).await;
            handle.stop(EndReason::Terminated);
        }
    });
    let (run, ..) = stage.run().await;
    assert_eq!(begun.elapsed().as_secs(), 4);
    assert!(error(&run, "a").starts_with("not finished: the run was cut short after look "), "{}", error(&run, "a"));
    assert_eq!(run.exit().code(), 143);
}

#[tokio::test(start_paused = true)]
async fn what_finishing_sees_is_the_final_evidence() {
    let mut stage = Stage::new();
    stage.check("spoilt", &[], 1, [Step::Pass]).finishes(Step::Fail);
    stage.check("stuck", &[], 1, [Step::Pass]).finishes(Step::Trouble);
    stage.check("red", &[], 1, [Step::Fail]).finishes(Step::Trouble);
    stage.check("left", &[], 1, [Step::Pass]).finishes(Step::Denied);
    stage.check("red-and-left", &[], 1, [Step::Fail]).finishes(Step::Denied);
    let (run, ..) = stage.run().await;
    assert!(outcome(&run, "spoilt").is_failure());
    assert!(error(&run, "stuck").starts_with("what the check wrote could not be removed: "));
    assert!(outcome(&run, "red").is_failure(), "a failed undoing must not hide a failed check");
    assert!(outcome(&run, "red-and-left").is_failure(), "nor must one that is denied");
    let Outcome::Judged(left) = outcome(&run, "left") else { panic!("{:?}", outcome(&run, "left")) };
    assert!(matches!(left.decision, Decision::Inconclusive(_)));
    assert_eq!(left.findings()[0].code, "access/denied");
}

#[tokio::test(start_paused = true)]
async fn panics_are_errors_and_do_not_end_the_run() {
    let mut stage = Stage::new();
    stage.check("looking", &[], 0, [Step::Panic]);
    stage.check("judging", &[], 0, [Step::PanicInJudge]);
    stage.check("finishing", &[], 0, [Step::Pass]).finishes(Step::Panic);
    stage.check("fine", &[], 0, [Step::Pass]);
    let (run, ..) = stage.run().await;
    assert!(error(&run, "looking").ends_with("script says so"));
    assert!(error(&run, "judging").ends_with("judge says so"));
    assert!(error(&run, "finishing").ends_with("script says so"));
    assert!(outcome(&run, "fine").is_green());
    assert_eq!((run.end, run.exit()), (End::Ended(EndReason::Completed), Exit::Inconclusive));
}

#[tokio::test(start_paused = true)]
async fn evidence_is_saved_without_secrets_and_judged_as_saved() {
    let mut stage = Stage::new();
    stage.check("a", &[], 0, [Step::Says(serde_json::json!("Bearer c4nary-9f31"))]);
    let (run, events, _reports, folder) = stage.run().await;
    let saved = std::fs::read_to_string(folder.path().join("evidence/a.json")).unwrap();
    assert!(saved.contains("Bearer [redacted]"), "{saved}");
    assert!(!serde_json::to_string(&events).unwrap().contains("c4nary"));
    assert_eq!(run.check("a").unwrap().evidence.as_deref(), Some("evidence/a.json"));
    // The finding quotes what was judged: the saved text.
    assert!(outcome(&run, "a").summary().contains("[redacted]"));
}

#[tokio::test(start_paused = true)]
async fn every_check_starts_looks_and_ends_in_the_journal() {
    let mut stage = Stage::new();
    stage.check("a", &[], 5, [Step::Fail, Step::Pass]);
    let (_, events, ..) = stage.run().await;
    let names: Vec<&str> = events
        .iter()
        .map(|event| match &event.what {
            What::RunStarted(_) => "run started",
            What::Surroundings(_) => "surroundings",
            What::Reread(_) => "reread",
            What::Swept(_) => "swept",
            What::CheckStarted { .. } => "started",
            What::Looked { .. } => "looked",
            What::Identified { .. } => "identified",
            What::CheckEnded { .. } => "ended",
            What::RunEnded { .. } => "run ended",
        })
        .collect();
    // Where the run takes place is read beside the looks.
    let (around, steps): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| *name == "surroundings");
    assert_eq!(around.len(), 1);
    assert_eq!(steps, ["run started", "started", "looked", "looked", "ended", "run ended"]);
}
