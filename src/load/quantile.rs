//! Quantiles of a sample and what they say about the quantile of the system: order statistics and their exact bound.
//!
//! With `c` exceedances allowed among `n`, the order statistic X_(n-c) is a one-sided upper confidence bound of the
//! quantile without any assumption on the distribution (Hahn and Meeker, *Statistical Intervals*, 1991, chapter 5).

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A quantile strictly between 0 and 1, written as a percentile: `p95`, `p99.9`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Quantile(f64);

impl Quantile {
    /// The 95th percentile.
    pub const P95: Self = Self(0.95);
    /// The median.
    pub const MEDIAN: Self = Self(0.5);
    /// The 99th percentile.
    pub const P99: Self = Self(0.99);

    /// Its value between 0 and 1.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The quantile of a sorted sample: the smallest value that at least this share does not exceed. `None` when it is empty.
    pub fn of(self, sorted: &[u64]) -> Option<u64> {
        // The tiny offset keeps 0.95 * 200 = 190.00000000000003 from becoming rank 191.
        let rank = (self.0 * sorted.len() as f64 - 1e-9).ceil().max(1.0) as usize;
        sorted.get(rank - 1).copied()
    }

    /// Upper bound of the quantile when `allowed` values may exceed it, from a sorted sample.
    pub fn upper_bound(self, sorted: &[u64], allowed: Option<usize>) -> Option<u64> {
        let rank = sorted.len().checked_sub(allowed?)?;
        sorted.get(rank.checked_sub(1)?).copied()
    }
}

/// How many of `n` independent samples may exceed a limit so that a system whose true quantile is just at it
/// is accepted with a probability of at most `risk`; `None` when `n` is too small for any statement.
pub fn exceedances_allowed(n: usize, quantile: Quantile, risk: f64) -> Option<usize> {
    let exceed = 1.0 - quantile.0;
    let odds = (exceed / quantile.0).ln();
    // In logarithms: 0.95^20000 is no f64.
    let mut ln_mass = n as f64 * quantile.0.ln();
    let mut sum = ln_mass.exp();
    if sum > risk {
        return None;
    }
    for k in 0..n {
        ln_mass += ((n - k) as f64 / (k + 1) as f64).ln() + odds;
        sum += ln_mass.exp();
        if sum > risk {
            return Some(k);
        }
    }
    Some(n)
}

/// The fewest samples with which a quantile can be bounded at all: none of them may exceed.
pub fn samples_needed(quantile: Quantile, risk: f64) -> usize {
    (risk.ln() / quantile.0.ln()).ceil() as usize
}

impl FromStr for Quantile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let percent: Option<f64> = text.strip_prefix('p').and_then(|digits| digits.parse().ok());
        match percent {
            Some(percent) if percent > 0.0 && percent < 100.0 => Ok(Self(percent / 100.0)),
            _ => Err(format!("`{text}` is not a quantile: expected a percentile such as p50, p95, p99.9")),
        }
    }
}

impl fmt::Display for Quantile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", (self.0 * 1e6).round() / 1e4)
    }
}

impl<'de> Deserialize<'de> for Quantile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Quantile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Quantile {
    fn schema_name() -> Cow<'static, str> {
        "Quantile".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A percentile: p50, p95, p99.9",
            "pattern": r"^p[0-9]{1,2}(\.[0-9]+)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceedances_agree_with_the_binomial_table() {
        let table = [
            (58, None),
            (59, Some(0)),
            (93, Some(1)),
            (124, Some(2)),
            (153, Some(3)),
            (181, Some(4)),
            (200, Some(4)),
            (208, Some(5)),
            (336, Some(10)),
            (500, Some(16)),
            (1000, Some(38)),
            (2000, Some(83)),
        ];
        for (n, allowed) in table {
            assert_eq!(exceedances_allowed(n, Quantile::P95, 0.05), allowed, "n = {n}");
        }
        assert_eq!(samples_needed(Quantile::P95, 0.05), 59);
        assert_eq!(samples_needed(Quantile::P99, 0.05), 299);
    }

    #[test]
    fn exceedances_of_huge_samples_do_not_underflow() {
        let allowed = exceedances_allowed(20_000, Quantile::P95, 0.05).unwrap();
        assert!((940..960).contains(&allowed), "mean 1000, sd 31, so about 949: {allowed}");
    }

    #[test]
    fn a_quantile_is_an_order_statistic() {
        let sorted: Vec<u64> = (1..=200).collect();
        assert_eq!(Quantile::P95.of(&sorted), Some(190));
        assert_eq!(Quantile::P95.upper_bound(&sorted, Some(4)), Some(196));
        assert_eq!(Quantile::MEDIAN.of(&[7]), Some(7));
        assert_eq!(Quantile::P95.of(&[]), None);
        assert_eq!(Quantile::P95.upper_bound(&sorted, None), None);
    }

    #[test]
    fn a_quantile_is_written_as_a_percentile() {
        for text in ["p50", "p95", "p99.9"] {
            assert_eq!(text.parse::<Quantile>().unwrap().to_string(), text);
        }
        for text in ["95", "p0", "p100", "p", "q95"] {
            assert!(text.parse::<Quantile>().is_err(), "{text}");
        }
    }
}
