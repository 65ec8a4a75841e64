//! Judges rules: all that are declared run, are evaluated, read series that exist, and lead to somebody.

mod leading;
mod reading;
mod running;

use jiff::Timestamp;

use super::Observation;
use super::declared::{Declared, Group, Rule};
use super::spec::{Required, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Measurement, Unit};
use crate::check::verdict::Verdict;

pub(super) fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    let nothing = || Finding::new("rules/nothing-examined", "at least one rule that the VMAlert selects", "none");
    if !seen.vmalert_exists {
        let finding = Finding::new("rules/no-vmalert", "the VMAlert exists", "it does not");
        judgement.fail(finding.on(spec.title()).terminal());
        return judgement.conclude(nothing());
    }
    let names = meant(seen).map(|meant| format!("{} of {}", meant.rule.name(), meant.vmrule.title()));
    judgement.examined("rules", names);
    unused(spec, seen, &mut judgement);
    running::judge(spec, seen, at, &mut judgement);
    reading::judge(spec, seen, at, &mut judgement);
    leading::judge(spec, seen, &mut judgement);
    spec.required.iter().for_each(|required| judge_required(required, seen, &mut judgement));
    let alerts = meant(seen).filter(|meant| !meant.rule.alert.is_empty()).count();
    judgement.measured(Measurement::new("alerts", alerts as f64, Unit::Count));
    judgement.conclude(nothing())
}

/// A rule that the VMAlert has to run.
#[derive(Clone, Copy)]
struct Meant<'a> {
    vmrule: &'a Declared,
    group: &'a Group,
    rule: &'a Rule,
}

impl Meant<'_> {
    /// `VMRule observability/cluster-health, group nodes, rule NodeDown`.
    fn title(&self) -> String {
        format!("{}, group {}, rule {}", self.vmrule.title(), self.group.name, self.rule.name())
    }
}

fn meant(seen: &Observation) -> impl Iterator<Item = Meant<'_>> {
    let vmrules = seen.declared.iter().filter(|vmrule| vmrule.is_meant());
    let groups = vmrules.flat_map(|vmrule| vmrule.groups.iter().map(move |group| (vmrule, group)));
    groups.flat_map(|(vmrule, group)| group.rules.iter().map(move |rule| Meant { vmrule, group, rule }))
}

/// VMRules that nobody runs.
fn unused(spec: &Spec, seen: &Observation, judgement: &mut Judgement) {
    for vmrule in seen.declared.iter().filter(|vmrule| !vmrule.selected_elsewhere) {
        if let Some(reason) = &vmrule.unselected {
            let actual = format!("{reason} ({})", spec.title());
            let finding = Finding::new("rules/unselected", "a VMAlert selects the VMRule", actual);
            judgement.fail(finding.on(vmrule.title()).hint("its status may say operational all the same"));
        }
    }
    for vmrule in seen.declared.iter().filter(|vmrule| vmrule.unselected.is_none()) {
        if let Some(reason) = &vmrule.refused {
            let finding = Finding::new("rules/refused", "the operator takes the VMRule", reason);
            judgement.fail(finding.on(vmrule.title()).hint("correct it; until then none of its rules runs"));
        }
    }
}

fn judge_required(required: &Required, seen: &Observation, judgement: &mut Judgement) {
    let fits = |meant: &Meant<'_>| {
        let severity = meant.rule.labels.get("severity").or_else(|| meant.group.labels.get("severity"));
        !meant.rule.alert.is_empty()
            && required.severity.as_ref().is_none_or(|wanted| severity == Some(wanted))
            && required.reads.is_read_by(&meant.rule.expr)
    };
    if meant(seen).any(|meant| fits(&meant)) {
        return;
    }
    let severity = required.severity.as_ref().map(|severity| format!(" of severity {severity}")).unwrap_or_default();
    let expected = format!("an alert{severity} that reads {}", required.reads);
    let finding = Finding::new("rules/required-missing", expected, "none among the rules that the VMAlert selects");
    judgement.fail(finding.on(&required.name).hint("declare it in a VMRule that the VMAlert selects"));
}
