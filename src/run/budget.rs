//! How long a look may take, and how long to wait before the next one. Pure arithmetic.

use std::time::Duration;

/// A look may take this long even when less is left of `within`: a look that began in time counts, and a slow answer is an answer.
const FLOOR: Duration = Duration::from_secs(30);

/// The longest and the shortest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// The time limit of a look that begins after `elapsed` of `within`, when the longest one so far took `longest`: twice as
/// long as that is granted, so that a measurement is not cut off which had time enough before.
pub fn limit(within: Duration, elapsed: Duration, longest: Duration) -> Duration {
    within.saturating_sub(elapsed).max(FLOOR).max(longest * 2)
}

/// The pause after a look that ended after `elapsed` of `within`; `None` when the time is over.
///
/// It is a twenty-fifth of the elapsed time, so that a check which becomes true after a time is seen within 4 % of it. The last
/// pause is shortened to let one more look begin before the time is over.
pub fn pause(within: Duration, elapsed: Duration) -> Option<Duration> {
    let left = within.checked_sub(elapsed).filter(|left| !left.is_zero())?;
    Some((elapsed / 25).clamp(PAUSES.0, PAUSES.1).min(left))
}

/// When each look of a check began, counted as `within` counts: from how long the looks took.
pub fn starts(within: Duration, took: &[Duration]) -> Vec<Duration> {
    let mut elapsed = Duration::ZERO;
    took.iter()
        .map(|took| {
            let start = elapsed;
            elapsed += *took;
            elapsed += pause(within, elapsed).unwrap_or_default();
            start
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn pauses_grow_with_the_elapsed_time_between_two_bounds() {
        let within = ms(60_000);
        assert_eq!(pause(within, ms(0)), Some(ms(20)));
        assert_eq!(pause(within, ms(5_000)), Some(ms(200)));
        assert_eq!(pause(within, ms(50_000)), Some(ms(1_000)));
    }

    #[test]
    fn the_last_pause_ends_with_the_time() {
        assert_eq!(pause(ms(1_000), ms(990)), Some(ms(10)));
        assert_eq!(pause(ms(1_000), ms(1_000)), None);
        assert_eq!(pause(ms(0), ms(0)), None);
    }

    #[test]
    fn a_look_may_take_what_is_left_but_never_less_than_the_floor() {
        assert_eq!(limit(ms(90_000), ms(10_000), ms(0)), ms(80_000));
        assert_eq!(limit(ms(5_000), ms(4_999), ms(0)), FLOOR);
        assert_eq!(limit(ms(5_000), ms(6_000), ms(0)), FLOOR);
    }

    #[test]
    fn a_look_starts_after_the_looks_and_pauses_before_it() {
        assert_eq!(starts(ms(60_000), &[ms(500), ms(4_980), ms(1)]), [ms(0), ms(520), ms(5_720)]);
        assert!(starts(ms(60_000), &[]).is_empty());
    }

    #[test]
    fn a_look_may_take_twice_as_long_as_the_longest_before_it() {
        assert_eq!(limit(ms(90_000), ms(89_000), ms(33_000)), ms(66_000));
    }
}
