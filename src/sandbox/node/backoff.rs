//! How long the kubelet waits before it starts a container again, or pulls an image again.
//!
//! Kubernetes v1.34, pkg/kubelet (`backOffPeriod` 10 s, `MaxContainerBackOff` 300 s): the first restart is immediate,
//! then 10 s, 20 s, ... up to five minutes; a container that ran for ten minutes starts over.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(300);
const HEALTHY: Duration = Duration::from_secs(600);

/// The waiting times of one container.
#[derive(Debug, Clone, Default)]
pub(super) struct Backoff {
    current: Option<Duration>,
}

impl Backoff {
    /// How long to wait after an end, when the container had run for `ran`.
    pub(super) fn after(&mut self, ran: Duration) -> Duration {
        if ran >= HEALTHY {
            self.current = None;
        }
        let wait = self.current.unwrap_or(Duration::ZERO);
        self.current = Some(self.current.map_or(FIRST, |now| (now * 2).min(LONGEST)));
        wait
    }

    /// How long to wait after a failed pull: as above, without the immediate first one.
    pub(super) fn after_failed_pull(&mut self) -> Duration {
        let wait = self.current.map_or(FIRST, |now| (now * 2).min(LONGEST));
        self.current = Some(wait);
        wait
    }
}

/// As the kubelet prints a wait: Go's duration format (`10s`, `1m20s`, `5m0s`).
pub(super) fn go_duration(wait: Duration) -> String {
    let seconds = wait.as_secs();
    match (seconds / 60, seconds % 60) {
        (0, rest) => format!("{rest}s"),
        (minutes, rest) => format!("{minutes}m{rest}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_restart_is_immediate_and_the_next_ones_double_up_to_five_minutes() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..8).map(|_| backoff.after(Duration::from_secs(1)).as_secs()).collect();
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
    }

    #[test]
    fn ten_healthy_minutes_start_over() {
        let mut backoff = Backoff::default();
        backoff.after(Duration::from_secs(1));
        backoff.after(Duration::from_secs(1));
        assert_eq!(backoff.after(Duration::from_secs(600)), Duration::ZERO);
    }

    #[test]
    fn waits_are_printed_as_go_does() {
        assert_eq!(go_duration(Duration::from_secs(10)), "10s");
        assert_eq!(go_duration(Duration::from_secs(80)), "1m20s");
        assert_eq!(go_duration(LONGEST), "5m0s");
    }
}
