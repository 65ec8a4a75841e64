//! How a run ended, in words that claim no more than what was proven.

use super::count;
use crate::record::{Exit, Run};

/// The reason of the exit code, on one line. Exit 0 is called proven only where nothing was left out and nothing is unproven.
pub fn words(run: &Run) -> String {
    let exit = run.exit();
    if exit != Exit::Proven {
        return exit.to_string();
    }
    let scope =
        if run.is_partial() { "what was selected passed, which is not the whole suite" } else { "nothing is red" };
    match count::unproven(run).count() {
        0 if !run.is_partial() => exit.to_string(),
        0 => scope.to_owned(),
        1 => format!("{scope}; 1 bullet is unproven, which --allow-unproven allows"),
        more => format!("{scope}; {more} bullets are unproven, which --allow-unproven allows"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, UnprovenPolicy, What};
    use crate::plan::{Selection, Unproven};
    use crate::record::Fold;
    use crate::record::sample::events;

    /// The sample with its red checks left out, so that nothing is red.
    fn green() -> Vec<Event> {
        let mut events = events();
        let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
        card.unproven = UnprovenPolicy::Allowed;
        for (check, selection) in &mut card.checks {
            if check.id != "operator-runs" {
                *selection = Selection::LeftOut("left out by a test".to_owned());
            }
        }
        events
    }

    #[test]
    fn a_partial_run_is_not_called_proven() {
        let run = Fold::all(&green()).unwrap();
        assert_eq!(run.exit(), Exit::Proven);
        assert!(words(&run).starts_with("what was selected passed, which is not the whole suite"), "{}", words(&run));
    }

    #[test]
    fn allowed_unproven_bullets_are_counted() {
        let mut events = green();
        let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
        card.checks.retain(|(check, _)| check.id == "operator-runs");
        for criterion in card.criteria.iter_mut().filter(|criterion| !criterion.checks.is_empty()) {
            criterion.checks.retain(|id| id == "operator-runs");
            if criterion.checks.is_empty() {
                criterion.unproven = Some(Unproven::Open { reason: "to come".to_owned() });
            }
        }
        let run = Fold::all(&events).unwrap();
        let count = count::unproven(&run).count();
        assert!(count > 1, "the sample has bullets of other checks");
        let expected = format!("nothing is red; {count} bullets are unproven, which --allow-unproven allows");
        assert_eq!(words(&run), expected);
    }

    #[test]
    fn what_is_not_green_keeps_its_reason() {
        let run = Fold::all(&events()).unwrap();
        assert_eq!(words(&run), "not met: at least one check failed");
    }
}
