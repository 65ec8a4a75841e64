//! Judges the limits that running containers have, whatever they use.

use super::seen::ContainerSeen;
use super::spec::Limits;
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::units::both_units;

pub(super) fn judge(limits: &Limits, running: &[&ContainerSeen], judgement: &mut Judgement) {
    let may_lack = |container: &&&ContainerSeen| limits.unlimited.contains(&container.container);
    let without = running.iter().filter(|container| container.limit_bytes.is_none());
    for container in without.filter(|container| !may_lack(container)) {
        let finding = Finding::new("memory/no-limit", "it has a memory limit", "it has none").on(container.title());
        let hint = "set resources.limits.memory; the operator's own sidecars have none by default: name them under `unlimited` \
                    where that is meant";
        judgement.fail(finding.hint(hint));
    }
    let Some(below) = limits.sum_below.map(|below| below.as_f64()).filter(|_| !running.is_empty()) else { return };
    let sum: f64 = running.iter().filter_map(|container| container.limit_bytes).sum();
    let limit = Limit::Below(below);
    judgement.measured(Measurement::new("memory_limits", sum, Unit::Bytes).limit(limit));
    if !limit.holds(sum) {
        let expected = format!("all limits together below {}", both_units(below));
        let finding = Finding::new("memory/limits-exceed", expected, format!("{} together", both_units(sum)));
        judgement.fail(finding.hint("lower the largest: what a container may take, it can take"));
    }
}
