//! Cron schedules: five fields, in UTC.

use anyhow::{Context, bail, ensure};
use k8s_openapi::jiff::tz::TimeZone;
use k8s_openapi::jiff::{SignedDuration, Timestamp};

use super::LOOK_BACK;

/// Which minutes, hours, days, months and weekdays are meant; one bit each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    minutes: u64,
    hours: u64,
    days: u64,
    months: u64,
    weekdays: u64,
    /// Both day fields are restricted: then either is enough (cron(5)).
    either_day: bool,
}

impl Schedule {
    /// Reads `minute hour day month weekday`, or one of `@hourly`, `@daily`, `@weekly`, `@monthly`.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            other => other,
        };
        let fields: Vec<_> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            bail!("expected exactly 5 fields, found {}: [{text}]", fields.len());
        };
        let weekdays = field(weekday, 0, 7)?;
        Ok(Self {
            minutes: field(minute, 0, 59)?,
            hours: field(hour, 0, 23)?,
            days: field(day, 1, 31)?,
            months: field(month, 1, 12)?,
            // Sunday is 0 and 7.
            weekdays: weekdays | (weekdays >> 7),
            either_day: day != "*" && weekday != "*",
        })
    }

    /// The latest scheduled time after `since` and up to `now`.
    pub fn latest(&self, since: Timestamp, now: Timestamp) -> Option<Timestamp> {
        let mut time = Timestamp::from_second(now.as_second() / 60 * 60).ok()?;
        let oldest = since.max(now.checked_sub(LOOK_BACK).ok()?);
        while time > oldest {
            if self.holds(time) {
                return Some(time);
            }
            time = time.checked_sub(SignedDuration::from_mins(1)).ok()?;
        }
        None
    }

    fn holds(&self, time: Timestamp) -> bool {
        let date = time.to_zoned(TimeZone::UTC);
        let has = |set: u64, number: i8| set >> number & 1 == 1;
        let day = has(self.days, date.day());
        let weekday = has(self.weekdays, date.weekday().to_sunday_zero_offset());
        let today = if self.either_day { day || weekday } else { day && weekday };
        has(self.minutes, date.minute()) && has(self.hours, date.hour()) && has(self.months, date.month()) && today
    }
}

/// One field as a set of bits: `*`, `5`, `1-5`, `*/10`, `1-30/5`, and lists of these.
fn field(text: &str, low: u32, high: u32) -> anyhow::Result<u64> {
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let number = |text: &str| text.parse::<u32>().with_context(|| format!("failed to parse int from {text}"));
        let step = number(step)?;
        ensure!(step > 0, "step of range should be a positive number: {part}");
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((first, last)) => (number(first)?, number(last)?),
            None if part.contains('/') => (number(range)?, high),
            None => (number(range)?, number(range)?),
        };
        ensure!(low <= first && first <= last && last <= high, "{part} is not within {low}-{high}");
        let mut bit = first;
        while bit <= last {
            set |= 1_u64 << bit;
            bit += step;
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latest(schedule: &str, since: &str, now: &str) -> Option<String> {
        let schedule = Schedule::parse(schedule).unwrap();
        schedule.latest(since.parse().unwrap(), now.parse().unwrap()).map(|time| time.to_string())
    }

    #[test]
    fn the_latest_missed_time_is_found_once() {
        let every = |since| latest("*/10 * * * *", since, "2026-11-25T10:25:30Z");
        assert_eq!(every("2026-11-25T09:00:00Z").as_deref(), Some("2026-11-25T10:20:00Z"));
        assert_eq!(every("2026-11-25T10:20:00Z"), None);
    }

    #[test]
    fn nightly_runs_at_its_hour_only() {
        let at = |now| latest("30 2 * * *", "2026-11-24T12:00:00Z", now);
        assert_eq!(at("2026-11-25T02:29:59Z"), None);
        assert_eq!(at("2026-11-25T09:00:00Z").as_deref(), Some("2026-11-25T02:30:00Z"));
    }

    #[test]
    fn two_restricted_day_fields_mean_either() {
        // 2026-11-25 is a Wednesday.
        let at = |schedule| latest(schedule, "2026-11-24T23:00:00Z", "2026-11-25T00:10:00Z").is_some();
        assert!(at("0 0 1 * 3") && at("0 0 25 * 7") && at("0 0 * * 3") && !at("0 0 1 * *") && !at("0 0 1 * 7"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "* * * *", "60 * * * *", "*/0 * * * *", "a * * * *", "5-1 * * * *"] {
            assert!(Schedule::parse(text).is_err(), "{text}");
        }
    }
}
