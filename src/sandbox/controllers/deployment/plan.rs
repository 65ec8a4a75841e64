//! How large each ReplicaSet of a Deployment should be next: pure arithmetic
//! (Kubernetes v1.33, pkg/controller/deployment/rolling.go and recreate.go).

use k8s_openapi::api::apps::v1::DeploymentSpec;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// One ReplicaSet in numbers; lists of these are ordered oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Counts {
    /// It is made of today's template.
    pub current: bool,
    /// `spec.replicas`.
    pub wanted: i32,
    /// `status.availableReplicas`.
    pub available: i32,
    /// Pods whose processes may still run, also those on their way out.
    pub alive: i32,
}

/// What the Deployment allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub replicas: i32,
    pub strategy: Strategy,
}

/// How old pods give way to new ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// All old ones go before the first new one comes.
    Recreate,
    /// At most `surge` pods too many and `unavailable` too few at any time.
    Rolling { surge: i32, unavailable: i32 },
}

impl Limits {
    /// Reads the spec; what it leaves out has the API's defaults (RollingUpdate, 25 %).
    pub fn of(spec: &DeploymentSpec) -> Self {
        let replicas = spec.replicas.unwrap_or(1);
        let strategy = spec.strategy.as_ref();
        if strategy.and_then(|strategy| strategy.type_.as_deref()) == Some("Recreate") {
            return Self { replicas, strategy: Strategy::Recreate };
        }
        let rolling = strategy.and_then(|strategy| strategy.rolling_update.as_ref());
        let surge = share(rolling.and_then(|rolling| rolling.max_surge.as_ref()), replicas, Round::Up);
        let unavailable = share(rolling.and_then(|rolling| rolling.max_unavailable.as_ref()), replicas, Round::Down);
        // With both at zero nothing could ever move.
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        Self { replicas, strategy: Strategy::Rolling { surge, unavailable: unavailable.min(replicas) } }
    }

    /// How many pods must stay available.
    pub fn minimum(&self) -> i32 {
        match self.strategy {
            // A Recreate deployment reports as available what a rolling one without allowance would.
            Strategy::Recreate => self.replicas,
            Strategy::Rolling { unavailable, .. } => self.replicas - unavailable,
        }
    }
}

#[derive(Clone, Copy)]
enum Round {
    Up,
    Down,
}

/// A number or a percentage of `replicas`; 25 % where nothing is said.
fn share(value: Option<&IntOrString>, replicas: i32, round: Round) -> i32 {
    let percent = match value {
        Some(IntOrString::Int(number)) => return *number,
        Some(IntOrString::String(text)) => text.trim_end_matches('%').parse().unwrap_or(25),
        None => 25,
    };
    match round {
        Round::Up => (replicas * percent + 99) / 100,
        Round::Down => replicas * percent / 100,
    }
}

/// The next `spec.replicas` of each ReplicaSet. `paused` deployments are scaled, but not rolled.
pub fn sizes(sets: &[Counts], limits: Limits, paused: bool) -> Vec<i32> {
    let mut next: Vec<_> = sets.iter().map(|set| set.wanted).collect();
    let busy: Vec<_> = (0..sets.len()).filter(|&index| sets[index].wanted > 0).collect();
    let current = sets.iter().position(|set| set.current);
    // Scaling of the only set with pods is immediate, be it the current one or (paused) an old one.
    if let [only] = busy[..]
        && (paused || Some(only) == current)
    {
        next[only] = limits.replicas;
        return next;
    }
    if paused || limits.replicas == 0 {
        if limits.replicas == 0 {
            next.fill(0);
        }
        return next;
    }
    match (limits.strategy, current) {
        (Strategy::Recreate, _) => recreate(sets, &mut next, limits.replicas),
        (Strategy::Rolling { surge, .. }, Some(current)) => {
            grow(&mut next, current, limits.replicas, surge);
            shrink(sets, &mut next, current, limits.minimum());
        }
        (Strategy::Rolling { .. }, None) => {}
    }
    next
}

fn recreate(sets: &[Counts], next: &mut [i32], replicas: i32) {
    let old_alive: i32 = sets.iter().filter(|set| !set.current).map(|set| set.alive).sum();
    for (set, size) in sets.iter().zip(next.iter_mut()) {
        match (set.current, old_alive) {
            (false, _) => *size = 0,
            (true, 0) => *size = replicas,
            (true, _) => {}
        }
    }
}

/// Makes the current set as large as the surge allows.
fn grow(next: &mut [i32], current: usize, replicas: i32, surge: i32) {
    let total: i32 = next.iter().sum();
    let room = (replicas + surge - total).max(0);
    let missing = replicas - next[current];
    next[current] += room.min(missing);
}

/// Takes from old sets what is not available anyway, then what availability allows.
fn shrink(sets: &[Counts], next: &mut [i32], current: usize, minimum: i32) {
    let total: i32 = next.iter().sum();
    // New pods that are not available yet must not cost an old one its place.
    let new_unavailable = (sets[current].wanted.max(next[current]) - sets[current].available).max(0);
    let mut budget = (total - minimum - new_unavailable).max(0);
    let old = || (0..sets.len()).filter(|&index| index != current);
    for index in old() {
        let broken = (next[index] - sets[index].available).clamp(0, budget);
        next[index] -= broken;
        budget -= broken;
    }
    let available: i32 = sets.iter().map(|set| set.available).sum();
    let mut budget = (available - minimum).max(0);
    for index in old() {
        let healthy = next[index].min(sets[index].available).clamp(0, budget);
        next[index] -= healthy;
        budget -= healthy;
    }
}

#[cfg(test)]
mod tests;
