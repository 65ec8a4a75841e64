//! Who has signed that targets need not be there.

use jiff::Timestamp;

use super::super::seen::{Lost, PoolSeen};
use super::super::spec::Spec;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::waiver::Waiver;

/// Whether somebody has signed that a pool's component may go unscraped.
pub(super) enum Exception<'a> {
    /// Nobody has.
    None,
    /// It is so signed, for now.
    Holds,
    /// It was.
    Ended(&'a Waiver),
}

impl<'a> Exception<'a> {
    /// The one that the owners of a pool have.
    pub(super) fn of(pool: &PoolSeen, spec: &'a Spec, at: Timestamp) -> Self {
        let owners = spec.required.iter().filter(|component| component.owns(&pool.pool));
        let waivers: Vec<&Waiver> = owners.filter_map(|component| component.waiver.as_ref()).collect();
        match waivers.last() {
            _ if waivers.iter().any(|waiver| waiver.holds(at)) => Self::Holds,
            Some(waiver) => Self::Ended(waiver),
            None => Self::None,
        }
    }

    /// Whether it excuses this: that nothing listens where the targets should be, or that nobody may ask there.
    pub(super) fn excuses(&self, lost: &Lost) -> bool {
        matches!((self, lost), (Self::Holds, Lost::Down(_)))
    }

    /// Fails a check unless it holds; an ended one is told with it.
    pub(super) fn fail(&self, finding: Finding, judgement: &mut Judgement) {
        match self {
            Self::Holds => {}
            Self::Ended(waiver) if finding.hint.is_none() => judgement.fail(finding.hint(ended(waiver))),
            _ => judgement.fail(finding),
        }
    }
}

fn ended(waiver: &Waiver) -> String {
    format!("the waiver ended on {}; {} answers for it: {}", waiver.until, waiver.owner, waiver.reason)
}
