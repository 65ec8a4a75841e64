//! Which series the selectors of rules find: now, or within a look-back; and why none.
//!
//! The four reasons are those of pint (cloudflare/pint, promql/series): a metric that never existed, one that
//! disappeared, a label that it never had, a value that the label never had.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::expression::Selector;
use crate::check::instant::{self, Series};
use crate::check::trouble::Trouble;
use crate::connect::{Connections, Endpoint};
use crate::units::Duration;

/// A selector and what it finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selected {
    /// As it is written.
    pub selector: String,
    /// What was found.
    pub found: Found,
}

/// What a selector finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// So many series now.
    Now(u64),
    /// None now, so many within the look-back; its metric has others now.
    Earlier(u64),
    /// None now and some within the look-back, and nothing has its metric now: when the last sample was, in seconds since 1970.
    Disappeared(Option<i64>),
    /// None, and what is missing.
    Never(Missing),
    /// The storage does not answer, or refuses the question.
    Unknown(String),
}

/// What is missing where a selector finds nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// No series has its metric.
    Metric,
    /// The metric has series, but none with this label.
    Label(String),
    /// The metric has series with the label, but none that this matcher takes.
    Value(String),
    /// Each matcher alone finds series, all together find none.
    Combination,
}

/// Asks for one selector. A permission that is missing is no answer of the storage.
pub async fn ask(
    connections: &Connections,
    storage: &Endpoint,
    selector: &Selector,
    look_back: Duration,
) -> Result<Found, Trouble> {
    let question = Question { connections, storage, look_back };
    match question.found(selector).await {
        Err(denied @ Trouble::Denied { .. }) => Err(denied),
        found => Ok(found.unwrap_or_else(|trouble| Found::Unknown(trouble.to_string()))),
    }
}

struct Question<'a> {
    connections: &'a Connections,
    storage: &'a Endpoint,
    look_back: Duration,
}

impl Question<'_> {
    async fn found(&self, selector: &Selector) -> Result<Found, Trouble> {
        let now = self.count(&format!("count({})", selector.text)).await?;
        if now > 0 {
            return Ok(Found::Now(now));
        }
        let earlier = self.earlier(&selector.text).await?;
        if earlier > 0 {
            return self.since(selector, earlier).await;
        }
        self.why(selector).await.map(Found::Never)
    }

    /// A value of a label may come and go. A metric that is gone went with what exports it.
    async fn since(&self, selector: &Selector, earlier: u64) -> Result<Found, Trouble> {
        let Some(metric) = &selector.metric else { return Ok(Found::Earlier(earlier)) };
        if self.count(&format!("count({{__name__={metric:?}}})")).await? > 0 {
            return Ok(Found::Earlier(earlier));
        }
        let last = self.ask(&format!("max(tlast_over_time({}[{}s]))", selector.text, self.seconds())).await?;
        Ok(Found::Disappeared(last.filter(|last| last.is_finite()).map(|last| last as i64)))
    }

    async fn why(&self, selector: &Selector) -> Result<Missing, Trouble> {
        let Some(metric) = &selector.metric else { return Ok(Missing::Combination) };
        // A metric name may hold what only stands within quotes.
        let with = |matcher: &str| format!("{{__name__={metric:?}{matcher}}}");
        if self.earlier(&with("")).await? == 0 {
            return Ok(Missing::Metric);
        }
        for (label, operator, value) in &selector.matchers {
            if self.earlier(&with(&format!(",{label}!=\"\""))).await? == 0 && !takes_nothing(operator, value) {
                return Ok(Missing::Label(label.clone()));
            }
        }
        for (label, operator, value) in &selector.matchers {
            if self.earlier(&with(&format!(",{label}{operator}{value}"))).await? == 0 {
                return Ok(Missing::Value(format!("{label}{operator}{value}")));
            }
        }
        Ok(Missing::Combination)
    }

    async fn earlier(&self, selector: &str) -> Result<u64, Trouble> {
        self.count(&format!("count(last_over_time({selector}[{}s]))", self.seconds())).await
    }

    fn seconds(&self) -> u64 {
        self.look_back.0.as_secs()
    }

    async fn count(&self, query: &str) -> Result<u64, Trouble> {
        Ok(self.ask(query).await?.map_or(0, |number| number as u64))
    }

    async fn ask(&self, query: &str) -> Result<Option<f64>, Trouble> {
        let (_, answer) = instant::ask(self.connections, self.storage, query).await?;
        Ok(answer.series.first().map(Series::number))
    }
}

/// Whether a matcher also takes series without the label.
fn takes_nothing(operator: &str, value: &str) -> bool {
    matches!((operator, value.len()), ("=", 2)) || operator.starts_with('!')
}

/// What was found, by selector.
pub fn by_selector(all: &[Selected]) -> BTreeMap<&str, &Found> {
    all.iter().map(|selected| (selected.selector.as_str(), &selected.found)).collect()
}

#[cfg(test)]
mod tests;
