//! Judges scrape coverage: complete, up, fresh, stored and explained, or a finding for each gap.

mod exception;
mod gap;

use jiff::Timestamp;

use exception::Exception;
use gap::{of_defect, of_gap, of_stage};

use super::monitors;
use super::seen::{Expected, Gap, Lost, Observation, PoolSeen};
use super::spec::{Required, Spec};
use crate::check::finding::Finding;
use crate::check::judgement::Judgement;
use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::trouble::Trouble;
use crate::check::verdict::Verdict;

/// Gaps of one pool that get a finding of their own; the others are counted in one more.
const GAPS_TOLD: usize = 10;

/// Judges one observation made at `at`.
pub fn judge(spec: &Spec, seen: &Observation, at: Timestamp) -> Verdict {
    let mut judgement = Judgement::new();
    let agent = format!("VMAgent {}/{}", spec.vmagent.namespace, spec.vmagent.name);
    if !seen.agent_exists {
        judgement.fail(Finding::new("coverage/no-agent", "the VMAgent exists", "it does not").on(agent).terminal());
        return judgement.conclude(nothing());
    }
    agents(&agent, seen, &mut judgement);
    storage(seen, &mut judgement);
    custom_resources(seen, &mut judgement);
    for pool in &seen.pools {
        judge_pool(pool, &Exception::of(pool, spec, at), seen, &mut judgement);
    }
    for target in &seen.unexplained {
        judgement.fail(
            Finding::new("coverage/unexplained", "every active target comes from a scrape CR", "nothing explains it")
                .on(format!("{} in pool {}", target.url, target.pool))
                .hint(
                    "a deleted scrape CR stays for about a minute; name jobs of inline configuration in `other_jobs`",
                ),
        );
    }
    if spec.monitors {
        monitors::judge(seen.monitors.as_ref(), &mut judgement);
    }
    spec.required.iter().for_each(|component| judge_required(component, seen, at, &mut judgement));
    if !seen.changed.is_empty() {
        judgement.unclear(
            Finding::new(
                "coverage/changed",
                "the cluster stands still while targets are read",
                seen.changed.join(", "),
            )
            .hint("a rollout is under way: look again when it is done"),
        );
    }
    population(spec, seen, at, &mut judgement);
    judgement.conclude(nothing())
}

fn nothing() -> Finding {
    Finding::new("coverage/nothing-expected", "at least one expected target", "no scrape CR leads to any")
}

/// Whether every agent that should be there told its targets. Only then is it known that no agent has a target.
fn complete(seen: &Observation) -> bool {
    seen.agents.len() >= seen.agents_wanted && seen.agents.iter().all(|agent| agent.trouble.is_none())
}

/// Whether a gap says more than that an agent, or the storage, did not answer, which is a finding of its own.
fn is_known(gap: &Gap, seen: &Observation) -> bool {
    match gap.lost {
        Lost::NotDiscovered => complete(seen),
        Lost::NotStored | Lost::StoredLongAgo(_) => seen.storage_trouble.is_none() && !nothing_arrives(seen),
        Lost::StoredAsDown => seen.storage_trouble.is_none(),
        _ => true,
    }
}

/// Whether targets are up, and of none of them a fresh sample is stored: the way into the storage is broken.
fn nothing_arrives(seen: &Observation) -> bool {
    let sum = |count: fn(&PoolSeen) -> u64| seen.pools.iter().map(count).sum::<u64>();
    seen.storage_trouble.is_none() && sum(|pool| pool.good) == 0 && sum(unstored) > 0
}

/// Targets of a pool that are up and have no fresh sample in storage.
fn unstored(pool: &PoolSeen) -> u64 {
    pool.gaps.iter().filter(|gap| matches!(gap.lost, Lost::NotStored | Lost::StoredLongAgo(_))).count() as u64
}

fn agents(vmagent: &str, seen: &Observation, judgement: &mut Judgement) {
    let untold = seen.pools.iter().flat_map(|pool| &pool.gaps).filter(|gap| gap.lost == Lost::NotDiscovered).count();
    let untold = format!("{untold} expected targets are in no answer of any vmagent");
    if seen.agents.len() < seen.agents_wanted {
        let (wanted, found) = (seen.agents_wanted, seen.agents.len());
        judgement.fail(
            Finding::new(
                "coverage/shard-missing",
                format!("{wanted} vmagent pods"),
                format!("{found} with an address"),
            )
            .on(vmagent)
            .hint(format!("each shard scrapes its own part of the targets: see the vmagent pods; {untold}")),
        );
    }
    for agent in &seen.agents {
        if let Some(denied) = agent.trouble.as_ref().and_then(Trouble::denial) {
            judgement.unclear(denied.on(&agent.pod));
        } else if let Some(trouble) = &agent.trouble {
            judgement.fail(
                Finding::new("coverage/agent-silent", "vmagent tells its targets", trouble.to_string())
                    .on(&agent.pod)
                    .hint(format!("see the pod and its log; {untold}")),
            );
        } else if agent.last_reload_successful != Some(true) {
            judgement.fail(
                Finding::new(
                    "coverage/reload-failed",
                    "vmagent's last reload succeeded",
                    "it did not: vmagent runs an older configuration",
                )
                .on(&agent.pod)
                .hint("vmagent's log names the job; every scrape CR changed since then has no effect"),
            );
        }
    }
}

fn storage(seen: &Observation, judgement: &mut Judgement) {
    if let Some(trouble) = &seen.storage_trouble {
        let silent = || Finding::new("coverage/storage-silent", "the storage tells what it holds", trouble.to_string());
        judgement.unclear(trouble.denial().unwrap_or_else(silent));
    }
    if nothing_arrives(seen) {
        let count: u64 = seen.pools.iter().map(unstored).sum();
        judgement.fail(
            Finding::new(
                "coverage/nothing-stored",
                "what is scraped arrives in the storage",
                format!("{count} targets are up, and the storage has a fresh sample of none of them"),
            )
            .hint("see vmagent's remote write: its URL, requests that succeed, retries, pending bytes"),
        );
    }
}

fn custom_resources(seen: &Observation, judgement: &mut Judgement) {
    for unselected in &seen.unselected {
        judgement.fail(
            Finding::new("coverage/unselected", "a VMAgent selects it", &unselected.reason)
                .on(&unselected.scrape)
                .hint("add the namespace selector (an empty one selects all namespaces), or the label"),
        );
    }
    for refused in &seen.refused {
        judgement
            .fail(Finding::new("coverage/refused", "the operator accepts it", &refused.reason).on(&refused.scrape));
    }
}

fn judge_pool(pool: &PoolSeen, exception: &Exception<'_>, seen: &Observation, judgement: &mut Judgement) {
    if let Some(defect) = &pool.defect {
        judgement.fail(of_defect(defect).on(&pool.scrape).terminal());
        return;
    }
    match &pool.expected {
        Expected::Lost(stage) => exception.fail(of_stage(stage).on(&pool.scrape), judgement),
        Expected::AtMost(_) | Expected::AtLeastOne if pool.active == 0 && complete(seen) => {
            let finding = Finding::new("coverage/empty-pool", "at least one target", "none").on(title(pool));
            exception.fail(finding, judgement);
        }
        _ => {}
    }
    let gaps = pool.gaps.iter().filter(|gap| is_known(gap, seen) && !exception.excuses(&gap.lost));
    let gaps: Vec<&Gap> = gaps.collect();
    for gap in gaps.iter().take(GAPS_TOLD) {
        let finding = of_gap(gap, pool).on(format!("{} at {}", title(pool), gap.url));
        match gap.lost {
            Lost::NeverScraped => judgement.unclear(finding),
            Lost::Down(_) => exception.fail(finding, judgement),
            _ => judgement.fail(finding),
        }
    }
    if gaps.len() > GAPS_TOLD {
        let more = gaps.len() - GAPS_TOLD;
        judgement.fail(
            Finding::new("coverage/more-gaps", "no gaps", format!("{more} more, all in the evidence")).on(title(pool)),
        );
    }
}

fn title(pool: &PoolSeen) -> String {
    format!("{} (pool {})", pool.scrape, pool.pool)
}

fn judge_required(component: &Required, seen: &Observation, at: Timestamp, judgement: &mut Judgement) {
    let own = || seen.pools.iter().filter(|pool| component.owns(&pool.pool));
    let good: u64 = own().map(|pool| pool.good).sum();
    let told: u64 = own().map(|pool| pool.gaps.len() as u64).sum();
    // Targets that are there and not good have findings of their own.
    if good + told >= component.at_least {
        return;
    }
    let expected = format!("at least {} good targets in {}", component.at_least, component.pool);
    match &component.waiver {
        Some(waiver) if waiver.holds(at) => {}
        Some(waiver) => judgement.fail(
            Finding::new("coverage/waiver-expired", expected, format!("{good}; the waiver ended on {}", waiver.until))
                .on(&component.name)
                .hint(format!("{} answers for it: {}", waiver.owner, waiver.reason)),
        ),
        None => judgement.fail(
            Finding::new("coverage/required-missing", expected, good.to_string())
                .on(&component.name)
                .hint("deploy its exporter and a scrape CR, or sign a waiver with reason, owner and end"),
        ),
    }
}

/// Expected targets of a pool that need not be there; one, where it is not known how many there would be.
fn excused(pool: &PoolSeen, exception: &Exception<'_>, seen: &Observation) -> u64 {
    match (exception, &pool.expected) {
        (Exception::Holds, Expected::Lost(_)) => 1,
        (Exception::Holds, Expected::AtMost(_) | Expected::AtLeastOne) if pool.active == 0 && complete(seen) => 1,
        _ => pool.gaps.iter().filter(|gap| exception.excuses(&gap.lost)).count() as u64,
    }
}

/// Counts every expected target; the share that is good is the coverage. What is waived counts apart.
fn population(spec: &Spec, seen: &Observation, at: Timestamp, judgement: &mut Judgement) {
    let (mut expected, mut waived) = (0, 0);
    for pool in &seen.pools {
        let all = match pool.expected {
            Expected::Exactly(count) => count,
            Expected::AtMost(_) | Expected::AtLeastOne => pool.active.max(1),
            Expected::Lost(_) => 1,
        };
        let excused = excused(pool, &Exception::of(pool, spec, at), seen);
        (expected, waived) = (expected + all - excused, waived + excused);
    }
    let good: u64 = seen.pools.iter().map(|pool| pool.good).sum();
    let names = seen.pools.iter().flat_map(|pool| {
        let count = usize::try_from(pool.good).unwrap_or(usize::MAX);
        std::iter::repeat_n(pool.pool.as_str(), count)
    });
    judgement.examined("targets", names);
    judgement.waived(waived);
    let oldest = seen.pools.iter().filter_map(|pool| pool.oldest_stored_seconds).reduce(f64::max);
    if let Some(oldest) = oldest {
        judgement.age(oldest);
    }
    if expected > 0 {
        let share = Measurement::new("coverage", good as f64 / expected as f64, Unit::Ratio);
        judgement.measured(share.limit(Limit::AtLeast(1.0)));
        judgement.measured(Measurement::new("targets_expected", expected as f64, Unit::Count));
        judgement.measured(Measurement::new("pools", seen.pools.len() as f64, Unit::Count));
    }
    judgement.measured(Measurement::new("uncovered_metrics_ports", seen.uncovered.len() as f64, Unit::Count));
}

#[cfg(test)]
mod tests;
