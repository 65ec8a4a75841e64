//! A signed exception from what a check demands.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A signed exception with an end.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds (UTC): `2026-12-31`.
    #[schemars(with = "String")]
    pub until: jiff::civil::Date,
}

impl Waiver {
    /// Whether it still holds at a time.
    pub fn holds(&self, at: Timestamp) -> bool {
        at.to_zoned(jiff::tz::TimeZone::UTC).date() <= self.until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_to_the_end_of_its_last_day() {
        let waiver = Waiver { reason: "r".into(), owner: "o".into(), until: "2026-12-31".parse().unwrap() };
        assert!(waiver.holds("2026-12-31T23:59:59Z".parse().unwrap()));
        assert!(!waiver.holds("2027-01-01T00:00:00Z".parse().unwrap()));
    }
}
