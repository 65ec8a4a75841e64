//! The series that expressions read exist, now or within the look-back: else a rule can never do anything.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::Observation;
use super::super::expression::{self, Need};
use super::super::loaded;
use super::super::series::{self, Found, Missing};
use super::super::spec::Spec;
use super::{Meant, meant};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Measurement, Unit};
use crate::check::waiver::Waiver;
use crate::units::Duration;

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp, judgement: &mut Judgement) {
    let found = series::by_selector(&seen.selectors);
    let mut waived = 0;
    for meant in meant(seen).filter(|meant| meant.group.reads_metrics()) {
        match missing(&meant, spec, seen, &found, at) {
            Gap::Nothing => {}
            Gap::Waived => waived += 1,
            Gap::Unclear(finding) => judgement.unclear(finding.on(meant.title())),
            Gap::Series(finding) => judgement.fail(finding.on(meant.title())),
        }
    }
    judgement.waived(waived);
    judgement.measured(Measurement::new("selectors", seen.selectors.len() as f64, Unit::Count));
}

enum Gap {
    Nothing,
    /// Series that are missing by somebody's word.
    Waived,
    Unclear(Finding),
    Series(Finding),
}

fn missing(meant: &Meant<'_>, spec: &Spec, seen: &Observation, found: &BTreeMap<&str, &Found>, at: Timestamp) -> Gap {
    let Some(selectors) = expression::selectors(&meant.rule.expr) else { return by_evaluation(meant, seen) };
    let mut either: BTreeMap<usize, Vec<Gap>> = BTreeMap::new();
    let mut first = Gap::Nothing;
    for (selector, need) in selectors {
        let missing = match of_selector(&selector.text, found.get(selector.text.as_str()).copied(), at) {
            Gap::Series(finding) => waived(spec, meant.rule.name(), &selector.text, finding, at),
            other => other,
        };
        match need {
            Need::Nothing => {}
            Need::OneOf(number) => either.entry(number).or_default().push(missing),
            Need::Series => first = first.or(missing),
        }
    }
    for alternatives in either.into_values() {
        let enough = alternatives.iter().any(|gap| matches!(gap, Gap::Nothing));
        let signed = alternatives.iter().any(|gap| matches!(gap, Gap::Waived));
        first = match (enough, signed) {
            (true, _) => first,
            (false, true) => first.or(Gap::Waived),
            (false, false) => alternatives.into_iter().fold(first, Gap::or),
        };
    }
    first
}

impl Gap {
    /// Missing series are more than what is unclear, and that is more than what somebody has signed for.
    fn weight(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Waived => 1,
            Self::Unclear(_) => 2,
            Self::Series(_) => 3,
        }
    }

    /// The first of the weightier kind.
    fn or(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }
}

fn of_selector(text: &str, found: Option<&Found>, at: Timestamp) -> Gap {
    let expected = format!("`{text}` finds series");
    let why = match found {
        Some(Found::Now(_) | Found::Earlier(_)) => return Gap::Nothing,
        Some(Found::Disappeared(last)) => return Gap::Series(disappeared(expected, *last, at)),
        Some(Found::Never(why)) => why,
        Some(Found::Unknown(message)) => {
            return Gap::Unclear(Finding::new("rules/series-unknown", expected, message));
        }
        None => return Gap::Unclear(Finding::new("rules/series-unknown", expected, "it was not asked for")),
    };
    let actual = match why {
        Missing::Metric => "its metric has no series and had none within the look-back".to_owned(),
        Missing::Label(label) => format!("its metric has series, but none has a label {label}"),
        Missing::Value(matcher) => format!("its metric has series, but none for which {matcher}"),
        Missing::Combination => "none, and none within the look-back".to_owned(),
    };
    let hint =
        "the rule can never fire: correct it, deploy what exports the metric, or sign a waiver under `without_series`";
    Gap::Series(Finding::new("rules/no-series", expected, actual).hint(hint))
}

/// It was there, and went with whatever exported it: the rule cannot fire any more.
fn disappeared(expected: String, last: Option<i64>, at: Timestamp) -> Finding {
    let last = last.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let when = last.map_or_else(String::new, |last| {
        let ago = Duration::seconds(at.duration_since(last).as_secs().max(0).unsigned_abs());
        format!("; the last sample is of {last}, {ago} ago")
    });
    let actual = format!("its metric had series within the look-back and has none now{when}");
    let hint = "the rule cannot fire: see whether what exports the metric is still deployed and scraped, or sign a waiver under \
                `without_series`";
    Finding::new("rules/disappeared", expected, actual).hint(hint)
}

/// What vmalert itself says of an expression whose selectors cannot be told.
fn by_evaluation(meant: &Meant<'_>, seen: &Observation) -> Gap {
    let rules = seen.instances.iter().flat_map(|instance| &instance.groups).flat_map(|group| &group.rules);
    let fetched = |rule: &loaded::Rule| rule.last_series_fetched;
    let same = rules.filter(|rule| rule.name == meant.rule.name() && rule.query.trim() == meant.rule.expr.trim());
    match same.filter_map(fetched).max() {
        Some(count) if count > 0 => Gap::Nothing,
        count => {
            let actual = count.map_or("vmalert does not say", |_| "its last evaluation read none");
            let finding = Finding::new("rules/unread-expression", "its expression reads series", actual);
            Gap::Unclear(finding.hint("its selectors cannot be told apart here; try its parts by hand"))
        }
    }
}

/// What series that are missing come to, where somebody may have signed for it.
fn waived(spec: &Spec, rule: &str, selector: &str, finding: Finding, at: Timestamp) -> Gap {
    let covering = spec.without_series.iter().filter(|exception| exception.covers(rule, selector));
    let waivers: Vec<&Waiver> = covering.map(|exception| &exception.waiver).collect();
    if waivers.iter().any(|waiver| waiver.holds(at)) {
        return Gap::Waived;
    }
    let Some(waiver) = waivers.last() else { return Gap::Series(finding) };
    let hint = format!("the waiver ended on {}; {} answers for it: {}", waiver.until, waiver.owner, waiver.reason);
    Gap::Series(finding.hint(hint))
}
