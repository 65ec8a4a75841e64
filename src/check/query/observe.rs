//! Asks a query, and the age of the samples that it rests on.
//!
//! Timestamps of an instant query tell nothing: the asked time is written, and a sample is repeated for five minutes. So
//! the time of the newest stored sample is asked for.

use std::collections::{BTreeMap, HashMap};

use super::observation::{Age, Freshness, Observation};
use super::selector::Selector;
use super::spec::{NewestSample, Spec};
use crate::check::instant::{self, Answer, Series};
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Reply};
use crate::units::Duration;

/// How far back the newest sample is sought at least.
const LOOK_BACK: std::time::Duration = std::time::Duration::from_secs(3600);

pub(super) async fn observe(spec: &Spec, connections: &Connections) -> Result<Observation, Trouble> {
    let component = connections.expect(&spec.endpoint, spec.component).await?;
    let asked = Asked { spec, connections };
    let (reply, answer) = asked.query(&spec.query).await?;
    let freshness = match spec.freshness() {
        Some(selector) if selector.as_str() == spec.query.trim() => asked.ages(&selector, &answer).await?,
        Some(selector) => asked.ages(&selector, &asked.query(selector.as_str()).await?.1).await?,
        None => Freshness::NotAsked,
    };
    Ok(Observation { component, via: reply.via, took_seconds: reply.took.as_secs_f64(), answer, freshness })
}

struct Asked<'a> {
    spec: &'a Spec,
    connections: &'a Connections,
}

impl Asked<'_> {
    async fn query(&self, query: &str) -> Result<(Reply, Answer), Trouble> {
        instant::ask(self.connections, &self.spec.endpoint, query).await
    }

    /// The ages of the series that are there now; those that have ended are of no interest.
    async fn ages(&self, selector: &Selector, now: &Answer) -> Result<Freshness, Trouble> {
        let (_, newest) = self.query(&newest(self.spec, selector.as_str())).await?;
        let newest: HashMap<&BTreeMap<String, String>, f64> =
            newest.series.iter().map(|series| (&series.labels, series.at - series.number())).collect();
        let age = |series: &Series| Age { series: series.to_string(), seconds: newest.get(&series.labels).copied() };
        Ok(Freshness::Ages { selector: selector.as_str().to_owned(), ages: now.series.iter().map(age).collect() })
    }
}

/// The time of the last stored sample of each series.
fn newest(spec: &Spec, selector: &str) -> String {
    format!("tlast_over_time({selector}[{:.0}s]) keep_metric_names", sought(spec).as_secs_f64())
}

/// How far back the newest sample is sought: well behind the limit, so that a stale series has an age.
pub(super) fn sought(spec: &Spec) -> Duration {
    match spec.newest_sample {
        NewestSample::AtMost(limit) => Duration((limit.0 * 2).max(LOOK_BACK)),
        NewestSample::Unknown => Duration(LOOK_BACK),
    }
}
