//! Which of several runs decide what became of a revision.

use std::collections::BTreeSet;

use crate::record::{Exit, Run};

/// What a run has to say about a revision beside others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Say {
    /// It is the newest whole run of its story on its cluster.
    Decides,
    /// A filter left checks out: it says nothing of the story.
    Partial,
    /// A newer whole run of the same story on the same cluster took its place.
    Superseded,
}

/// What each run has to say; they come the newest first.
pub fn says(runs: &[Run]) -> Vec<Say> {
    let mut told = BTreeSet::new();
    let say = |run: &Run| match () {
        () if run.is_partial() => Say::Partial,
        () if told.insert((run.card.suite.story.clone(), cluster(run))) => Say::Decides,
        () => Say::Superseded,
    };
    runs.iter().map(say).collect()
}

/// The worst end of those that decide; `None` where none does.
pub fn verdict(runs: &[Run]) -> Option<Exit> {
    let deciding = runs.iter().zip(says(runs)).filter(|(_, say)| *say == Say::Decides);
    Exit::worst(deciding.map(|(run, _)| run.exit()))
}

/// By what a run's cluster is told from others: the uid of its namespace kube-system. Where that could not be read, which is
/// told in a sentence, its address; nothing where there was none.
fn cluster(run: &Run) -> String {
    let fact = |named: &str| run.surroundings.iter().find(|(name, _)| name == named).map(|(_, value)| value.clone());
    let uid = fact("kube-system uid").filter(|uid| !uid.contains(char::is_whitespace));
    uid.or_else(|| fact("server")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Outcome, What};
    use crate::plan::Selection;
    use crate::record::Fold;
    use crate::record::sample::events;

    /// The sample, which failed, of this story on this cluster.
    fn red(story: &str, uid: &str) -> Run {
        let mut run = Fold::all(&events()).unwrap();
        run.card.suite.story = story.to_owned();
        run.surroundings.push(("kube-system uid".to_owned(), uid.to_owned()));
        run.surroundings.push(("server".to_owned(), format!("https://{story}")));
        run
    }

    /// The same with nothing but its check that passed.
    fn green(story: &str, uid: &str) -> Run {
        let mut events: Vec<Event> = events();
        let What::RunStarted(card) = &mut events[0].what else { panic!("no start") };
        card.checks.retain(|(check, _)| check.id == "operator-runs");
        card.criteria.retain(|criterion| matches!(criterion.id.as_str(), "AC1" | "AC1.1"));
        let run = Fold::all(&events).unwrap();
        let whole = red(story, uid);
        Run {
            card: crate::event::RunCard { suite: whole.card.suite, ..run.card.clone() },
            surroundings: whole.surroundings,
            ..run
        }
    }

    fn partial(mut run: Run) -> Run {
        let mut left_out = red("a", "u").checks[1].clone();
        left_out.selection = Selection::LeftOut("left out".to_owned());
        left_out.outcome = Outcome::Skipped { reason: "left out".to_owned() };
        run.checks.push(left_out);
        run
    }

    #[test]
    fn the_newest_whole_run_of_a_story_on_a_cluster_decides() {
        assert_eq!(verdict(&[green("a", "u"), red("a", "u")]), Some(Exit::Proven));
        assert_eq!(verdict(&[red("a", "u"), green("a", "u")]), Some(Exit::Failed));
        assert_eq!(says(&[green("a", "u"), red("a", "u")]), [Say::Decides, Say::Superseded]);
        assert_eq!(verdict(&[]), None);
    }

    #[test]
    fn a_part_another_story_and_another_cluster_take_no_red_away() {
        let runs = [partial(green("a", "u")), green("b", "u"), green("a", "v"), red("a", "u"), green("a", "u")];
        assert_eq!(says(&runs), [Say::Partial, Say::Decides, Say::Decides, Say::Decides, Say::Superseded]);
        assert_eq!(verdict(&runs), Some(Exit::Failed));
        assert_eq!(verdict(&[partial(green("a", "u"))]), None, "a part alone says nothing");
    }

    #[test]
    fn without_a_uid_a_cluster_is_known_by_its_address() {
        let denied = "not permitted to get namespaces";
        let mut other = red("a", denied);
        other.surroundings.last_mut().unwrap().1 = "https://other".to_owned();
        assert_eq!(says(&[green("a", denied), other, red("a", denied)]), [Say::Decides, Say::Decides, Say::Superseded]);
    }
}
