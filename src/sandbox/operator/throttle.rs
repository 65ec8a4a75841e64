//! Events that come too fast are dropped; the next resync repairs what they would have done.

use std::time::{Duration, Instant};

/// Events let through in one period.
const LIMIT: u32 = 5;
/// Length of a period.
const PERIOD: Duration = Duration::from_secs(2);

/// Lets five events through every two seconds.
///
/// Source: VictoriaMetrics/operator v0.66.1, internal/controller/operator/factory/limiter/limiter.go.
#[derive(Debug, Default)]
pub struct Throttle {
    left: u32,
    refilled: Option<Instant>,
}

impl Throttle {
    /// Registers an event at `now`; false means that it must be dropped.
    pub fn admits(&mut self, now: Instant) -> bool {
        if self.left == 0 {
            if self.refilled.is_some_and(|then| now < then + PERIOD) {
                return false;
            }
            self.left = LIMIT;
            self.refilled = Some(now);
        }
        self.left -= 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_event_within_two_seconds_is_dropped() {
        let start = Instant::now();
        let mut throttle = Throttle::default();
        let admitted = (0..20).filter(|_| throttle.admits(start)).count();
        assert_eq!(admitted, 5);
        assert!(!throttle.admits(start + Duration::from_millis(1999)));
        assert!(throttle.admits(start + PERIOD));
    }
}
