//! What is declared runs in every vmalert pod, nothing else does, and all of it is evaluated.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::super::loaded::{Group, Instance, Rule};
use super::super::spec::Spec;
use super::super::{Observation, loaded};
use super::{Meant, meant};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;

/// Intervals after which an evaluation is late, and the seconds that are added for short intervals.
const LATE_INTERVALS: f64 = 3.0;
const LATE_SECONDS: f64 = 30.0;

/// The groups of a pod by file and name.
type Groups<'a> = BTreeMap<(&'a str, &'a str), &'a Group>;

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp, judgement: &mut Judgement) {
    if seen.instances.is_empty() {
        judgement.unclear(Finding::new("rules/no-instance", "a vmalert pod that runs the rules", "none was asked"));
    }
    let mut oldest: Option<f64> = None;
    for instance in &seen.instances {
        reload(instance, judgement);
        let groups: Groups = instance
            .groups
            .iter()
            .filter_map(|group| Some(((group.operators_file(&spec.vmalert)?, group.name.as_str()), group)))
            .collect();
        for meant in meant(seen) {
            match rule_of(&meant, &groups) {
                Ok((group, rule)) => {
                    let age = evaluated(&meant, group, rule, &instance.pod, at, judgement);
                    oldest = oldest.into_iter().chain(age).reduce(f64::max);
                }
                Err(finding) => judgement.fail(finding.on(format!("{} in {}", meant.title(), instance.pod))),
            }
        }
        unexplained(seen, &groups, instance, judgement);
    }
    if let Some(oldest) = oldest {
        judgement.age(oldest);
    }
}

fn reload(instance: &Instance, judgement: &mut Judgement) {
    let expected = "its newest rules were taken";
    match instance.last_reload_successful {
        Some(true) => {}
        Some(false) => {
            let actual = "they were refused, and older ones run";
            let hint = "see vmalert's log: one bad rule, or a recording rule without remoteWrite, stops every reload";
            judgement.fail(Finding::new("rules/not-reloaded", expected, actual).on(&instance.pod).hint(hint));
        }
        None => judgement.unclear(Finding::new("rules/reload-unknown", expected, "it does not say").on(&instance.pod)),
    }
}

fn rule_of<'a>(meant: &Meant<'_>, groups: &Groups<'a>) -> Result<(&'a Group, &'a Rule), Finding> {
    let expected = "the rule runs as it is declared";
    let file = meant.vmrule.file();
    let hint = "see the ConfigMap vm-<vmalert>-rulefiles-0, then vmalert's log";
    let missing = |actual: &str| Finding::new("rules/not-loaded", expected, actual).hint(hint);
    let group =
        groups.get(&(file.as_str(), meant.group.name.as_str())).ok_or_else(|| missing("its group does not run"))?;
    let named = || group.rules.iter().filter(|rule| rule.name == meant.rule.name());
    // Alerts of one name with several thresholds are usual.
    if let Some(rule) = named().find(|rule| rule.query.trim() == meant.rule.expr.trim()) {
        return Ok((group, rule));
    }
    match named().next() {
        Some(rule) => {
            Err(Finding::new("rules/other-expression", expected, format!("it runs with `{}`", rule.query)).hint(hint))
        }
        None => Err(missing("its group runs without it")),
    }
}

/// Judges the last evaluation; gives its age in seconds.
fn evaluated(
    meant: &Meant<'_>,
    group: &Group,
    rule: &Rule,
    pod: &str,
    at: Timestamp,
    judgement: &mut Judgement,
) -> Option<f64> {
    let object = format!("{} in {pod}", meant.title());
    if !rule.last_error.is_empty() {
        let finding = Finding::new("rules/error", "its last evaluation went well", &rule.last_error);
        judgement.fail(finding.on(&object).hint("see the expression, and whether the storage answers vmalert"));
    }
    let limit = group.interval * LATE_INTERVALS + LATE_SECONDS;
    let expected = format!("it was evaluated within {limit:.0} s");
    let age = rule.age_seconds(at);
    match age {
        None => {
            let finding = Finding::new("rules/not-evaluated", expected, "it was never evaluated");
            judgement.fail(
                finding.on(object).hint("a group begins within its first interval; its health is `ok` before that too"),
            );
        }
        Some(age) if age > limit => {
            let finding = Finding::new("rules/stale", expected, format!("the last time was {age:.0} s ago"));
            judgement.fail(
                finding.on(object).hint("see vmalert_iteration_missed_total, and whether vmalert is short of CPU"),
            );
        }
        Some(_) => {}
    }
    age
}

/// Groups that no VMRule explains: rules that were taken back and run on.
fn unexplained(seen: &Observation, groups: &Groups<'_>, instance: &loaded::Instance, judgement: &mut Judgement) {
    let is_declared = |file: &str, name: &str| {
        let of_file = seen.declared.iter().filter(|vmrule| vmrule.is_meant() && vmrule.file() == file);
        of_file.flat_map(|vmrule| &vmrule.groups).any(|group| group.name == name)
    };
    for (file, name) in groups.keys().filter(|(file, name)| !is_declared(file, name)) {
        let finding = Finding::new(
            "rules/unexplained",
            "every group that runs is declared",
            "no VMRule that is selected declares it",
        );
        let hint = "after a VMRule is deleted its rules run on for about a minute";
        judgement.fail(finding.on(format!("group {name} of {file} in {}", instance.pod)).hint(hint));
    }
}
