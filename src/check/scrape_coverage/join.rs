//! Joins the expected targets with what the agents report and what the storage holds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;

use super::discovered::Discovery;
use super::job::{Job, Source};
use super::seen::{Expected, Gap, Lost, PoolSeen, Unexplained};
use super::target::Target;
use crate::units::Duration;

/// Unexplained targets that are kept as evidence.
const UNEXPLAINED_KEPT: usize = 100;

/// The join in the making. Fill it with pools, then targets, then stored samples.
pub struct Join {
    pools: BTreeMap<String, Pool>,
    /// Pools that are explained by the suite.
    other_jobs: Vec<String>,
    unexplained: Vec<Unexplained>,
    stored: HashMap<u64, Stored>,
    /// How many expected targets share a job and an instance: only one alone can be told by the two.
    pairs: HashMap<u64, u32>,
    fresh: Option<Duration>,
}

struct Pool {
    scrape: String,
    job: Job,
    expected: Expected,
    active: u64,
    /// By URL, what was found of them; where all are known, none is added.
    targets: HashMap<String, Option<Found>>,
}

/// The best that any agent says of an expected target.
#[derive(Clone, Debug)]
struct Found {
    /// From never discovered to good: agents of a replicated VMAgent may differ.
    state: State,
    /// Its series of `up`, by all labels, and by job and instance alone.
    series: [u64; 2],
}

#[derive(Clone, Debug, PartialEq)]
enum State {
    NeverScraped,
    Down(String),
    Up { age_seconds: f64, samples: u64 },
}

/// The newest `up` of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stored {
    /// Its age in seconds, by the storage's clock.
    pub age_seconds: f64,
    /// Its value.
    pub value: f64,
}

impl Join {
    /// An empty join.
    pub fn new(fresh: Option<Duration>, other_jobs: &[String]) -> Self {
        Self {
            pools: BTreeMap::new(),
            other_jobs: other_jobs.to_vec(),
            unexplained: Vec::new(),
            stored: HashMap::new(),
            pairs: HashMap::new(),
            fresh,
        }
    }

    /// Adds a pool that should be.
    pub fn expect(&mut self, scrape: &str, job: Job, discovery: Discovery) {
        let (expected, urls) = match discovery {
            Discovery::Exact(urls) => (Expected::Exactly(urls.len() as u64), urls),
            Discovery::UpperBound(most) => (Expected::AtMost(most as u64), BTreeSet::new()),
            Discovery::Lost(stage) => (Expected::Lost(stage), BTreeSet::new()),
            Discovery::NotComputable => (Expected::AtLeastOne, BTreeSet::new()),
        };
        let targets = urls.into_iter().map(|url| (url, None)).collect();
        let pool = Pool { scrape: scrape.to_owned(), job, expected, active: 0, targets };
        self.pools.insert(pool.job.pool.clone(), pool);
    }

    /// Adds a target that an agent has.
    pub fn see(&mut self, target: &Target<'_>, at: Timestamp) {
        let name = pool_name(&target.scrape_pool);
        let Some(pool) = self.pools.get_mut(name) else {
            if !self.other_jobs.iter().any(|job| job == name) {
                self.unexplained(target);
            }
            return;
        };
        pool.active += 1;
        let url = plain_url(&target.scrape_url, &pool.job.source);
        let known = match pool.targets.get_mut(&*url) {
            Some(known) => known,
            None if pool.expected.is_open() => pool.targets.entry(url.into_owned()).or_default(),
            None => return self.unexplained(target),
        };
        let found = Found { state: state(target, at), series: series(target) };
        match known {
            Some(known) if known.state.rank() >= found.state.rank() => {}
            Some(known) => *known = found,
            None => {
                *self.pairs.entry(found.series[1]).or_default() += 1;
                *known = Some(found);
            }
        }
    }

    fn unexplained(&mut self, target: &Target<'_>) {
        if self.unexplained.len() < UNEXPLAINED_KEPT {
            let (pool, url) = (target.scrape_pool.to_string(), target.scrape_url.to_string());
            self.unexplained.push(Unexplained { pool, url });
        }
    }

    /// Adds the newest `up` of a series; `external` labels are the agent's own and not the target's.
    pub fn store(&mut self, labels: &BTreeMap<String, String>, external: &[String], stored: Stored) {
        let own = labels.iter().filter(|(name, _)| *name != "__name__" && !external.contains(name));
        let all = hash(own.map(|(name, value)| (name.as_str(), value.as_str())));
        let pair = ["instance", "job"].map(|name| (name, labels.get(name).map_or("", String::as_str)));
        for key in [all, hash(pair.into_iter())] {
            let newest = self.stored.entry(key).or_insert(stored);
            if stored.age_seconds < newest.age_seconds {
                *newest = stored;
            }
        }
    }

    /// The result by pool, and the targets that nothing explains.
    pub fn finish(self) -> (Vec<PoolSeen>, Vec<Unexplained>) {
        let pools = self.pools.iter().map(|(name, pool)| self.pool(name, pool)).collect();
        (pools, self.unexplained)
    }

    fn pool(&self, name: &str, pool: &Pool) -> PoolSeen {
        let limit = self.fresh.map_or(2.0 * pool.job.interval.as_secs_f64() + 30.0, Duration::as_secs_f64);
        let mut seen = PoolSeen {
            pool: name.to_owned(),
            scrape: pool.scrape.clone(),
            interval_seconds: pool.job.interval.as_secs_f64(),
            expected: pool.expected.clone(),
            defect: pool.job.defect.clone(),
            active: pool.active,
            up: 0,
            good: 0,
            oldest_stored_seconds: None,
            gaps: Vec::new(),
        };
        for (url, found) in &pool.targets {
            let lost = found.as_ref().map_or(Err(Lost::NotDiscovered), |found| self.lost(found, limit));
            seen.up += u64::from(found.as_ref().is_some_and(|found| matches!(found.state, State::Up { .. })));
            match lost {
                Ok(age) => {
                    seen.good += 1;
                    seen.oldest_stored_seconds = Some(seen.oldest_stored_seconds.map_or(age, |old| age.max(old)));
                }
                Err(lost) => seen.gaps.push(Gap { url: url.clone(), lost }),
            }
        }
        seen.gaps.sort_by(|a, b| a.url.cmp(&b.url));
        seen
    }

    /// The age of a good target's newest sample, or how far the target came.
    fn lost(&self, found: &Found, limit: f64) -> Result<f64, Lost> {
        match &found.state {
            State::NeverScraped => return Err(Lost::NeverScraped),
            State::Down(error) if error.contains("sample_limit") => return Err(Lost::SampleLimit(error.clone())),
            State::Down(error) => return Err(Lost::Down(error.clone())),
            State::Up { age_seconds, .. } if *age_seconds > limit => return Err(Lost::ScrapedLongAgo(*age_seconds)),
            State::Up { samples: 0, .. } => return Err(Lost::NoSamples),
            State::Up { .. } => {}
        }
        let [all, pair] = found.series;
        // Relabelling at remote write can change labels, so job and instance will do where they name one target only.
        let by_pair = || self.stored.get(&pair).filter(|_| self.pairs.get(&pair) == Some(&1));
        let stored = self.stored.get(&all).or_else(by_pair).ok_or(Lost::NotStored)?;
        match stored {
            Stored { age_seconds, .. } if *age_seconds > limit => Err(Lost::StoredLongAgo(*age_seconds)),
            Stored { value, .. } if *value != 1.0 => Err(Lost::StoredAsDown),
            Stored { age_seconds, .. } => Ok(*age_seconds),
        }
    }
}

impl State {
    fn rank(&self) -> u8 {
        match self {
            Self::NeverScraped => 0,
            Self::Down(_) => 1,
            Self::Up { .. } => 2,
        }
    }
}

/// vmagent never scraped a target whose last scrape is at the epoch; it calls it `down` all the same.
fn state(target: &Target<'_>, at: Timestamp) -> State {
    let scraped: Option<Timestamp> = target.last_scrape.parse().ok();
    let Some(scraped) = scraped.filter(|scraped| scraped.as_second() > 0) else { return State::NeverScraped };
    if target.health != "up" {
        return State::Down(target.last_error.to_string());
    }
    State::Up { age_seconds: at.duration_since(scraped).as_secs_f64(), samples: target.last_samples_scraped }
}

fn series(target: &Target<'_>) -> [u64; 2] {
    let all = hash(target.labels.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    let pair = ["instance", "job"].map(|name| (name, target.labels.get(name).map_or("", |value| value.as_ref())));
    [all, hash(pair.into_iter())]
}

/// Hash of labels in the order of their names.
fn hash<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> u64 {
    let mut hasher = DefaultHasher::new();
    labels.for_each(|label| label.hash(&mut hasher));
    hasher.finish()
}

/// The operator numbers probes over all selected ones, so the number says nothing about the CR.
fn pool_name(pool: &str) -> &str {
    if pool.starts_with("probe/") { pool.rsplit_once('/').map_or(pool, |(name, _)| name) } else { pool }
}

/// The URL as it was computed: without parameters, but for a probe's target.
fn plain_url<'a>(url: &'a str, source: &Source) -> Cow<'a, str> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let target = query.split('&').find_map(|pair| pair.strip_prefix("target="));
    match (source, target) {
        (Source::Probe { .. }, Some(target)) => format!("{base}?target={}", decoded(target)).into(),
        _ => base.into(),
    }
}

/// Resolves percent-encoding.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let code = code.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests;
