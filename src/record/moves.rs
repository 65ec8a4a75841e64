//! Whether what Flux had applied stood still while checks were judged.
//!
//! A run speaks of one revision only where nothing of Flux moved from the first look that counts to the end. What moves before
//! a check of kind `settled` has passed is what that check waits for, and matters to those checks alone that began before.

use serde::Serialize;

use crate::event::{Reading, Revision};

/// What moved while checks were judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// Each object that moved.
    pub objects: Vec<Moved>,
    /// The checks that began before the others, at what was there then; none where all began alike.
    pub early: Vec<String>,
}

/// An object of Flux, or the checkout, that did not stay at one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// `GitRepository flux-system/infra`.
    pub object: String,
    /// What it had, one after the other; words where it was gone or could not be read.
    pub revisions: Vec<String>,
}

impl Moves {
    /// Whether all stood still.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Each object with what it had, in words.
    pub fn words(&self) -> impl Iterator<Item = String> {
        self.objects.iter().map(|one| format!("{} was at {}", one.object, one.revisions.join(", then at ")))
    }
}

/// The readings of a run, in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    /// Beside the first looks.
    first: Reading,
    /// When checks that wait for Flux had passed, and at the end.
    later: Vec<Reading>,
}

impl Readings {
    /// What was read beside the first looks.
    pub(super) fn begin(&mut self, revisions: &[Revision]) {
        self.first.revisions.extend(revisions.iter().cloned());
    }

    pub(super) fn add(&mut self, reading: &Reading) {
        self.later.push(reading.clone());
    }

    /// The place of the newest one: what a check that begins now is judged at.
    pub(super) fn now(&self) -> usize {
        self.later.len()
    }

    /// What is known last; of a kind that could not be read, what was known before.
    pub(super) fn last(&self) -> Vec<Revision> {
        self.later.iter().fold(self.first.revisions.clone(), |known, reading| {
            let unread = known.into_iter().filter(|one| reading.why_unread(&one.object).is_some());
            reading.revisions.iter().cloned().chain(unread).collect()
        })
    }

    /// What moved from where the earliest of these checks began, each given with its place, to the end.
    pub(super) fn moves(&self, began: &[(&str, usize)]) -> Moves {
        let places = began.iter().map(|(_, place)| *place);
        let (Some(earliest), Some(latest)) = (places.clone().min(), places.max()) else { return Moves::default() };
        let objects = self.moved(earliest);
        // Those that began before something moved, where others began after it.
        let early = began.iter().filter(|(_, place)| *place < latest && self.moved(*place) != self.moved(latest));
        Moves { early: early.map(|(check, _)| (*check).to_owned()).collect(), objects }
    }

    fn moved(&self, from: usize) -> Vec<Moved> {
        let readings: Vec<&Reading> = std::iter::once(&self.first).chain(&self.later).skip(from).collect();
        let mut had: Vec<Moved> = Vec::new();
        for (index, reading) in readings.iter().enumerate() {
            let is_last = index + 1 == readings.len();
            for one in &mut had {
                let now = match (reading.of(&one.object), reading.why_unread(&one.object)) {
                    (Some(revision), _) => revision.to_owned(),
                    // Only at the end it matters: what was read before and after says whether it moved.
                    (None, Some(why)) if is_last => format!("what could not be read ({why})"),
                    (None, Some(_)) => continue,
                    (None, None) => "none, for it was gone".to_owned(),
                };
                if one.revisions.last() != Some(&now) {
                    one.revisions.push(now);
                }
            }
            let fresh = reading.revisions.iter().filter(|one| !had.iter().any(|known| known.object == one.object));
            let fresh: Vec<Moved> =
                fresh.map(|one| Moved { object: one.object.clone(), revisions: vec![one.revision.clone()] }).collect();
            had.extend(fresh);
        }
        had.retain(|one| one.revisions.len() > 1);
        had
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "GitRepository flux-system/infra";

    fn at(revision: &str) -> Reading {
        let revision = Revision { object: SOURCE.to_owned(), revision: revision.to_owned() };
        Reading { revisions: vec![revision], unread: Vec::new() }
    }

    fn readings(first: &str, later: Vec<Reading>) -> Readings {
        let mut readings = Readings { later, ..Readings::default() };
        readings.begin(&at(first).revisions);
        readings
    }

    fn words(readings: &Readings, began: &[(&str, usize)]) -> Vec<String> {
        readings.moves(began).words().collect()
    }

    #[test]
    fn what_moves_before_the_gate_is_what_the_gate_waits_for() {
        let readings = readings("a", vec![at("b"), at("b")]);
        assert!(readings.moves(&[("gate", 1), ("x", 1)]).is_empty());
        assert_eq!(readings.last(), at("b").revisions);
    }

    #[test]
    fn a_check_that_began_before_the_gate_is_named() {
        let moves = readings("a", vec![at("b"), at("b")]).moves(&[("early", 0), ("gate", 1), ("x", 1)]);
        assert_eq!(moves.words().collect::<Vec<_>>(), [format!("{SOURCE} was at a, then at b")]);
        assert_eq!(moves.early, ["early"]);
        // Without any move until then it is as good as the others.
        assert!(readings("a", vec![at("a"), at("a")]).moves(&[("early", 0), ("x", 1)]).is_empty());
        let after = readings("a", vec![at("a"), at("b")]).moves(&[("early", 0), ("x", 1)]);
        assert_eq!((after.objects.len(), after.early.len()), (1, 0));
    }

    #[test]
    fn what_moves_while_checks_are_judged_is_told_there_and_back_too() {
        assert_eq!(words(&readings("a", vec![at("b")]), &[("x", 0)]), [format!("{SOURCE} was at a, then at b")]);
        let back = readings("a", vec![at("b"), at("a")]);
        assert_eq!(words(&back, &[("x", 0)]), [format!("{SOURCE} was at a, then at b, then at a")]);
        assert!(words(&back, &[]).is_empty(), "where nothing was judged, nothing matters");
        assert_eq!(words(&readings("no revision yet", vec![at("a")]), &[("x", 0)]).len(), 1);
    }

    #[test]
    fn what_is_gone_or_not_read_at_the_end_did_not_stand_still() {
        let gone = readings("a", vec![Reading::default()]);
        assert_eq!(words(&gone, &[("x", 0)]), [format!("{SOURCE} was at a, then at none, for it was gone")]);
        let denied = Reading { unread: vec![("GitRepository".to_owned(), "reset".to_owned())], ..Reading::default() };
        let unread = readings("a", vec![denied.clone()]);
        assert_eq!(words(&unread, &[("x", 0)]), [format!("{SOURCE} was at a, then at what could not be read (reset)")]);
        assert_eq!(unread.last(), at("a").revisions, "it is the last that is known");
        assert_eq!(words(&readings("a", vec![Reading::none("late".to_owned())]), &[("x", 0)]).len(), 1);
        // In between it does not matter, and what another kind could not be read for does not either.
        assert!(words(&readings("a", vec![denied.clone(), at("a")]), &[("x", 0)]).is_empty());
        let other = Reading { unread: vec![("HelmRelease".to_owned(), "reset".to_owned())], ..at("a") };
        assert!(words(&readings("a", vec![other]), &[("x", 0)]).is_empty());
    }
}
