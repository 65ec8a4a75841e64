//! Which checks were asked for, by the rules that `cargo test` users know.

use super::{CheckCard, Criterion, Selection};

/// What to run and what to leave out; by default everything runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Parts of a trial's name (`AC2.4::vmsingle-answers`) or of one of its criteria's ids; one match is enough, none given
    /// means all.
    pub filters: Vec<String>,
    /// Whether `filters` and `skip` mean whole names and ids instead of parts of them.
    pub exact: bool,
    /// As `filters`, for what must not run, even where another check needs it.
    pub skip: Vec<String>,
}

impl Filter {
    /// One selection for each card, in their order.
    pub(super) fn select(&self, cards: &[&CheckCard]) -> Vec<Selection> {
        let mut selections: Vec<_> = cards.iter().map(|card| self.asked(card)).collect();
        leave_out_what_needs_skipped(cards, &mut selections, &self.skipped(cards));
        add_what_is_needed(cards, &mut selections);
        selections
    }

    /// Ids of the criteria and bullets that were not asked for: those that a check would be left out for.
    pub(super) fn left_out(&self, criteria: &[Criterion]) -> Vec<String> {
        let is = |id: &str, filter: &String| if self.exact { id == filter } else { id.contains(filter.as_str()) };
        let asked = |id: &str| self.filters.is_empty() || self.filters.iter().any(|filter| is(id, filter));
        let skipped = |id: &str| self.skip.iter().any(|skip| is(id, skip));
        let ids = criteria.iter().map(|criterion| criterion.id.as_str());
        ids.filter(|id| !asked(id) || skipped(id)).map(str::to_owned).collect()
    }

    fn asked(&self, card: &CheckCard) -> Selection {
        if let Some(skip) = self.skip.iter().find(|skip| self.matches(skip, card)) {
            Selection::LeftOut(format!("left out by --skip {skip}"))
        } else if self.filters.is_empty() || self.filters.iter().any(|filter| self.matches(filter, card)) {
            Selection::Selected
        } else {
            Selection::LeftOut(format!("not asked for by the filter {}", self.filters.join(" ")))
        }
    }

    fn skipped(&self, cards: &[&CheckCard]) -> Vec<bool> {
        cards.iter().map(|card| self.skip.iter().any(|skip| self.matches(skip, card))).collect()
    }

    fn matches(&self, filter: &str, card: &CheckCard) -> bool {
        let trial = card.trial();
        let mut names = std::iter::once(trial.as_str()).chain(card.criteria.iter().map(String::as_str));
        names.any(|name| if self.exact { name == filter } else { name.contains(filter) })
    }
}

/// What needs a skipped check, directly or through others, cannot be judged and is left out with it.
fn leave_out_what_needs_skipped(cards: &[&CheckCard], selections: &mut [Selection], skipped: &[bool]) {
    let mut out = skipped.to_vec();
    while let Some((index, need)) = next_needing(cards, &out) {
        out[index] = true;
        if selections[index].runs() {
            selections[index] = Selection::LeftOut(format!("needs {need}, which --skip leaves out"));
        }
    }
}

fn next_needing<'a>(cards: &[&'a CheckCard], out: &[bool]) -> Option<(usize, &'a str)> {
    let is_out = |need: &str| cards.iter().zip(out).any(|(card, out)| *out && card.id == need);
    cards
        .iter()
        .enumerate()
        .filter(|(index, _)| !out[*index])
        .find_map(|(index, card)| card.needs.iter().find(|need| is_out(need)).map(|need| (index, need.as_str())))
}

/// What a running check needs runs too.
fn add_what_is_needed(cards: &[&CheckCard], selections: &mut [Selection]) {
    loop {
        let running = cards.iter().zip(selections.iter()).filter(|(_, selection)| selection.runs());
        let needs: Vec<&String> = running.flat_map(|(card, _)| &card.needs).collect();
        let added = cards
            .iter()
            .zip(selections.iter())
            .position(|(card, selection)| !selection.runs() && needs.iter().any(|need| **need == card.id));
        match added {
            Some(index) => selections[index] = Selection::Needed,
            None => return,
        }
    }
}
