//! Durations as VictoriaMetrics writes them: `30s`, `1h30m`, `1.5d`.

use std::time::Duration;

/// Units in milliseconds, longer names first so that `ms` is not read as `m`.
const UNITS: [(&str, f64); 7] = [
    ("ms", 1.0),
    ("s", 1e3),
    ("m", 60e3),
    ("h", 3600e3),
    ("d", 86_400e3),
    ("w", 7.0 * 86_400e3),
    ("y", 365.0 * 86_400e3),
];

/// The length of a positive duration; `None` when it is not one.
pub fn parse(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let (unit, factor) = UNITS.iter().find(|(unit, _)| rest[end..].starts_with(unit))?;
        total += number * factor;
        rest = &rest[end + unit.len()..];
    }
    (!text.is_empty()).then(|| Duration::from_secs_f64(total / 1e3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_add_up() {
        assert_eq!(parse("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(parse("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(parse("1.5d"), Some(Duration::from_secs(129_600)));
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["", "30x", "30", "5 minutes", "m", "-1s"] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }
}
