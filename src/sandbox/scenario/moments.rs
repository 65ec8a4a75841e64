//! Times in the files of a scenario: `${NOW}` is the time at which it is applied, `${NOW-30d}` and `${NOW+60d}` are days from
//! then, in statuses that must be fresh.

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};

use crate::sandbox::stamp::stamp;

/// How each begins; what follows is a number of days with its sign, or nothing.
const NOW: &str = "${NOW";

/// The text with its times.
///
/// # Errors
/// When something else follows the sign, or no brace.
pub fn filled(text: &str, now: Timestamp) -> Result<String> {
    let mut parts = text.split(NOW);
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (offset, rest) = part.split_once('}').with_context(|| format!("{NOW} has no end"))?;
        filled.push_str(&stamp(now + days(offset)?));
        filled.push_str(rest);
    }
    Ok(filled)
}

fn days(offset: &str) -> Result<SignedDuration> {
    let number = match offset {
        "" => "0",
        _ => offset.strip_suffix('d').with_context(|| format!("{NOW}{offset}}} has no days"))?,
    };
    let days: i64 = number.parse().with_context(|| format!("{NOW}{offset}}} has no number of days"))?;
    Ok(SignedDuration::from_hours(24 * days))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> Result<String> {
        super::filled(text, "2026-11-25T01:00:00.75Z".parse().unwrap())
    }

    #[test]
    fn times_are_days_from_now() {
        assert_eq!(filled("a: ${NOW}, b: ${SINK}").unwrap(), "a: 2026-11-25T01:00:00Z, b: ${SINK}");
        assert_eq!(filled("${NOW-30d} ${NOW+1d}").unwrap(), "2026-10-26T01:00:00Z 2026-11-26T01:00:00Z");
        assert_eq!(filled("no time").unwrap(), "no time");
    }

    #[test]
    fn what_is_no_number_of_days_is_refused() {
        assert!(filled("${NOW").unwrap_err().to_string().contains("has no end"));
        assert!(filled("${NOW+1h}").unwrap_err().to_string().contains("has no days"));
        assert!(filled("${NOW+xd}").unwrap_err().to_string().contains("has no number of days"));
    }
}
