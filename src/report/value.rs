//! Writes measured values the way a person reads them, with the unit and the limit.

use crate::check::measurement::{Limit, Measurement, Unit};
use crate::check::verdict::Examined;

/// `query_p95 = 184 ms (limit 2 s)`.
pub fn measurement(measured: &Measurement) -> String {
    let limit = measured.limit.map(|limit| format!(" ({})", bound(limit, measured.unit))).unwrap_or_default();
    format!("{} = {}{limit}", measured.name, quantity(measured.value, measured.unit))
}

fn bound(limit: Limit, unit: Unit) -> String {
    match limit {
        Limit::AtMost(most) => format!("limit {}", quantity(most, unit)),
        Limit::AtLeast(least) => format!("at least {}", quantity(least, unit)),
        Limit::Below(bound) => format!("below {}", quantity(bound, unit)),
    }
}

/// A value with its unit.
pub fn quantity(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Seconds => seconds(value),
        Unit::Bytes => bytes(value),
        Unit::Count | Unit::Value => number(value),
        Unit::Ratio => format!("{} %", number(value * 100.0)),
        Unit::PerSecond => format!("{}/s", number(value)),
    }
}

/// A length of time: `184 ms`, `3.2 s`, `12 min`, `90 d`.
pub fn seconds(seconds: f64) -> String {
    let size = seconds.abs();
    let (value, unit) = match size {
        _ if size == 0.0 => (0.0, "s"),
        _ if size < 0.001 => (seconds * 1e6, "us"),
        _ if size < 0.9995 => (seconds * 1e3, "ms"),
        _ if size < 120.0 => (seconds, "s"),
        _ if size < 7200.0 => (seconds / 60.0, "min"),
        _ if size < 172_800.0 => (seconds / 3600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    format!("{} {unit}", number(value))
}

/// A size in both families of units, since limits are written in either: `3.12 GB = 2.91 GiB`.
fn bytes(bytes: f64) -> String {
    let names = [("k", "Ki", 1), ("M", "Mi", 2), ("G", "Gi", 3), ("T", "Ti", 4)];
    let fits = names.iter().rev().find(|(_, _, power)| bytes.abs() >= 1000f64.powi(*power));
    let Some((decimal, binary, power)) = fits else { return format!("{} B", number(bytes)) };
    let (thousands, kibis) = (bytes / 1000f64.powi(*power), bytes / 1024f64.powi(*power));
    format!("{} {decimal}B = {} {binary}B", number(thousands), number(kibis))
}

/// Whole numbers as they are, others with three significant digits.
fn number(value: f64) -> String {
    if !value.is_finite() {
        return value.to_string();
    }
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return format!("{value:.0}");
    }
    let magnitude = value.abs().log10().floor();
    if !(-4.0..15.0).contains(&magnitude) {
        return format!("{value:.2e}");
    }
    let decimals = (2.0 - magnitude).max(0.0) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// What a pass speaks of: `4 pods`, `12 series, the oldest 3 s old`, `14 targets, 3 waived`.
pub fn examined(examined: &Examined) -> String {
    let age = examined.age_seconds.map(|age| format!(", the oldest {} old", seconds(age))).unwrap_or_default();
    let what = examined.what.as_str();
    // `series` is its own singular.
    let one = what.strip_suffix('s').filter(|_| examined.count.get() == 1 && !what.ends_with("series"));
    let waived = Some(examined.waived).filter(|count| *count > 0).map(|count| format!(", {count} waived"));
    format!("{} {}{}{age}", examined.count, one.unwrap_or(what), waived.unwrap_or_default())
}

/// The name of a unit in property names: `query_p95_seconds`.
pub fn suffix(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "_seconds",
        Unit::Bytes => "_bytes",
        Unit::Ratio => "_ratio",
        Unit::PerSecond => "_per_second",
        Unit::Count | Unit::Value => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_choose_their_unit() {
        let cases = [
            (0.0, "0 s"),
            (0.000_05, "50 us"),
            (0.184, "184 ms"),
            (0.9996, "1 s"),
            (3.21, "3.21 s"),
            (42.3, "42.3 s"),
            (180.0, "3 min"),
            (7_776_000.0, "90 d"),
            (-2.0, "-2 s"),
        ];
        for (value, text) in cases {
            assert_eq!(seconds(value), text);
        }
    }

    #[test]
    fn sizes_are_given_in_both_families() {
        assert_eq!(quantity(4e9, Unit::Bytes), "4 GB = 3.73 GiB");
        assert_eq!(quantity(512.0, Unit::Bytes), "512 B");
    }

    #[test]
    fn a_measurement_names_its_limit() {
        let measured = |limit| measurement(&Measurement::new("query_p95", 0.184, Unit::Seconds).limit(limit));
        assert_eq!(measured(Limit::AtMost(2.0)), "query_p95 = 184 ms (limit 2 s)");
        assert_eq!(measured(Limit::AtLeast(0.1)), "query_p95 = 184 ms (at least 100 ms)");
        assert_eq!(measurement(&Measurement::new("up", 0.995, Unit::Ratio)), "up = 99.5 %");
    }

    #[test]
    fn one_thing_is_named_in_the_singular() {
        let told = |count, what: &str| {
            let count = std::num::NonZeroU64::new(count).unwrap();
            examined(&Examined { count, what: what.to_owned(), age_seconds: Some(3.0), names: Vec::new(), waived: 0 })
        };
        assert_eq!(told(1, "pods"), "1 pod, the oldest 3 s old");
        assert_eq!(told(1, "series"), "1 series, the oldest 3 s old");
        assert_eq!(told(2, "pods"), "2 pods, the oldest 3 s old");
    }

    #[test]
    fn what_was_waived_is_told() {
        let (count, what) = (std::num::NonZeroU64::new(14).unwrap(), "targets".to_owned());
        let told = examined(&Examined { count, what, age_seconds: Some(3.0), names: Vec::new(), waived: 3 });
        assert_eq!(told, "14 targets, 3 waived, the oldest 3 s old");
    }

    #[test]
    fn odd_numbers_stay_readable() {
        assert_eq!(quantity(f64::NAN, Unit::Value), "NaN");
        assert_eq!(quantity(1.0 / 3.0, Unit::Value), "0.333");
        assert_eq!(quantity(123_456.7, Unit::Value), "123457");
        assert_eq!(quantity(1.5e-9, Unit::Value), "1.50e-9");
    }
}
